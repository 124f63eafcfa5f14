import PolicyModel

/// AssumeRole, AssumeRoleWithWebIdentity and AssumeRoleWithSAML (spec §8).
public enum AssumptionRules {
    /// The calls that make a session of a role.
    public enum Call: String, Sendable, Hashable {
        case assumeRole = "AssumeRole"
        case withSAML = "AssumeRoleWithSAML"
        case withWebIdentity = "AssumeRoleWithWebIdentity"
    }

    /// The call that is the caller's: who presents a token of a SAML provider or of another makes one of the other two.
    public static func call(of caller: ReferenceCaller) -> Call {
        guard caller.kind == .bearer, let provider = caller.presentedProvider else { return .assumeRole }
        let isSAML = ARN(provider)?.resource.hasPrefix("saml-provider/") ?? false
        return isSAML ? .withSAML : .withWebIdentity
    }

    /// Decides a call; throws when it is refused as it stands.
    public static func decide(_ assumption: ReferenceAssumption) throws(AssumptionFault) -> AssumptionAnswer {
        try AssumptionChecks.checkTexts(assumption)
        // No federated user may call it, so that it does not matter who is behind one; nor then what the call asks for.
        if assumption.question.caller.kind == .federatedUser, assumption.question.caller.userARN == nil {
            return AssumptionAnswer(answer: ReferenceAnswer(.implicitDeny, .unsuitableCredentials))
        }
        try AssumptionChecks.checkRole(assumption)
        let answer = answer(assumption)
        guard answer.decision == .allowed else { return AssumptionAnswer(answer: answer) }
        return AssumptionAnswer(answer: answer, newSession: newSession(assumption))
    }

    /// All actions of the call together.
    ///
    /// "action `sts:AssumeRole`, resource = role ARN, resource policy = trust policy, kind `resourcePolicyRequired`. Extra
    /// actions are evaluated with the same call, all must be allowed".
    private static func answer(_ assumption: ReferenceAssumption) -> ReferenceAnswer {
        var question = assumption.question
        if CredentialRules.areUnsuitable(question) { return ReferenceAnswer(.implicitDeny, .unsuitableCredentials) }
        // "immutable, survives chaining; trying to change it → denied".
        if let inherited = question.session?.sourceIdentity, let wanted = assumption.sourceIdentity, wanted != inherited
        {
            return ReferenceAnswer(.implicitDeny, .sourceIdentityIsSet)
        }
        question.callKeys = keys(assumption)
        // The tags are those of the call, and of the role: nobody asserts others.
        question.context.removeAll { entry in
            let folded = entry.key.foldedASCII
            return folded == "aws:tagkeys" || ConditionKeys.isTag(folded, .requestTag)
                || ConditionKeys.isTag(folded, .resourceTag)
        }
        let answers = actions(assumption).map { action in
            question.action = action
            return DecisionRules.decideByPolicies(question)
        }
        // "Explicit always wins" (spec §1), whichever action it is of; else the first that is not allowed decides.
        return answers.first { $0.decision == .explicitDeny } ?? answers.first { $0.decision != .allowed }
            ?? ReferenceAnswer(.allowed, .allowed)
    }

    /// "`sts:TagSession` if any tags are passed *or inherited transitively*, `sts:SetSourceIdentity` if one is set *or
    /// inherited*".
    private static func actions(_ assumption: ReferenceAssumption) -> [Text] {
        var actions = [assumption.question.action]
        if !assumption.tags.isEmpty || !inheritedTags(assumption).isEmpty { actions.append("sts:TagSession") }
        if sourceIdentity(assumption) != nil { actions.append("sts:SetSourceIdentity") }
        return actions
    }

    /// "`sts:ExternalId` if given; `sts:RoleSessionName`; `sts:SourceIdentity` (value being set or inherited);
    /// `aws:RequestTag/*`, `aws:TagKeys` (tags in the call); `sts:TransitiveTagKeys`".
    private static func keys(_ assumption: ReferenceAssumption) -> [Request.ContextEntry] {
        var keys = [Request.ContextEntry(key: "sts:RoleSessionName", value: .single(assumption.sessionName))]
        func add(_ key: Text, _ value: ContextValue) { keys.append(Request.ContextEntry(key: key, value: value)) }
        if let id = assumption.externalID { add("sts:ExternalId", .single(id)) }
        if let identity = sourceIdentity(assumption) { add("sts:SourceIdentity", .single(identity)) }
        if !assumption.transitiveTagKeys.isEmpty {
            add("sts:TransitiveTagKeys", .multiple(assumption.transitiveTagKeys))
        }
        for tag in assumption.tags { add(Text("aws:RequestTag/\(tag.key)"), .single(tag.value)) }
        if !assumption.tags.isEmpty { add("aws:TagKeys", .multiple(assumption.tags.map(\.key))) }
        return keys
    }

    /// "carried through every chain hop".
    static func inheritedTags(_ assumption: ReferenceAssumption) -> [ReferenceCaller.Tag] {
        assumption.question.session?.transitiveTags ?? []
    }

    private static func sourceIdentity(_ assumption: ReferenceAssumption) -> Text? {
        assumption.question.session?.sourceIdentity ?? assumption.sourceIdentity
    }

    /// "**Session result**" and what goes along.
    ///
    /// "ARN `sts::acct:assumed-role/RoleName/SessionName` […]. No MFA keys"; "non-transitive ones disappear at the next
    /// hop".
    private static func newSession(_ assumption: ReferenceAssumption) -> AssumptionAnswer.NewSession {
        let inherited = inheritedTags(assumption)
        var session = ReferenceSession()
        session.tags = (inherited + assumption.tags).sorted { $0.key.foldedASCII < $1.key.foldedASCII }
        session.transitiveTagKeys =
            (inherited.map(\.key) + assumption.transitiveTagKeys).sorted { $0.foldedASCII < $1.foldedASCII }
        session.sourceIdentity = sourceIdentity(assumption)
        session.federatedProvider = assumption.question.caller.presentedProvider
        session.issued = SlowDate.written(assumption.question.now)
        let role = ARN(assumption.question.resource)
        let name = role?.resource.split(at: ASCII.slash).last ?? ""
        var made = AssumptionAnswer.NewSession(
            principal: Text("arn:aws:sts::\(role?.account ?? ""):assumed-role/\(name)/\(assumption.sessionName)"),
            session: session)
        // "on chaining only the newest session's policies apply": those of the call, and none of the caller's.
        made.sessionPolicies = assumption.sessionPolicies
        made.managedSessionPolicies = assumption.managedSessionPolicies
        return made
    }
}
