public import DecisionTree
public import PolicyModel

/// Decides questions: combines the trees of all kinds of policy into one decision (spec §6).
///
/// A plain function of the tables and the question. It takes no lock, writes no log and, once its buffers have seen their
/// largest question, allocates nothing.
public enum Authorizer {
    /// Decides the question in `view`.
    ///
    /// - Parameter view: principal, action and resource are set, and the caller's keys are the entries of `context`.
    ///   What the authorizer adds is taken away again, so that the same entries may serve for many questions.
    /// - Parameter context: the range of the caller's entries.
    /// - Parameter now: the one reading of the clock for this question.
    /// - Throws: `RequestFault` when the question is one that nobody may ask; it is then not decided at all.
    public static func decide(
        _ view: inout RequestView, context: Range<Int>, tables: DecisionTables, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Verdict {
        let entries = view.entries.count
        let values = view.values.count
        let mark = view.arena.count
        scratch.begin(conditionCount: tables.conditionCount, now: now)
        defer {
            view.entries.truncate(to: entries)
            view.values.truncate(to: values)
            view.arena.reset(to: mark)
        }
        var question = Question(tables)
        return try question.decide(&view, context: context, &scratch)
    }
}

/// One question on its way through the rules.
struct Question {
    let tables: DecisionTables
    /// The caller's principal record, or 0 for a root user.
    var record = 0
    /// The record of the caller's account.
    var accountRecord = 0
    /// A session's name.
    var sessionName = ByteView()
    /// The account that owns the resource; empty until it is known.
    var resourceAccount = ByteView()
    /// Whether the resource can only be reached through its policy.
    var isPolicyRequired = false
    /// Where a deciding statement stands.
    var found = Verdict(.implicitDeny, .identityPolicy)

    init(_ tables: DecisionTables) {
        self.tables = tables
    }

