public import PolicyModel

/// An `AssumeRole` call with everything that its answer depends on.
public struct GeneratedAssumption: Sendable, Hashable {
    /// The question about the role's trust policy; its action is that of the call.
    public var question: GeneratedQuestion
    /// The name of the session to be; now and then one that may not be.
    public var sessionName: Text
    /// The tags passed in the call.
    public var tags: [GeneratedTag] = []
    /// Which of them are to be transitive.
    public var transitiveTagKeys: [Text] = []
    /// The source identity to be set.
    public var sourceIdentity: Text?
    /// The external id.
    public var externalID: Text?
    /// The provider whose token an anonymous caller presents.
    public var federatedProvider: Text?
    /// Policies of the role itself, which decide nothing of the call.
    public var rolePolicies: [Document] = []
    /// The role's own boundary, which decides nothing of it either.
    public var roleBoundary: Document?
    /// Policies given for the session to be.
    public var sessionPolicies: [Document]?
    /// Managed policies named for the session to be.
    public var managedSessionPolicies: [Document]?
    /// How long the session is to last.
    public var durationSeconds: Int?
}

extension Generator {
    /// A call whose trust policy favours it, with everything around it.
    public mutating func assumption() -> GeneratedAssumption {
        var question = trustQuestion()
        var call = GeneratedAssumption(question: question, sessionName: random.chance(95) ? "sess" : "s")
        if case .anonymous = question.caller.principal, let provider = target.provider {
            call.federatedProvider = provider
        }
        if random.chance(35) {
            call.tags = [
                GeneratedTag(key: random.pick(["team", "x", "Team"]), value: random.pick(["team-a", "b", ""]))
            ]
            if random.chance(50) {
                call.transitiveTagKeys = [random.chance(90) ? call.tags[0].key.foldedASCII : "gone"]
            }
        }
        if random.chance(25) { call.sourceIdentity = random.pick(Vocabulary.sourceIdentities) }
        if random.chance(25) { call.externalID = random.pick(["x1", "x2"]) }
        if random.chance(15) { call.durationSeconds = random.pick([900, 3_600, 899, 3_601]) }
        // Tags are those of the call.
        question.request.context.removeAll { entry in
            let folded = entry.key.foldedASCII
            return folded == "aws:tagkeys" || ConditionKeys.isTag(folded, .requestTag)
                || ConditionKeys.isTag(folded, .resourceTag)
        }
        call.question = question
        placeRole(&call)
        call.question.makeAcceptable(
            beside: call.rolePolicies + (call.roleBoundary.map { [$0] } ?? []) + (call.managedSessionPolicies ?? []))
        return call
    }

    private mutating func trustQuestion() -> GeneratedQuestion {
        var question = question(isTrust: true)
        target.provider = target.provider ?? random.pick(Vocabulary.providers)
        // The question's own trust policy may be about one action alone: another says all three.
        if random.chance(70) {
            question.resourcePolicies = [
                Document(
                    version: .v2012,
                    statements: [trustingStatement()] + (question.resourcePolicies.first?.statements ?? []))
            ]
            question.makeAcceptable()
        }
        return question
    }

    private mutating func trustingStatement() -> Statement {
        var actions: [Text] = [random.chance(70) ? "sts:AssumeRole*" : "sts:*"]
        if random.chance(70) { actions += ["sts:TagSession", "sts:SetSourceIdentity"] }
        return Statement(
            effect: .allow, principal: .principal([principalPattern(), principalPattern()]), action: .action(actions),
            conditions: callConditions())
    }

    /// The keys that the call makes.
    private mutating func callConditions() -> [Condition] {
        func test(_ name: String, _ key: Text, _ values: [Text]) -> Condition? {
            ConditionOperator(Text(name)).map { Condition(operator: $0, key: key, values: values) }
        }
        let tests = [
            test("StringEquals", "sts:ExternalId", ["x1"]), test("StringLike", "sts:RoleSessionName", ["s*"]),
            test("StringEqualsIfExists", "sts:SourceIdentity", ["bob"]),
            test("ForAllValues:StringEquals", "sts:TransitiveTagKeys", ["team"]),
            test("ForAllValues:StringEquals", "aws:TagKeys", ["team", "Team"]), test("Null", "aws:TagKeys", ["true"]),
            test("StringEquals", "aws:RequestTag/TEAM", ["team-a"]),
        ]
        return random.chance(40) ? [random.pick(tests)].compactMap { $0 } : []
    }
}
