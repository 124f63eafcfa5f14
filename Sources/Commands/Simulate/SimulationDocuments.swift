internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Reads the documents of a line, each by the rules of its kind.
struct DocumentMembers {
    let reader: ObjectReader
    /// The line.
    let text: [UInt8]
    /// Beyond those of the kinds.
    var rules = PolicyRules()

    /// Every kind.
    func policies() throws(MemberFault) -> SimulatedPolicies {
        var policies = SimulatedPolicies()
        policies.identity = try list("identityPolicies", .identity)
        policies.boundaries = try list("permissionsBoundaries", .boundary)
        policies.session = try list("sessionPolicies", .session)
        policies.serviceControl = try levels("serviceControlPolicies", .scp)
        policies.resourceControl = try levels("resourceControlPolicies", .rcp)
        policies.resource = try optional("resourcePolicy", .resource).map { [$0] }
        return policies
    }

    /// The document of a member; `nil` when it is absent.
    func optional(_ name: String, _ kind: PolicyKind) throws(MemberFault) -> SimulatedPolicy? {
        guard let node = reader.node(name) else { return nil }
        return try document(Located(node: node, path: reader.path.appending(name)), kind)
    }

    /// The documents of a member; `nil` when it is absent.
    func list(_ name: String, _ kind: PolicyKind) throws(MemberFault) -> [SimulatedPolicy]? {
        guard let elements = try reader.elements(name) else { return nil }
        return try documents(elements, kind)
    }

    /// The documents of a member that has a list of them for each level.
    func levels(_ name: String, _ kind: PolicyKind) throws(MemberFault) -> [[SimulatedPolicy]]? {
        guard let elements = try reader.elements(name) else { return nil }
        var levels: [[SimulatedPolicy]] = []
        for element in elements { levels.append(try documents(element.elements(), kind)) }
        return levels
    }

    private func documents(_ elements: [Located], _ kind: PolicyKind) throws(MemberFault) -> [SimulatedPolicy] {
        var documents: [SimulatedPolicy] = []
        for element in elements { documents.append(try document(element, kind)) }
        return documents
    }

    /// One document, or its first error with where it is.
    private func document(_ located: Located, _ kind: PolicyKind) throws(MemberFault) -> SimulatedPolicy {
        let label = located.path.description
        let result = PolicyParser(kind: kind, rules: rules).parse(located.node, in: "", text: text, path: label)
        if let source = result.source { return SimulatedPolicy(label: Text(label), source: source) }
        if kind == .rcp, let source = fullAccess(located) {
            return SimulatedPolicy(label: Text(label), source: source)
        }
        let error = result.errors.first
        throw MemberFault(message: error?.message ?? "the document is not accepted", path: error?.path ?? label)
    }

    /// `RCPFullAWSAccess` as AWS writes it: the one resource control policy that may say `Allow` (spec §2.5).
    private func fullAccess(_ located: Located) -> PolicySource? {
        let result = PolicyParser(kind: .resource).parse(
            located.node, in: "", text: text, path: located.path.description)
        guard let source = result.source, source.document.version == .v2012, source.document.statements.count == 1,
            var statement = source.document.statements.first
        else { return nil }
        statement.sid = nil
        let builtIn = Statement(
            effect: .allow, principal: .principal([.everyone]), action: .action(["*"]), resource: .resource(["*"]))
        return statement == builtIn ? source : nil
    }
}

/// Reads `session` (design §3.3 `Session`, and `user`, the user behind a federated-user session).
enum SessionReader {
    static let members = [
        "policies", "policyArns", "tags", "transitiveTagKeys", "sourceIdentity", "federatedProvider", "issued",
        "mfaPresent", "mfaAgeSeconds", "user",
    ]

    /// The session of a question; its policies go where `sessionPolicies` are.
    static func session(
        _ outer: ObjectReader, _ documents: DocumentMembers, _ policies: inout SimulatedPolicies
    ) throws(MemberFault) -> SimulatedSession? {
        guard let node = outer.node("session") else { return nil }
        let path = outer.path.appending("session")
        let reader = try ObjectReader(node, at: path, known: members, of: "a session")
        try readPolicies(reader, text: documents.text, &policies)
        var session = SimulatedSession()
        session.tags = try reader.textMap("tags") ?? []
        session.transitiveTagKeys = try reader.texts("transitiveTagKeys") ?? []
        session.sourceIdentity = try reader.text("sourceIdentity")
        session.federatedProvider = try reader.text("federatedProvider")
        session.user = try reader.text("user")
        session.issued = try issued(reader)
        session.isMFAPresent = try reader.bool("mfaPresent") ?? false
        session.mfaAge = try seconds(reader, "mfaAgeSeconds")
        return session
    }

    private static func readPolicies(
        _ reader: ObjectReader, text: [UInt8], _ policies: inout SimulatedPolicies
    ) throws(MemberFault) {
        if let arns = try reader.texts("policyArns"), !arns.isEmpty {
            throw MemberFault(
                "no store stands behind the question: give the documents in `sessionPolicies`",
                at: reader.path.appending("policyArns"))
        }
        let given = try DocumentMembers(reader: reader, text: text).list("policies", .session)
        guard let given else { return }
        guard policies.session == nil else {
            throw MemberFault(
                "session policies are given twice: here and in `sessionPolicies`", at: reader.path.appending("policies")
            )
        }
        policies.session = given
    }

    private static func issued(_ reader: ObjectReader) throws(MemberFault) -> Text? {
        guard let text = try reader.text("issued") else { return nil }
        guard Instant(Array(text.utf8).span) != nil else {
            throw MemberFault(
                "\(UserText.quoted(text.string)) is no date; write one such as `2026-01-31T12:00:00Z`",
                at: reader.path.appending("issued"))
        }
        return text
    }

    private static func seconds(_ reader: ObjectReader, _ name: String) throws(MemberFault) -> Text? {
        guard let node = reader.node(name) else { return nil }
        guard case .number(let text) = node.value, let seconds = Int64(text), seconds >= 0 else {
            throw MemberFault("`\(name)` is a whole number of seconds", at: reader.path.appending(name))
        }
        return Text(text)
    }
}