    /// Everything that is looked at before policies, then the policies.
    mutating func decide(
        _ view: inout RequestView, context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict {
        try readAction(&view, &scratch)
        guard Question.isResource(view.resource) else { throw .malformedResource }
        findRegistryEntries(view, &scratch)
        view.beginBinding(keyCount: tables.keyCount)
        try bindCaller(context, &view, scratch)
        if let refusal = resolveCaller(view.principal, &scratch.caller) { return refusal }
        // "`sts:GetCallerIdentity` is always allowed for a known principal, explicit denies included" (spec §6.1).
        if scratch.foldedAction.equals("sts:getcalleridentity") { return Verdict(.allowed, .allowed) }
        if let refusal = resolveResourceAccount(view.resource, scratch) { return refusal }
        guard bindEngine(&view, scratch) else { throw .tooLarge }
        let verdict = decideByPolicies(view, &scratch)
        return scratch.isExhausted ? Verdict(.implicitDeny, .tooCostly) : verdict
    }

    // MARK: The question itself

    /// Checks the action's shape and finds its symbol and its service's bit.
    private func readAction(_ view: inout RequestView, _ scratch: inout Scratch) throws(RequestFault) {
        let action = view.action
        guard let colon = action.firstIndex(of: ASCII.colon), colon > 0, colon + 1 < action.count,
            action.firstIndex(of: ASCII.colon, from: colon + 1) == nil
        else { throw .malformedAction }
        let mark = view.arena.count
        for index in 0..<action.count {
            let byte = action[index]
            guard byte > 0x20, byte != 0x7F, byte != ASCII.star, byte != ASCII.questionMark else {
                throw .malformedAction
            }
            guard view.arena.append(ASCII.lowercased(byte)) else { throw .tooLarge }
        }
        scratch.foldedAction = view.arena.view(from: mark)
        scratch.actionSymbol = tables.actions.id(of: scratch.foldedAction)
        let bit = tables.services.payload(of: scratch.foldedAction.slice(0, colon))
        // A service that no document names shares the last bit, which only documents open to it have.
        scratch.serviceBit = 1 << UInt64(min(bit, 63))
    }

    /// `*`, or `arn:` with six fields of which partition and service are not empty.
    private static func isResource(_ resource: ByteView) -> Bool {
        if resource.equals("*") { return true }
        guard resource.hasPrefix("arn:"), let partitionEnd = resource.firstIndex(of: ASCII.colon, from: 4),
            let serviceEnd = resource.firstIndex(of: ASCII.colon, from: partitionEnd + 1),
            let regionEnd = resource.firstIndex(of: ASCII.colon, from: serviceEnd + 1)
        else { return false }
        return partitionEnd > 4 && serviceEnd > partitionEnd + 1
            && resource.firstIndex(of: ASCII.colon, from: regionEnd + 1) != nil
    }

    // MARK: Who asks

    /// Finds who asks; a verdict when that alone decides.
    private mutating func resolveCaller(_ principal: ByteView, _ caller: inout CallerFacts) -> Verdict? {
        let reason = identify(principal, &caller)
        if let reason { return Verdict(.implicitDeny, reason) }
        caller.account = tables.directory.bytes(tables.directory.offset(accountRecord + Format.AccountRecord.id))
        let canonical = tables.directory.offset(accountRecord + Format.AccountRecord.canonicalID)
        if canonical != 0 { caller.canonicalID = tables.directory.bytes(canonical) }
        guard record != 0 else { return nil }
        let flags = tables.directory[record + Format.PrincipalRecord.flags]
        // Every decision for a quarantined principal is implicitDeny (design §3.2 rule 3).
        if flags & Format.PrincipalRecord.isQuarantined != 0 { return Verdict(.implicitDeny, .brokenReference) }
        caller.arn = tables.directory.bytes(tables.directory.offset(record + Format.PrincipalRecord.arn))
        let id = tables.directory.offset(record + Format.PrincipalRecord.id)
        if id != 0 { caller.id = tables.directory.bytes(id) }
        caller.hasBoundary = tables.directory[record + Format.PrincipalRecord.boundarySet] != 0
        return nil
    }

    private mutating func identify(_ principal: ByteView, _ caller: inout CallerFacts) -> Reason? {
        if let offset = tables.users.find(principal) {
            setRecord(tables.users.payload(at: offset))
            caller.kind = .user
            return nil
        }
        if principal.hasPrefix("arn:aws:iam::") { return identifyRoot(principal, &caller) }
        if principal.hasPrefix("arn:aws:sts::") { return identifySession(principal, &caller) }
        let isUnsupported = principal.equals("anonymous") || Question.isServiceName(principal)
        return isUnsupported ? .unsupportedPrincipal : .unknownPrincipal
    }

    private mutating func setRecord(_ payload: UInt32) {
        record = Int(payload)
        accountRecord = tables.directory.offset(record + Format.PrincipalRecord.account)
    }

    /// Finds the account of `arn:aws:iam::<account>:root`.
    private mutating func identifyRoot(_ principal: ByteView, _ caller: inout CallerFacts) -> Reason? {
        guard principal.count == 30, principal.slice(25, 30).equals(":root"),
            let offset = tables.accounts.find(principal.slice(13, 25))
        else { return .unknownPrincipal }
        accountRecord = Int(tables.accounts.payload(at: offset))
        let flags = tables.directory[accountRecord + Format.AccountRecord.flags]
        guard flags & Format.AccountRecord.isRootEnabled != 0 else { return .rootDisabled }
        caller.kind = .root
        caller.arn = principal
        return nil
    }

    /// `arn:aws:sts::<account>:assumed-role/<role>/<session>`; the roles are known by the part before the session.
    private mutating func identifySession(_ principal: ByteView, _ caller: inout CallerFacts) -> Reason? {
        guard principal.count > 26 else { return .unknownPrincipal }
        if principal.dropFirst(25).hasPrefix(":federated-user/") { return .unsupportedPrincipal }
        guard principal.dropFirst(25).hasPrefix(":assumed-role/"),
            let slash = principal.firstIndex(of: ASCII.slash, from: 39),
            Question.isSessionName(principal.dropFirst(slash + 1)),
            let offset = tables.roles.find(principal.slice(13, slash))
        else { return .unknownPrincipal }
        setRecord(tables.roles.payload(at: offset))
        caller.kind = .session
        caller.sessionARN = principal
        sessionName = principal.dropFirst(slash + 1)
        return nil
    }

    /// At most 64 of `[\w+=,.@-]` (spec §8); one is let pass, which AWS would not issue.
    private static func isSessionName(_ name: ByteView) -> Bool {
        guard (1...64).contains(name.count) else { return false }
        for index in 0..<name.count {
            switch name[index] {
            case 0x2B, 0x3D, 0x2C, 0x2E, 0x40, 0x2D, 0x5F: continue
            case let byte where ASCII.isAlphanumeric(byte): continue
            default: return false
            }
        }
        return true
    }

    private static func isServiceName(_ name: ByteView) -> Bool {
        var dots = 0
        for index in 0..<name.count {
            switch name[index] {
            case 0x2E: dots += 1
            case 0x2D: continue
            case let byte where ASCII.isAlphanumeric(byte): continue
            default: return false
            }
        }
        return dots > 0
    }
}
