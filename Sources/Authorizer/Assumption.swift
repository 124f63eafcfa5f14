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
        let (verdict, session) = try decideAssumeRole(
            &view, assumption: assumption, context: context, tables: tables.view,
            sessionPolicies: sessionPolicies?.view, scratch: &scratch, now: now)
        return Assumption(verdict: verdict, session: session.map { AssumedSession($0, assumption, view) })
    }

    /// The same for a loop: nothing is allocated, and the session's texts are views into the tables and the view's arena.
    public static func decideAssumeRole(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>, tables: TablesView,
        sessionPolicies: TablesView? = nil, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> (verdict: Verdict, session: AssumedSessionView?) {
        var first: (targetRole: Int, verdict: Verdict)?
        var denied: Verdict?
        let actions = AssumptionActions(assumption, view)
        defer { view.action = ByteView(actions[0]) }
        for index in 0..<actions.count {
            view.action = ByteView(actions[index])
            var question = Question(tables, sessionPolicies, .enforce, assumption)
            let verdict = try run(&question, &view, context, &scratch, now)
            if first == nil { first = (question.targetRole, verdict) }
            let isFinal = verdict.decision == .explicitDeny || !verdict.reason.isOfPolicies
            if isFinal { return (verdict, nil) }
            // "Explicit always wins" (spec §1), whichever action it is of: the others are asked as well.
            if verdict.decision != .allowed, denied == nil { denied = verdict }
        }
        if let denied { return (denied, nil) }
        guard let first else { return (Verdict(.implicitDeny, .trustPolicy), nil) }
        return (first.verdict, session(of: first.targetRole, tables.directory, &view, now))
    }

    /// The session that comes of an assumption.
    private static func session(
        of role: Int, _ directory: Image, _ view: inout RequestView, _ now: Instant
    ) -> AssumedSessionView {
        let account = directory.offset(role + Format.PrincipalRecord.account)
        func bytes(_ word: Int) -> ByteView {
            let offset = directory.offset(word)
            return offset == 0 ? ByteView() : directory.bytes(offset)
        }
        // What the questions took of the arena has been given back, so a date of any year fits.
        let mark = view.arena.count
        _ = ClockText.append(date: now, to: &view.arena)
        return AssumedSessionView(
            account: bytes(account + Format.AccountRecord.id),
            roleName: bytes(role + Format.PrincipalRecord.name), issued: view.arena.view(from: mark))
    }
}

/// The actions that must all be allowed for an assumption, the assumption itself first.
struct AssumptionActions {
    private var actions: InlineArray<3, StaticString> = ["sts:AssumeRole", "", ""]
    /// How many there are.
    private(set) var count = 1

    init(_ assumption: AssumptionView, _ view: borrowing RequestView) {
        if !assumption.federatedProvider.isEmpty {
            let isSAML = AssumptionActions.isSAML(assumption.federatedProvider)
            actions[0] = isSAML ? "sts:AssumeRoleWithSAML" : "sts:AssumeRoleWithWebIdentity"
        }
        if !assumption.tags.isEmpty || view.session.inheritsTags(view) { append("sts:TagSession") }
        if !assumption.sourceIdentity.isEmpty || !view.session.sourceIdentity.isEmpty {
            append("sts:SetSourceIdentity")
        }
    }

    /// An action from 0.
    subscript(index: Int) -> StaticString { actions[index] }

    private mutating func append(_ action: StaticString) {
        actions[count] = action
        count += 1
    }

    /// Whether a provider is an ARN whose sixth field says so.
    private static func isSAML(_ provider: ByteView) -> Bool {
        guard provider.hasPrefix("arn:") else { return false }
        var colons = 0
        for index in 0..<provider.count where provider[index] == ASCII.colon {
            colons += 1
            if colons == 5 { return provider.dropFirst(index + 1).hasPrefix("saml-provider/") }
        }
        return false
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
        let identity = assumption.sourceIdentity(in: view.session)
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

extension AssumedSession {
    /// Copies what the views show.
    fileprivate init(_ session: AssumedSessionView, _ assumption: AssumptionView, _ view: borrowing RequestView) {
        let name = "\(session.account.text):assumed-role/\(session.roleName.text)/\(assumption.sessionName.text)"
        self.init(
            principal: Text("arn:aws:sts::\(name)"), tags: [], transitiveTagKeys: [], sourceIdentity: nil,
            federatedProvider: nil, issued: session.issued.text)
        for index in view.session.tags where view.session.isTransitive(view.sessionTags[index].key, view) {
            tags.append((view.sessionTags[index].key.text, view.sessionTags[index].value.text))
            transitiveTagKeys.append(view.sessionTags[index].key.text)
        }
        for index in assumption.tags {
            tags.append((view.sessionTags[index].key.text, view.sessionTags[index].value.text))
        }
        for index in assumption.transitiveTagKeys { transitiveTagKeys.append(view.sessionTexts[index].text) }
        let identity = assumption.sourceIdentity(in: view.session)
        sourceIdentity = identity.isEmpty ? nil : identity.text
        federatedProvider = assumption.federatedProvider.isEmpty ? nil : assumption.federatedProvider.text
    }
}
