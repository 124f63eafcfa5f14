internal import JSONDocument
internal import PolicyModel

/// What a container is made with, as far as it matters to the host.
extension DockerFacts {
    /// The body of `containers/create`.
    mutating func container(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        text("Image", try body.string("Image").map { DockerImageName.canonical($0) })
        text("User", try body.string("User"))
        labels(try body.pairs("Labels"), wanted: wanted)
        try host(HostConfig(body))
        list("Networks", try body.object("NetworkingConfig")?.map("EndpointsConfig").map(\.name) ?? [])
    }

    /// The body of `containers/{id}/update`: its members are those of a host configuration.
    mutating func update(_ body: GoObject) throws(DockerFault) {
        try host(HostConfig(body))
    }

    /// The body of `containers/{id}/exec`.
    mutating func exec(_ body: GoObject) throws(DockerFault) {
        flag("Privileged", try body.bool("Privileged"))
        text("User", try body.string("User"))
    }

    private mutating func host(_ host: HostConfig) throws(DockerFault) {
        for key in ["Privileged", "PublishAllPorts", "AutoRemove", "ReadonlyRootfs"] { flag(key, try host.bool(key)) }
        // Docker hides what is dangerous in `/proc` and `/sys` unless it is given a list of its own.
        flag("UnmasksPaths", host.has("MaskedPaths") || host.has("ReadonlyPaths"))
        text("NetworkMode", try host.string("NetworkMode") ?? "default")
        for key in [
            "PidMode", "IpcMode", "UTSMode", "UsernsMode", "CgroupnsMode", "Cgroup", "CgroupParent", "Runtime",
            "Isolation", "VolumeDriver",
        ] { text(key, try host.string(key)) }
        list("CapAdd", try host.strings("CapAdd").map(DockerFacts.capability))
        list("CapDrop", try host.strings("CapDrop").map(DockerFacts.capability))
        list("SecurityOpt", try host.strings("SecurityOpt").map(DockerFacts.securityOption))
        for key in ["GroupAdd", "VolumesFrom", "Links", "DeviceCgroupRules"] { list(key, try host.strings(key)) }
        list("Sysctls", try host.pairs("Sysctls").map { "\($0.name)=\($0.value)" })
        list("Annotations", try host.pairs("Annotations").map { "\($0.name)=\($0.value)" })
        try devices(host)
        try mounts(binds: host.strings("Binds"), mounts: host.objects("Mounts"))
        try ports(host)
        text("LogDriver", try host.object("LogConfig")?.string("Type"))
        text("RestartPolicy", try host.object("RestartPolicy")?.string("Name"))
    }

    private mutating func devices(_ host: HostConfig) throws(DockerFault) {
        var paths: [String] = []
        for device in try host.objects("Devices") {
            let path = try device.string("PathOnHost") ?? ""
            paths.append(HostPath.cleaned(path) ?? path)
        }
        list("Devices", paths)
        var requests: [String] = []
        for request in try host.objects("DeviceRequests") {
            let ids = try request.strings("DeviceIDs").joined(separator: ",")
            requests.append("\(try request.string("Driver") ?? ""):\(ids.isEmpty ? "all" : ids)")
        }
        list("DeviceRequests", requests)
    }

    private mutating func ports(_ host: HostConfig) throws(DockerFault) {
        var ports: [String] = []
        for port in try host.map("PortBindings") where port.value.value != .null {
            guard let bindings = port.value.elements else {
                throw DockerFault("PortBindings must be lists, not \(port.value.value.kindDescription)")
            }
            for binding in bindings {
                let binding = try GoObject(binding, "a binding of a port")
                let address = try binding.string("HostIp") ?? ""
                ports.append("\(address):\(try binding.string("HostPort") ?? "")")
            }
        }
        list("PublishedPorts", ports)
    }

    /// `NET_ADMIN` for `cap_net_admin`.
    static func capability(_ name: String) -> String {
        let upper = String(decoding: name.utf8.map { ($0 >= 0x61 && $0 <= 0x7A) ? $0 & 0xDF : $0 }, as: UTF8.self)
        return upper.utf8.starts(with: "CAP_".utf8) ? String(upper.dropFirst(4)) : upper
    }

    /// `label=disable` for the older `label:disable`; a whole profile of seccomp is `seccomp=custom`.
    static func securityOption(_ option: String) -> String {
        var option = option
        if !option.utf8.contains(0x3D), let colon = option.utf8.firstIndex(of: ASCII.colon) {
            option.replaceSubrange(colon...colon, with: "=")
        }
        guard option.utf8.starts(with: "seccomp=".utf8) else { return option }
        return [Text("seccomp=unconfined"), Text("seccomp=builtin")].contains(Text(option)) ? option : "seccomp=custom"
    }
}

/// The settings of a container that concern the host, which stand in `HostConfig` or, as clients of old did it, beside it.
///
/// The engine takes those beside it when there is no `HostConfig`, for some members also when there is one: `{"Image": "x",
/// "Privileged": true}` makes a privileged container. Both places count: flags and lists of both together, and texts that
/// differ are refused.
struct HostConfig: Sendable {
    private let places: [GoObject]

    init(_ body: GoObject) throws(DockerFault) {
        places = [body] + [try body.object("HostConfig")].compactMap { $0 }
    }

    func has(_ name: String) -> Bool { places.contains { $0[name] != nil } }

    func bool(_ name: String) throws(DockerFault) -> Bool {
        var value = false
        for place in places { value = try place.bool(name) || value }
        return value
    }

    func string(_ name: String) throws(DockerFault) -> String? {
        var value: String?
        for place in places {
            guard let next = try place.string(name) else { continue }
            guard value == nil || value.map({ Text($0) }) == Text(next) else {
                throw DockerFault("`\(name)` stands beside `HostConfig` and in it, with different values")
            }
            value = next
        }
        return value
    }

    func object(_ name: String) throws(DockerFault) -> GoObject? {
        var value: GoObject?
        for place in places {
            guard let next = try place.object(name) else { continue }
            guard value == nil else { throw DockerFault("`\(name)` stands beside `HostConfig` and in it") }
            value = next
        }
        return value
    }

    func strings(_ name: String) throws(DockerFault) -> [String] {
        try joined { place throws(DockerFault) in try place.strings(name) }
    }

    func objects(_ name: String) throws(DockerFault) -> [GoObject] {
        try joined { place throws(DockerFault) in try place.objects(name) }
    }

    func map(_ name: String) throws(DockerFault) -> [JSONMember] {
        try joined { place throws(DockerFault) in try place.map(name) }
    }

    func pairs(_ name: String) throws(DockerFault) -> [(name: String, value: String)] {
        try joined { place throws(DockerFault) in try place.pairs(name) }
    }

    private func joined<Element>(
        _ read: (GoObject) throws(DockerFault) -> [Element]
    ) throws(DockerFault) -> [Element] {
        var all: [Element] = []
        for place in places { all += try read(place) }
        return all
    }
}
