internal import JSONDocument

/// A case as the message that a service would send: whatever the socket refuses, no case can ask.
struct TestQuestion {
    /// What is asked for.
    enum Call: String {
        case authorize = "io.postern.Authorize"
        case assumeRole = "io.postern.AssumeRole"
    }

    let call: Call
    /// What the call is made with.
    let parameters: [(String, JSONOutput)]

    /// Without its NUL.
    var message: String {
        JSONOutput.object([("method", .string(call.rawValue)), ("parameters", .object(parameters))]).serialized()
    }

    /// Members of a case that say who asks, with which credentials, and in which circumstances.
    static let callerMembers = ["principal", "session", "sessionPolicies", "context"]
    /// Members of `call` (spec §8): what `AssumeRole` takes beside the role and its caller.
    static let callMembers = [
        "sessionName", "tags", "transitiveTagKeys", "sourceIdentity", "externalId", "durationSeconds",
        "federatedProvider", "policies", "policyArns",
    ]

    /// The question of a case for a decision.
    init(authorizing reader: ObjectReader) throws(MemberFault) {
        let own = TestQuestion.members(["principal", "action", "resource", "context"], of: reader)
        self.init(.authorize, own + (try TestQuestion.session(reader)))
    }

    /// The call of a case for an assumption.
    init(assuming reader: ObjectReader) throws(MemberFault) {
        guard let node = reader.node("call") else {
            throw MemberFault("`call` is missing: it has at least a `sessionName`", at: reader.path.appending("call"))
        }
        let call = try ObjectReader(
            node, at: reader.path.appending("call"), known: TestQuestion.callMembers, of: "a call")
        let own = TestQuestion.members(["principal", "role", "context"], of: reader)
        self.init(
            .assumeRole,
            own + TestQuestion.members(TestQuestion.callMembers, of: call) + (try TestQuestion.session(reader)))
    }

    private init(_ call: Call, _ parameters: [(String, JSONOutput)]) {
        self.call = call
        self.parameters = parameters
    }

    private static func members(_ names: [String], of reader: ObjectReader) -> [(String, JSONOutput)] {
        names.compactMap { name in reader.node(name).map { (name, JSONOutput($0)) } }
    }

    /// The session, whose policies may stand beside it.
    private static func session(_ reader: ObjectReader) throws(MemberFault) -> [(String, JSONOutput)] {
        let policies = reader.node("sessionPolicies")
        guard reader.node("session") != nil || policies != nil else { return [] }
        var members = (try reader.members("session") ?? []).map { ($0.name, JSONOutput($0.value)) }
        if let policies {
            guard !members.contains(where: { $0.0 == "policies" }) else {
                throw MemberFault(
                    "session policies are given twice: here and in `session`; keep one",
                    at: reader.path.appending("sessionPolicies"))
            }
            members.append(("policies", JSONOutput(policies)))
        }
        return [("session", .object(members))]
    }
}
