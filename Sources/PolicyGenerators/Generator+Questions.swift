import PolicyModel

extension Generator {
    /// A whole question with its policies, such as a server accepts.
    public mutating func question() -> GeneratedQuestion {
        question(isTrust: random.chance(10))
    }

    /// One about a role and its trust policy, or about anything else.
    mutating func question(isTrust: Bool) -> GeneratedQuestion {
        let caller = Generator.caller(&random)
        let session = session(of: caller)
        target.caller = caller
        target.provider = session?.federatedProvider
        // Whoever has no account asks about some account's resources.
        let home = caller.account?.text ?? Vocabulary.home
        let account = random.chance(70) ? home : Generator.other(home)
        target.action = action(isTrust: isTrust)
        target.resource =
            isTrust ? Text("arn:aws:iam::\(account):role/p/T") : resource(account: account, mayBeOdd: false)
        target.context = context(withEngineKeys: false)
        var question = assembled(session, owner: Generator.account(account), isTrust: isTrust)
        place(&question)
        question.makeAcceptable()
        return question
    }

    private mutating func action(isTrust: Bool) -> Text {
        if isTrust { return random.pick(Vocabulary.trustActions) }
        return random.pick(random.chance(4) ? Vocabulary.guardedActions : Vocabulary.actions)
    }

    private mutating func assembled(
        _ session: GeneratedSession?, owner: AccountID, isTrust: Bool
    ) -> GeneratedQuestion {
        let caller = target.caller
        let isEverything = target.resource == "*"
        let account = isEverything ? caller.account : owner
        let tags = random.chance(50) && !isEverything ? Generator.tags(&random) : nil
        // Tags are asserted only where the registry has none; of a role they are always its own.
        if tags != nil || isTrust {
            target.context.removeAll { ConditionKeys.isTag($0.key.foldedASCII, .resourceTag) }
        }
        let hasPolicies = caller.account != nil && !caller.isRoot
        let isBare = isEverything || isTrust
        return GeneratedQuestion(
            caller: caller, request: targetRequest, session: session, resourceAccount: account, isTrustPolicy: isTrust,
            resourcePolicyRequired: !isBare && random.chance(15), resourceTags: tags,
            identityPolicies: hasPolicies ? documents(.identity, 0...3) : [],
            permissionsBoundary: hasPolicies && random.chance(30) ? document(kind: .boundary) : nil,
            sessionPolicies: session == nil ? nil : sessionPolicies(),
            organization: random.chance(45) ? organization(caller.account, account) : nil,
            resourcePolicies: resourcePolicies(account, isTrust: isTrust, isEverything: isEverything),
            now: Instant(seconds: 1_767_225_600), declaredKeys: Generator.declaredKeys)
    }

    private mutating func resourcePolicies(_ owner: AccountID?, isTrust: Bool, isEverything: Bool) -> [Document] {
        if isTrust { return [document(kind: .trust)] }
        if isEverything { return [] }
        return documents(.resource, owner == target.caller.account ? 0...1 : 0...2)
    }

    /// Federated users nearly always have some, for without they are granted little.
    private mutating func sessionPolicies() -> [Document]? {
        let isFederated = if case .federatedUser = target.caller.principal { true } else { false }
        guard random.chance(isFederated ? 85 : 25) else { return nil }
        return documents(.session, isFederated ? 1...3 : 0...2)
    }

    mutating func documents(_ kind: PolicyKind, _ count: ClosedRange<Int>) -> [Document] {
        (0..<Int.random(in: count, using: &random)).map { _ in document(kind: kind) }
    }

    /// A tree that has the caller's account, the resource's, or both in it.
    private mutating func organization(_ own: AccountID?, _ owner: AccountID?) -> GeneratedOrganization {
        let nodes = random.pick(Vocabulary.paths)
        let isOne = own == owner
        let others = isOne || own == nil ? nodes : random.pick(Vocabulary.paths)
        let master = Generator.account(
            random.chance(75) ? Vocabulary.management : random.pick([Vocabulary.home, Vocabulary.abroad]))
        // The management account is always a member.
        let isMember = isOne || own == master || random.chance(80)
        let isOwnerMember = isOne || owner == master || random.chance(70)
        let principalNodes = own != nil && isMember ? nodes : nil
        let resourceNodes = owner != nil && isOwnerMember ? others : nil
        return GeneratedOrganization(
            id: Vocabulary.organization, masterAccount: master,
            principalNodes: principalNodes, resourceNodes: resourceNodes,
            services: random.chance(70)
                ? nil : random.pick([["docs"], ["mail", "sts"], ["docs", "mail", "sts"], []]),
            // Where the caller has no account, those of the resource's account must not bind it.
            serviceControlPolicies: (own == nil ? resourceNodes : principalNodes).map {
                serviceControlLevels($0.count + 1)
            },
            resourceControlPolicies: resourceNodes.map { resourceControlLevels($0.count + 1) })
    }

    /// Most levels allow everything, as most do.
    private mutating func serviceControlLevels(_ count: Int) -> [[Document]] {
        (0..<count).map { _ in
            switch Int.random(in: 0..<20, using: &random) {
            case 0: []
            case 1...3: documents(.scp, 1...2)
            case 4...5: [Generator.fullAccess] + documents(.scp, 1...1)
            default: [Generator.fullAccess]
            }
        }
    }

    private mutating func resourceControlLevels(_ count: Int) -> [[Document]] {
        (0..<count).map { _ in random.chance(15) ? documents(.rcp, 1...1) : [] }
    }

    private static let fullAccess = Document(
        version: .v2012,
        statements: [Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))])
}
