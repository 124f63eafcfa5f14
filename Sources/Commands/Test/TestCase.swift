internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A question with the answer that it should get.
struct TestCase {
    var name: String
    var simulation: Simulation
    /// Whether the question brings its policies; else a store has them.
    var isSelfContained: Bool
    /// Where the accounts of a question that brings its policies are.
    var organization: TestOrganization?
    var expectation: TestExpectation
}

/// What a case says must come out; what is `nil` is not compared.
struct TestExpectation {
    var decision: Decision
    var reason: String?
    var deniedBy: [String]?
    var statement: Statement?

    /// The statement that must have decided.
    struct Statement {
        var policy: String?
        var sid: String?
        var index: Int?
    }
}

/// Reads the cases of a file; what its members mean is written in `postern test --help`.
struct TestCaseReader {
    /// As it stands before line numbers.
    let file: String
    let text: [UInt8]
    /// Whether cases without policies have a store to be asked of.
    let hasStore: Bool

    private static let policyMembers = [
        "identityPolicies", "resourcePolicies", "permissionsBoundary", "serviceControlPolicies",
        "resourceControlPolicies",
    ]
    /// What a store knows better.
    private static let entityMembers = [
        "resourceAccount", "resourcePolicyRequired", "isTrustPolicy", "userID", "roleID", "roleARN", "canonicalID",
        "tags", "resourceTags", "organization",
    ]
    private static let members =
        [
            "name", "principal", "action", "resource", "context", "session", "sessionPolicies", "now", "decision",
            "reason", "deniedBy", "statement", "refused",
        ] + policyMembers + entityMembers
    private static let clock = "2026-01-01T00:00:00Z"

    /// Reads one case; its path is that of its own members.
    func testCase(_ node: JSONNode) throws(MemberFault) -> TestCase {
        let reader = try ObjectReader(node, at: JSONPath(), known: TestCaseReader.members, of: "a case")
        let isSelfContained =
            !hasStore || TestCaseReader.policyMembers.contains { reader.node($0) != nil }
        if !isSelfContained { try refuseEntityMembers(reader) }
        var result = TestCase(
            name: try reader.requiredText("name").string, simulation: try question(reader),
            isSelfContained: isSelfContained, expectation: try expectation(reader))
        try checkTrust(reader, result.simulation)
        try readPolicies(reader, into: &result)
        return result
    }

    /// What the resource's policy is follows from the question; a case may say it, and may not say otherwise.
    private func checkTrust(_ reader: ObjectReader, _ simulation: Simulation) throws(MemberFault) {
        guard let isTrust = try reader.bool("isTrustPolicy"), isTrust != (simulation.targetRole != nil) else { return }
        throw MemberFault(
            isTrust
                ? "a trust policy is asked for `sts:AssumeRole` and what goes with it, on the ARN of a role"
                : "the policy of a role that is to be assumed is its trust policy",
            at: reader.path.appending("isTrustPolicy"))
    }

    private func refuseEntityMembers(_ reader: ObjectReader) throws(MemberFault) {
        for name in TestCaseReader.entityMembers where reader.node(name) != nil {
            throw MemberFault("`\(name)` comes from the store; leave it out", at: reader.path.appending(name))
        }
    }

    private func question(_ reader: ObjectReader) throws(MemberFault) -> Simulation {
        let caller = try caller(reader)
        let resource = try reader.requiredText("resource")
        var question = Simulation(
            caller: caller, action: try reader.requiredText("action"), resource: resource,
            resourceAccount: try SimulationLine.resourceAccount(reader, resource: resource, caller: caller))
        // Nobody owns what neither the case nor the ARN nor the caller gives an account.
        if caller.account == nil, reader.node("resourceAccount") == nil,
            ARN(resource).flatMap({ AccountID($0.account) }) == nil
        {
            question.resourceAccount = nil
        }
        question.isPolicyRequired = try reader.bool("resourcePolicyRequired") ?? false
        question.context = try ContextReader.entries(reader, "context")
        question.tags = try tags(reader, "tags") ?? []
        question.resourceTags = try tags(reader, "resourceTags")
        question.now = try instant(reader)
        return question
    }

    private func caller(_ reader: ObjectReader) throws(MemberFault) -> SimulatedCaller {
        let text = try reader.requiredText("principal")
        guard var caller = SimulatedCaller(text) else {
            throw MemberFault(
                "\(UserText.quoted(text.string)) is no principal", at: reader.path.appending("principal"))
        }
        if let role = try reader.text("roleARN").flatMap({ SimulatedCaller($0) }), role.kind == .role {
            (caller.name, caller.path) = (role.name, role.path)
        }
        caller.id = try reader.text(caller.kind == .role ? "roleID" : "userID")
        caller.canonicalID = try reader.text("canonicalID")
        return caller
    }

