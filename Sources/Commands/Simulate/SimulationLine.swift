internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// One line of `simulate`, read and checked (design §3.4).
struct SimulationLine {
    /// What its answer repeats.
    var name: String?
    var simulation: Simulation

    /// The longest line: a dozen of the largest documents.
    static let bytesMax = 4 * 1024 * 1024
    /// A line puts up to 3 levels around a document, which may have 32 of its own.
    static let limits = JSONLimits(bytesMax: bytesMax, depthMax: 40, nodesMax: 1_000_000)

    private static let members = [
        "name", "principal", "action", "resource", "resourceAccount", "context", "identityPolicies",
        "permissionsBoundaries", "sessionPolicies", "serviceControlPolicies", "resourceControlPolicies",
        "resourcePolicy", "resourcePolicyRequired", "session",
    ]

    /// The name in a line that may be wrong otherwise.
    static func name(in root: JSONNode) -> String? { root["name"]?.string }

    init(_ root: JSONNode, text: [UInt8]) throws(MemberFault) {
        let reader = try ObjectReader(root, at: JSONPath(), known: SimulationLine.members, of: "a question")
        name = try reader.text("name")?.string
        let caller = try SimulationLine.caller(reader)
        let action = try reader.requiredText("action")
        let resource = try reader.requiredText("resource")
        let owner = try SimulationLine.resourceAccount(reader, resource: resource, caller: caller)
        simulation = Simulation(caller: caller, action: action, resource: resource, resourceAccount: owner)
        simulation.isPolicyRequired = try reader.bool("resourcePolicyRequired") ?? false
        simulation.context = try ContextReader.entries(reader, "context")
        let documents = DocumentMembers(reader: reader, text: text)
        simulation.policies = try documents.policies()
        simulation.session = try SessionReader.session(reader, documents, &simulation.policies)
    }

    /// Who asks, or who may be written there.
    static func caller(_ reader: ObjectReader) throws(MemberFault) -> SimulatedCaller {
        let text = try reader.requiredText("principal")
        guard let caller = SimulatedCaller(text) else {
            throw MemberFault(
                "\(UserText.quoted(text.string)) is no principal: give the ARN of a user, role, session or root user in"
                    + " partition `aws`, a service such as `svc.example`, or `anonymous`",
                at: reader.path.appending("principal"))
        }
        return caller
    }

    /// What the line says, else the ARN's field, else the caller's account.
    static func resourceAccount(
        _ reader: ObjectReader, resource: Text, caller: SimulatedCaller
    ) throws(MemberFault) -> AccountID? {
        guard let text = try reader.text("resourceAccount") else {
            let named = ARN(resource).flatMap { AccountID($0.account) }
            // Only the resource's own policies decide for a caller without an account, whosever the resource is.
            return named ?? caller.account ?? AccountID("000000000000")
        }
        let path = reader.path.appending("resourceAccount")
        guard let account = AccountID(text) else {
            throw MemberFault("\(UserText.quoted(text.string)) is no account: expected twelve digits", at: path)
        }
        return account
    }
}
