public import DecisionTree
public import PolicyModel

/// Whether a role may be assumed, and the session that comes of it (spec §8).
public struct Assumption: Sendable {
    /// The decision, with why.
    public var verdict: Verdict
    /// The session; `nil` unless the decision is `allowed`.
    public var session: AssumedSession?

    /// Makes the outcome of a call.
    public init(verdict: Verdict, session: AssumedSession?) {
        self.verdict = verdict
        self.session = session
    }
}

/// What is known of a session that a role was assumed for: what its `Session` says from then on (design §3.3).
///
/// It has no MFA: "an AssumeRole session reports `aws:MultiFactorAuthPresent=false`, no Age" (spec §8).
public struct AssumedSession: Sendable {
    /// The session's ARN.
    public var principal: Text
    /// The session tags: those of the call and those inherited, which are first.
    public var tags: [(key: Text, value: Text)]
    /// Keys of the tags that the next role inherits.
    public var transitiveTagKeys: [Text]
    /// The source identity, set or inherited.
    public var sourceIdentity: Text?
    /// The identity provider of a bearer.
    public var federatedProvider: Text?
    /// When the session begins, as a date.
    public var issued: Text
}

extension Authorizer {
    /// Decides whether the principal of `view` may assume the role that is its resource.
    ///
    /// "Extra actions are evaluated with the same call, all must be allowed" (spec §8): `sts:TagSession` when tags are
    /// passed or inherited, `sts:SetSourceIdentity` when one is set or inherited. A bearer of a provider's token asks as
    /// `anonymous`, by `sts:AssumeRoleWithSAML` or `sts:AssumeRoleWithWebIdentity`.
    ///
    /// - Parameter view: principal, resource, the principal's session, and the caller's keys are set; not the action.
    /// - Parameter sessionPolicies: the inline policies of the principal's own session, not those of the session to be.
    /// - Throws: `RequestFault` when nobody may ask that.
    public static func assumeRole(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>, tables: DecisionTables,
        sessionPolicies: DecisionTables? = nil, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Assumption {
        defer {
            extendLifetime(tables)
            extendLifetime(sessionPolicies)
        }
        var first: (targetRole: Int, verdict: Verdict)?
        var denied: Verdict?
        for action in actions(of: assumption, view) {
            view.action = ByteView(action)
            var question = Question(tables.view, sessionPolicies?.view, .enforce, assumption)
            let verdict = try run(&question, &view, context, &scratch, now)
            if first == nil { first = (question.targetRole, verdict) }
            let isFinal = verdict.decision == .explicitDeny || !verdict.reason.isOfPolicies
            if isFinal { return Assumption(verdict: verdict, session: nil) }
            // "Explicit always wins" (spec §1), whichever action it is of: the others are asked as well.
            if verdict.decision != .allowed, denied == nil { denied = verdict }
        }
        if let denied { return Assumption(verdict: denied, session: nil) }
        guard let first else { return Assumption(verdict: Verdict(.implicitDeny, .trustPolicy), session: nil) }
        let session = session(of: first.targetRole, tables.view, assumption, view, now)
        return Assumption(verdict: first.verdict, session: session)
    }

    /// The actions that must all be allowed, the assumption itself first.
    static func actions(of assumption: AssumptionView, _ view: borrowing RequestView) -> [StaticString] {
        var actions: [StaticString] = ["sts:AssumeRole"]
        if !assumption.federatedProvider.isEmpty {
            let isSAML = ARN(assumption.federatedProvider.text)?.resource.hasPrefix("saml-provider/") ?? false
            actions = [isSAML ? "sts:AssumeRoleWithSAML" : "sts:AssumeRoleWithWebIdentity"]
        }
        if !assumption.tags.isEmpty || view.session.inheritsTags(view) { actions.append("sts:TagSession") }
        if !assumption.sourceIdentity.isEmpty || !view.session.sourceIdentity.isEmpty {
            actions.append("sts:SetSourceIdentity")
        }
        return actions
    }
}

extension Reason {
    /// Whether policies were asked at all: what is refused before is refused for every action of an assumption.
    var isOfPolicies: Bool {
        switch self {
        case .allowed, .identityPolicy, .permissionsBoundary, .resourcePolicy, .trustPolicy, .sessionPolicy,
            .serviceControlPolicy:
            true
        default: false
        }
    }
}

extension SessionView {
    /// Whether the session hands on tags to the next role.
    func inheritsTags(_ view: borrowing RequestView) -> Bool {
        for index in tags where isTransitive(view.sessionTags[index].key, view) { return true }
        return false
    }

