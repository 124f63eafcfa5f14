internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What a case with policies of its own is decided by: everything that a store would hold for it.
struct TestWorld {
    private(set) var simulation: Simulation
    private var organization: TestOrganization?

    /// What the policies of the case make.
    var directory: Directory {
        var directory = Directory(simulation)
        organization?.add(to: &directory, of: simulation)
        return directory
    }

    init(_ shape: TestShape, of file: TestCaseReader) throws(MemberFault) {
        let reader = shape.reader
        switch shape.subject {
        case .decision: simulation = try TestWorld.decision(reader)
        case .assumption: simulation = try TestWorld.assumption(reader)
        }
        simulation.tags = try TestWorld.tags(reader, "tags") ?? []
        if let node = reader.node("session") {
            // The user behind a federated user is in the directory, too.
            simulation.session = SimulatedSession(user: node["user"]?.string.map { Text($0) })
        }
        simulation.policies = try TestWorld.policies(shape, simulation, file.documents(reader)).named(file.file)
        organization = try TestOrganization(reader, of: simulation)
    }

    private static func decision(_ reader: ObjectReader) throws(MemberFault) -> Simulation {
        let caller = try caller(reader)
        let resource = try reader.requiredText("resource")
        var simulation = Simulation(
            caller: caller, action: try reader.requiredText("action"), resource: resource,
            resourceAccount: try SimulationLine.resourceAccount(reader, resource: resource, caller: caller))
        // Nobody owns what neither the case nor the ARN nor the caller gives an account.
        if caller.account == nil, reader.node("resourceAccount") == nil,
            ARN(resource).flatMap({ AccountID($0.account) }) == nil
        {
            simulation.resourceAccount = nil
        }
        simulation.isPolicyRequired = try reader.bool("resourcePolicyRequired") ?? false
        simulation.resourceTags = try tags(reader, "resourceTags")
        try checkTrust(reader, simulation)
        return simulation
    }

    private static func assumption(_ reader: ObjectReader) throws(MemberFault) -> Simulation {
        let role = try reader.requiredText("role")
        // Whichever action the caller's token makes it, the role's policy is its trust policy.
        var simulation = Simulation(
            caller: try caller(reader), action: "sts:AssumeRole", resource: role,
            resourceAccount: ARN(role).flatMap { AccountID($0.account) })
        simulation.resourceTags = try tags(reader, "roleTags") ?? []
        if let node = reader.node("maxSessionDuration") {
            guard case .number(let text) = node.value, let seconds = Int(text), (3600...43_200).contains(seconds) else {
                throw MemberFault(
                    "`maxSessionDuration` is a whole number of seconds from 3600 to 43200",
                    at: reader.path.appending("maxSessionDuration"))
            }
            simulation.maxSessionDurationSeconds = seconds
        }
        return simulation
    }

    /// What the resource's policy is follows from the question; a case may say it, and may not say otherwise.
    private static func checkTrust(_ reader: ObjectReader, _ simulation: Simulation) throws(MemberFault) {
        guard let isTrust = try reader.bool("isTrustPolicy"), isTrust != (simulation.targetRole != nil) else { return }
        throw MemberFault(
            isTrust
                ? "a trust policy is asked for `sts:AssumeRole` and what goes with it, on the ARN of a role"
                : "the policy of a role that is to be assumed is its trust policy; leave it out",
            at: reader.path.appending("isTrustPolicy"))
    }

    private static func caller(_ reader: ObjectReader) throws(MemberFault) -> SimulatedCaller {
        var caller = try SimulationLine.caller(reader)
        if let role = try reader.text("roleARN").flatMap({ SimulatedCaller($0) }), role.kind == .role {
            (caller.name, caller.path) = (role.name, role.path)
        }
        caller.id = try reader.text(caller.kind == .role ? "roleID" : "userID")
        caller.canonicalID = try reader.text("canonicalID")
        return caller
    }

    private static func tags(_ reader: ObjectReader, _ name: String) throws(MemberFault) -> [Tag]? {
        try reader.textMap(name)?.map { Tag(key: $0.key, value: $0.value) }
    }

    private static func policies(
        _ shape: TestShape, _ simulation: Simulation, _ documents: DocumentMembers
    ) throws(MemberFault) -> SimulatedPolicies {
        var policies = SimulatedPolicies()
        policies.identity = try documents.list("identityPolicies", .identity) ?? []
        switch shape.subject {
        case .decision:
            let isTrust = simulation.targetRole != nil
            policies.resource = try documents.list("resourcePolicies", isTrust ? .trust : .resource)
        case .assumption: policies.resource = try documents.optional("trustPolicy", .trust).map { [$0] }
        }
        policies.boundaries = try documents.optional("permissionsBoundary", .boundary).map { [$0] }
        policies.serviceControl = try documents.levels("serviceControlPolicies", .scp)
        policies.resourceControl = try documents.levels("resourceControlPolicies", .rcp)
        return policies
    }
}

extension SimulatedPolicies {
    /// The same, written in a file.
    fileprivate func named(_ file: String) -> SimulatedPolicies {
        var copy = self
        copy.identity = identity?.map { $0.named(file) }
        copy.boundaries = boundaries?.map { $0.named(file) }
        copy.serviceControl = serviceControl?.map { $0.map { $0.named(file) } }
        copy.resourceControl = resourceControl?.map { $0.map { $0.named(file) } }
        copy.resource = resource?.map { $0.named(file) }
        return copy
    }
}

extension SimulatedPolicy {
    /// The same, written in a file.
    func named(_ file: String) -> SimulatedPolicy {
        SimulatedPolicy(
            label: label,
            source: PolicySource(
                document: source.document, text: source.text, file: file,
                statementPositions: source.statementPositions))
    }
}
