internal import PolicyModel

/// Where the host's files come into a container: by `Binds`, by `Mounts`, and by a volume that is itself a bind.
extension DockerFacts {
    mutating func mounts(binds: [String], mounts: [GoObject]) throws(DockerFault) {
        var sources: [String] = []
        var volumes: [String] = []
        var types: [String] = []
        for bind in binds {
            let parts = Text(bind).split(at: ASCII.colon)
            // A destination alone is a volume without a name.
            guard parts.count > 1 else { continue }
            let source = parts[0].string
            if let path = HostPath.cleaned(source) { sources.append(path) } else { volumes.append(source) }
        }
        for mount in mounts {
            let type = try mount.string("Type") ?? ""
            types.append(type)
            let source = try mount.string("Source") ?? ""
            if Text(type) == "volume" {
                volumes.append(source)
            } else {
                sources.append(HostPath.cleaned(source) ?? source)
            }
            guard let driver = try mount.object("VolumeOptions")?.object("DriverConfig") else { continue }
            sources += DockerFacts.devices(try driver.pairs("Options"))
        }
        list("Binds", binds)
        list("BindSources", sources)
        list("VolumeNames", volumes)
        list("MountTypes", types)
    }

    /// The body of `volumes/create`.
    ///
    /// The driver `local` mounts whatever it is told to: with `o=bind` a folder of the host.
    mutating func volume(_ body: GoObject, labels wanted: [String]) throws(DockerFault) {
        text("Driver", try body.string("Driver") ?? "local")
        let options = try body.pairs("DriverOpts")
        list("DriverOpts", options.map { "\($0.name)=\($0.value)" })
        list("BindSources", DockerFacts.devices(options))
        labels(try body.pairs("Labels"), wanted: wanted)
    }

    private static func devices(_ options: [(name: String, value: String)]) -> [String] {
        options.filter { Text($0.name).foldedASCII == "device" }.map { HostPath.cleaned($0.value) ?? $0.value }
    }
}
