internal import DecisionTree
internal import PolicyModel

/// One question on its way through the rules.
///
/// It cannot be copied: it is large, and a copy of it for each rule would cost as much as the rules.
struct Question: ~Copyable {
    private let inPlace = InPlace()
    let tables: TablesView
    /// Inline session policies: documents with symbols of their own.
    let sessionDocuments: TablesView?
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
    /// The resource's fifth field, if it is an account; else empty.
    var accountField = ByteView()
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
        _ tables: TablesView, _ sessionDocuments: TablesView?, _ mode: AuthorizerMode,
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
        guard readResource(view.resource) else { throw isAssumption ? .malformedRole : .malformedResource }
        if tables.registry.offset(0) != 0 { findRegistryEntries(view, &scratch) }
        let isRoleMissing = scratch.isAccessManagement && !findTargetRole(view.resource, scratch)
        view.beginBinding(keyCount: tables.keyCount)
        try bindCaller(context, tables, &view, scratch)
        if let refusal = try resolveCaller(view, &scratch) { return refusal }
        // Most questions are of long-term keys and about other services: nothing of this is about them.
        if scratch.isAccessManagement || view.session.isGiven || isAssumption {
            if let verdict = try checkCredentials(view, isRoleMissing: isRoleMissing, scratch) { return verdict }
        }
        if let refusal = resolveResourceAccount(view.resource, scratch) { return refusal }
        guard bindEngine(tables, &view, scratch) else { throw .tooLarge }
        return nil
    }

    /// What credentials, sessions and assumptions come to before policies are asked (spec §6.1, §8).
    private func checkCredentials(
        _ view: borrowing RequestView, isRoleMissing: Bool, _ scratch: borrowing Scratch
    ) throws(RequestFault) -> Verdict? {
        // "`sts:GetCallerIdentity` is always allowed for a known principal, explicit denies included" (spec §6.1).
        if scratch.isAccessManagement, scratch.foldedAction.equals("sts:getcalleridentity"),
            scratch.caller.kind != .anonymous
        {
            return Verdict(.allowed, .allowed)
        }
        try checkSessionPolicies(view)
        try checkAssumption(view, scratch)
        if isUnsuitable(view, scratch) { return Verdict(.implicitDeny, .unsuitableCredentials) }
        if isRoleMissing { return Verdict(.implicitDeny, .unknownRole) }
        if let reason = refusalOfAssumption(view) { return Verdict(.implicitDeny, reason) }
        return nil
    }

    /// Lets the key slots hold what the documents of `names` read.
    mutating func bind(
        to names: TablesView, _ view: inout RequestView, _ context: Range<Int>, _ scratch: inout Scratch
    ) throws(RequestFault) {
        scratch.beginPass(conditionCount: names.conditionCount)
        scratch.setAction(scratch.foldedAction, in: names)
        view.beginBinding(keyCount: names.keyCount)
        try bindCaller(context, names, &view, scratch)
        guard bindEngine(names, &view, scratch) else { throw .tooLarge }
    }

    // MARK: The question itself

    /// Finds the action's symbol and its service's bit.
    private func readAction(_ view: inout RequestView, _ scratch: inout Scratch) throws(RequestFault) {
        if let entry = tables.actions.find(view.action, guess: &scratch.actionGuess) {
            let bits = tables.actions.payload(at: entry)
            if bits & Format.ActionSymbol.isAskable != 0 {
                scratch.foldedAction = tables.actions.name(at: entry)
                scratch.actionSymbol = tables.actions.symbol(at: entry)
                scratch.serviceSymbol = bits >> Format.ActionSymbol.serviceShift
                scratch.serviceBit = Format.ServiceMask.mask(of: scratch.serviceSymbol)
                scratch.isAccessManagement = bits & Format.ActionSymbol.isAccessManagement != 0
                return
            }
        }
        try readUnknownAction(&view, &scratch)
    }

    /// An action that no document names whole.
    private func readUnknownAction(_ view: inout RequestView, _ scratch: inout Scratch) throws(RequestFault) {
        guard ActionName.colon(view.action) != nil else { throw .malformedAction }
        let mark = view.arena.count
        guard view.arena.append(folded: view.action) else { throw .tooLarge }
        scratch.setAction(view.arena.view(from: mark), in: tables)
        scratch.serviceBit = Format.ServiceMask.mask(of: scratch.serviceSymbol)
        scratch.isAccessManagement = ActionName.isAccessManagement(scratch.foldedAction)
    }

    /// `*`, or `arn:` with six fields of which partition and service are not empty; keeps the fifth, if it is twelve
    /// digits.
    private mutating func readResource(_ resource: ByteView) -> Bool {
        let shape = ARNShape(resource)
        guard shape.isARN else { return resource.equals("*") }
        accountField = shape.account(of: resource)
        return true
    }
}