    /// Whether a tag of the session is handed on.
    func isTransitive(_ key: ByteView, _ view: borrowing RequestView) -> Bool {
        for index in transitiveTagKeys where view.sessionTexts[index].equalsFolded(key) { return true }
        return false
    }
}

extension Question {
    /// Checks what an assumption asks of the role and of the caller's own session.
    func checkAssumption(_ view: borrowing RequestView, _ scratch: borrowing Scratch) throws(RequestFault) {
        guard isAssumption, targetRole != 0 else { return }
        try checkDuration(scratch.caller)
        let account = tables.directory.offset(targetRole + Format.PrincipalRecord.account)
        for index in assumption.policyARNs {
            try checkManagedPolicy(view.sessionTexts[index], account, field: "policyArns")
        }
        for index in assumption.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
            throw .inheritedTag(view.sessionTags[index].key.text)
        }
        var inherited = 0
        for index in view.session.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
            inherited += 1
        }
        guard inherited + assumption.tags.count <= Question.sessionTagsMax else {
            throw .tooManyTags(tagsMax: Question.sessionTagsMax)
        }
    }

    /// "Session tags: ≤50" (spec §8), those that are inherited among them.
    private static let sessionTagsMax = 50

    /// Why a role is not assumed whatever the policies say.
    func refusalOfAssumption(_ view: borrowing RequestView) -> Reason? {
        guard isAssumption, targetRole != 0 else { return nil }
        let flags = tables.directory[targetRole + Format.PrincipalRecord.flags]
        // Its sessions would be denied everything (design §3.2 rule 3).
        if flags & Format.PrincipalRecord.isQuarantined != 0 { return .brokenReference }
        // "immutable, survives chaining; trying to change it → denied" (spec §8).
        let (wanted, held) = (assumption.sourceIdentity, view.session.sourceIdentity)
        return !wanted.isEmpty && !held.isEmpty && !wanted.equals(held) ? .sourceIdentityIsSet : nil
    }

    /// "900 … role's MaxSessionDuration […]; **chained** ≤3600: asking more is an error, not clipped" (spec §8).
    private func checkDuration(_ caller: CallerFacts) throws(RequestFault) {
        guard let seconds = assumption.durationSeconds else { return }
        if caller.kind == .session, seconds > 3_600 { throw .durationTooLong(secondsMax: 3_600, isChained: true) }
        let longest = Int(tables.directory[targetRole + Format.PrincipalRecord.maxSessionDuration])
        if seconds > longest { throw .durationTooLong(secondsMax: longest, isChained: false) }
    }

    /// The keys of an STS call (spec §7, §8).
    func bindAssumption(_ names: TablesView, _ view: inout RequestView) -> Bool {
        guard isAssumption else { return true }
        set(KeySymbol.externalID, assumption.externalID, names, &view)
        set(KeySymbol.roleSessionName, assumption.sessionName, names, &view)
        let identity = assumption.sourceIdentity.isEmpty ? view.session.sourceIdentity : assumption.sourceIdentity
        set(KeySymbol.stsSourceIdentity, identity, names, &view)
        for index in assumption.tags {
            let tag = view.sessionTags[index]
            guard bind("aws:requesttag/", tag, names, &view) else { return false }
        }
        bindKeys(KeySymbol.tagKeys, of: assumption.tags, names, &view)
        bindTexts(KeySymbol.transitiveTagKeys, assumption.transitiveTagKeys, names, &view)
        return true
    }

    private func bindKeys(
        _ key: UInt32, of tags: Range<Int>, _ names: TablesView, _ view: inout RequestView
    ) {
        guard !tags.isEmpty else { return }
        let first = view.values.count
        for index in tags { view.values.append(view.sessionTags[index].key) }
        append(key, ByteView(), first..<view.values.count, isList: true, &view)
    }

    private func bindTexts(
        _ key: UInt32, _ texts: Range<Int>, _ names: TablesView, _ view: inout RequestView
    ) {
        guard !texts.isEmpty else { return }
        let first = view.values.count
        for index in texts { view.values.append(view.sessionTexts[index]) }
        append(key, ByteView(), first..<view.values.count, isList: true, &view)
    }
}

extension Authorizer {
    /// The session that comes of an assumption.
    private static func session(
        of role: Int, _ tables: TablesView, _ assumption: AssumptionView, _ view: borrowing RequestView,
        _ now: Instant
    ) -> AssumedSession {
        let directory = tables.directory
        let account = directory.offset(role + Format.PrincipalRecord.account)
        func text(_ word: Int) -> Text {
            let offset = directory.offset(word)
            return offset == 0 ? "" : directory.bytes(offset).text
        }
        let name =
            "\(text(account + Format.AccountRecord.id)):assumed-role/\(text(role + Format.PrincipalRecord.name))"
        var session = AssumedSession(
            principal: Text("arn:aws:sts::\(name)/\(assumption.sessionName.text)"), tags: [], transitiveTagKeys: [],
            sourceIdentity: nil, federatedProvider: nil, issued: written(now))
        for index in view.session.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
            session.tags.append((view.sessionTags[index].key.text, view.sessionTags[index].value.text))
            session.transitiveTagKeys.append(view.sessionTags[index].key.text)
        }
        for index in assumption.tags {
            session.tags.append((view.sessionTags[index].key.text, view.sessionTags[index].value.text))
        }
        for index in assumption.transitiveTagKeys { session.transitiveTagKeys.append(view.sessionTexts[index].text) }
        let identity = assumption.sourceIdentity.isEmpty ? view.session.sourceIdentity : assumption.sourceIdentity
        session.sourceIdentity = identity.isEmpty ? nil : identity.text
        session.federatedProvider = assumption.federatedProvider.isEmpty ? nil : assumption.federatedProvider.text
        return session
    }

    private static func written(_ now: Instant) -> Text {
        var arena = Arena(capacity: 64)
        // A year of any length fits.
        _ = ClockText.append(date: now, to: &arena)
        return arena.view(from: 0).text
    }
}
