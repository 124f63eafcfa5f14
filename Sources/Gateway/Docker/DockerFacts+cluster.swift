internal import JSONDocument
internal import PolicyModel

/// What networks, services, secrets, nodes and plugins are made with.
extension DockerFacts {
    /// The body of `networks/create`.
    mutating func network(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        text("Driver", try body.string("Driver") ?? "bridge")
        for key in ["Internal", "Attachable", "Ingress", "ConfigOnly"] { flag(key, try body.bool(key)) }
        list("DriverOpts", try body.pairs("Options").map { "\($0.name)=\($0.value)" })
        labels(try body.pairs("Labels"), wanted: wanted)
    }

    /// The body of `networks/{id}/connect` and `disconnect`.
    mutating func connection(_ body: GoObject) throws(DockerFault) {
        text("Container", try body.string("Container"))
    }

    /// The body of `services/create` and `services/{id}/update`.
    mutating func service(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        labels(try body.pairs("Labels"), wanted: wanted)
        let task = try body.object("TaskTemplate")
        text("TaskRuntime", try task?.string("Runtime") ?? "container")
        text("LogDriver", try task?.object("LogDriver")?.string("Name"))
        flag("InstallsPlugin", task?["PluginSpec"] != nil)
        var networks: [String] = []
        for place in [task, body].compactMap({ $0 }) {
            for network in try place.objects("Networks") { networks.append(try network.string("Target") ?? "") }
        }
        list("Networks", networks)
        var ports: [String] = []
        let endpoints = try body.object("EndpointSpec")
        for port in try endpoints?.objects("Ports") ?? [] {
            guard case .number(let number)? = port["PublishedPort"]?.value else { continue }
            ports.append(":\(number)")
        }
        list("PublishedPorts", ports)
        guard let container = try task?.object("ContainerSpec") else { return }
        try containerSpec(container)
    }

    private mutating func containerSpec(_ container: GoObject) throws(DockerFault) {
        text("Image", try container.string("Image").map { DockerImageName.canonical($0) })
        text("User", try container.string("User"))
        list("GroupAdd", try container.strings("Groups"))
        list("CapAdd", try container.strings("CapabilityAdd").map(DockerFacts.capability))
        list("CapDrop", try container.strings("CapabilityDrop").map(DockerFacts.capability))
        list("Sysctls", try container.pairs("Sysctls").map { "\($0.name)=\($0.value)" })
        // Credentials, SELinux labels, seccomp, AppArmor: the members that are there.
        let privileges = try container.object("Privileges")
        let known = ["CredentialSpec", "SELinuxContext", "Seccomp", "AppArmor", "NoNewPrivileges"]
        list("ServicePrivileges", known.filter { privileges?[$0] != nil })
        try mounts(binds: [], mounts: container.objects("Mounts"))
    }

    /// The body of `secrets/create`, `configs/create` and their updates.
    mutating func secret(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        text("Driver", try body.object("Driver")?.string("Name"))
        labels(try body.pairs("Labels"), wanted: wanted)
    }

    /// The body of `nodes/{id}/update`.
    mutating func node(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        text("Role", try body.string("Role"))
        text("Availability", try body.string("Availability"))
        labels(try body.pairs("Labels"), wanted: wanted)
    }
}
