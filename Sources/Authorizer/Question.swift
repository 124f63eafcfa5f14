internal import DecisionTree
internal import PolicyModel

/// One question on its way through the rules.
///
/// It cannot be copied: it is large, and a copy of it for each rule would cost as much as the rules.
struct Question: ~Copyable {
    private let inPlace = InPlace()
    let tables: DecisionTables
    /// Inline session policies: documents with symbols of their own.
    let sessionDocuments: DecisionTables?
    let mode: AuthorizerMode
    /// Whether this is one of the questions of an `AssumeRole` call.
    let isAssumption: Bool
    /// What the call asks for; empty for any other question.
    let assumption: AssumptionView
    /// The caller's principal record, or 0 where there is none.
    var record = 0
    /// The record of the caller's account, or 0.
    var accountRecord = 0
    /// A session's name.
    var sessionName = ByteView()
    /// The account that owns the resource; empty until it is known.
    var resourceAccount = ByteView()
    /// The record of the resource's account, or 0.
    var resourceRecord = 0
    /// The record of the role that is to be assumed, or 0: its trust policy is then the resource's.
    var targetRole = 0
    /// Whether the resource can only be reached through its policy.
    var isPolicyRequired = false
    /// What the inline session policies say.
    var inlineSession = InlineSession()
    /// Where a deciding statement stands.
    var found = Verdict(.implicitDeny, .identityPolicy)

    /// What the documents of `sessionDocuments` came to.
    struct InlineSession {
        var deny: Verdict?
        var allow: Verdict?
    }

    init(
        _ tables: DecisionTables, _ sessionDocuments: DecisionTables?, _ mode: AuthorizerMode,
        _ assumption: AssumptionView? = nil
    ) {
        self.tables = tables
        self.sessionDocuments = sessionDocuments
        self.mode = mode
        isAssumption = assumption != nil
        self.assumption = assumption ?? AssumptionView()
    }

    /// Everything that is looked at before policies, then the policies.
    mutating func decide(
        _ view: inout RequestView, context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict {
        if let verdict = try prepare(&view, context, &scratch) { return verdict }
        if sessionDocuments != nil {
            try readInlineSession(&view, context, &scratch)
            try bind(to: tables, &view, context, &scratch)
        }
        let verdict = decideByPolicies(view, &scratch)
        return scratch.isExhausted ? Verdict(.implicitDeny, .tooCostly) : verdict
    }

    /// Finds out who asks, about what and whose; a verdict when that alone decides.
    ///
    /// The key slots hold the question's keys afterwards.
    mutating func prepare(
        _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) -> Verdict? {
        try readAction(&view, &scratch)
        guard Question.isResource(view.resource) else { throw isAssumption ? .malformedRole : .malformedResource }
        findRegistryEntries(view, &scratch)
        let isRoleMissing = !findTargetRole(view.resource, scratch)
        view.beginBinding(keyCount: tables.keyCount)
        try bindCaller(context, tables, &view, scratch)
        if let refusal = try resolveCaller(view, &scratch) { return refusal }
        // "`sts:GetCallerIdentity` is always allowed for a known principal, explicit denies included" (spec §6.1).
        if scratch.foldedAction.equals("sts:getcalleridentity"), scratch.caller.kind != .anonymous {
            return Verdict(.allowed, .allowed)
        }
        try checkSessionPolicies(view)
        try checkAssumption(view, scratch)
        if isUnsuitable(view, scratch) { return Verdict(.implicitDeny, .unsuitableCredentials) }
        if isRoleMissing { return Verdict(.implicitDeny, .unknownRole) }
        if let reason = refusalOfAssumption(view) { return Verdict(.implicitDeny, reason) }
        if let refusal = resolveResourceAccount(view.resource, scratch) { return refusal }
        guard bindEngine(tables, &view, scratch) else { throw .tooLarge }
        return nil
    }

    /// Lets the key slots hold what the documents of `names` read.
    mutating func bind(
        to names: DecisionTables, _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) {
        scratch.beginPass(conditionCount: names.conditionCount)
        scratch.actionSymbol = names.actions.id(of: scratch.foldedAction)
        view.beginBinding(keyCount: names.keyCount)
        try bindCaller(context, names, &view, scratch)
        guard bindEngine(names, &view, scratch) else { throw .tooLarge }
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
}