    private func tags(_ reader: ObjectReader, _ name: String) throws(MemberFault) -> [Tag]? {
        try reader.textMap(name)?.map { Tag(key: $0.key, value: $0.value) }
    }

    private func instant(_ reader: ObjectReader) throws(MemberFault) -> Instant? {
        let text = try reader.text("now") ?? Text(TestCaseReader.clock)
        guard let instant = Instant(Array(text.utf8).span) else {
            throw MemberFault("\(UserText.quoted(text.string)) is no date", at: reader.path.appending("now"))
        }
        return instant
    }
}

/// What should come out.
extension TestCaseReader {
    private func expectation(_ reader: ObjectReader) throws(MemberFault) -> TestExpectation {
        let text = try reader.requiredText("decision")
        guard let decision = Decision(rawValue: text.string) else {
            throw MemberFault(
                "\(UserText.quoted(text.string)) is no decision: write `allowed`, `explicitDeny` or `implicitDeny`",
                at: reader.path.appending("decision"))
        }
        return TestExpectation(
            decision: decision, reason: try reason(reader), deniedBy: try reader.texts("deniedBy")?.map(\.string),
            statement: try statement(reader))
    }

    private func reason(_ reader: ObjectReader) throws(MemberFault) -> String? {
        guard let text = try reader.text("reason") else { return nil }
        guard Reason(rawValue: text.string) != nil else {
            throw MemberFault("\(UserText.quoted(text.string)) is no reason", at: reader.path.appending("reason"))
        }
        return text.string
    }

    private func statement(_ outer: ObjectReader) throws(MemberFault) -> TestExpectation.Statement? {
        guard let node = outer.node("statement") else { return nil }
        let path = outer.path.appending("statement")
        let reader = try ObjectReader(node, at: path, known: ["policy", "sid", "index"], of: "a statement")
        var statement = TestExpectation.Statement()
        statement.policy = try reader.text("policy")?.string
        statement.sid = try reader.text("sid")?.string
        if let node = reader.node("index") {
            guard case .number(let text) = node.value, let index = Int(text), index >= 0 else {
                throw MemberFault("`index` is a whole number from 0", at: path.appending("index"))
            }
            statement.index = index
        }
        return statement
    }
}

/// The policies that a case brings.
extension TestCaseReader {
    private func readPolicies(_ reader: ObjectReader, into result: inout TestCase) throws(MemberFault) {
        let documents = DocumentMembers(reader: reader, text: text)
        var policies = SimulatedPolicies()
        policies.session = try documents.list("sessionPolicies", .session)
        result.simulation.session = try SessionReader.session(reader, documents, &policies)
        // Policies come with a session.
        if policies.session != nil, result.simulation.session == nil {
            result.simulation.session = SimulatedSession()
        }
        if result.isSelfContained {
            policies.identity = try documents.list("identityPolicies", .identity) ?? []
            let isTrust = result.simulation.targetRole != nil
            policies.resource = try documents.list("resourcePolicies", isTrust ? .trust : .resource)
            if let node = reader.node("permissionsBoundary") {
                let located = Located(node: node, path: reader.path.appending("permissionsBoundary"))
                policies.boundaries = [try documents.document(located, .boundary)]
            }
            policies.serviceControl = try documents.levels("serviceControlPolicies", .scp)
            policies.resourceControl = try documents.levels("resourceControlPolicies", .rcp)
        }
        result.simulation.policies = policies.named(file)
        if result.isSelfContained {
            result.organization = try TestOrganization(reader, of: result.simulation)
        }
    }
}

extension SimulatedPolicies {
    /// The same, written in a file.
    func named(_ file: String) -> SimulatedPolicies {
        var copy = self
        copy.identity = identity?.map { $0.named(file) }
        copy.boundaries = boundaries?.map { $0.named(file) }
        copy.session = session?.map { $0.named(file) }
        copy.serviceControl = serviceControl?.map { $0.map { $0.named(file) } }
        copy.resourceControl = resourceControl?.map { $0.map { $0.named(file) } }
        copy.resource = resource?.map { $0.named(file) }
        return copy
    }
}

extension SimulatedPolicy {
    fileprivate func named(_ file: String) -> SimulatedPolicy {
        SimulatedPolicy(
            label: label,
            source: PolicySource(
                document: source.document, text: source.text, file: file,
                statementPositions: source.statementPositions))
    }
}
