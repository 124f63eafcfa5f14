/// One room of the design: a folder under `Sources/`, and what its files may import.
struct Room: Sendable {
    /// The folder's name, which is the module's name.
    let name: String
    /// The rooms that the design's table lets this one look into.
    let looksInto: Set<String>
    /// Modules of other packages, beside the toolchain's own.
    let uses: Set<String>
    /// Whether the room can be embedded in any service as it is: no Foundation.
    let isPure: Bool

    init(_ name: String, looksInto: Set<String> = [], uses: Set<String> = [], isPure: Bool = false) {
        self.name = name
        self.looksInto = looksInto
        self.uses = uses
        self.isPure = isPure
    }
}

/// The table of rooms and arrows: the design's own, written down a second time so that a slip in `Package.swift` shows.
struct Architecture: Sendable {
    let rooms: [String: Room]

    /// Rooms whose types are part of other rooms' interfaces: visible wherever an arrow leads to them, however far.
    ///
    /// Swift asks for an import wherever a member of such a type is named, also when it came through another room.
    let shownThrough: Set<String> = ["PolicyModel", "DecisionTree", "PolicySyntax"]

    /// Modules that come with the toolchain and that every room may use.
    let toolchain: Set<String> = ["Swift", "Glibc", "Musl", "Synchronization"]

    /// Modules that come with the toolchain and that only rooms which are not pure may use.
    let heavyToolchain: Set<String> = ["Foundation", "FoundationEssentials", "Dispatch"]

    init(_ rooms: [Room]) {
        self.rooms = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0) })
    }

    /// Whether a file of `room` may import `module`.
    func allows(_ module: String, in room: Room) -> Bool {
        if toolchain.contains(module) || room.uses.contains(module) { return true }
        if heavyToolchain.contains(module) { return !room.isPure }
        if room.looksInto.contains(module) { return true }
        return shownThrough.contains(module) && reachable(from: room).contains(module)
    }

    /// Every room that a chain of arrows leads to from `room`.
    func reachable(from room: Room) -> Set<String> {
        var found: Set<String> = []
        var waiting = Array(room.looksInto)
        while let name = waiting.popLast() {
            guard found.insert(name).inserted, let next = rooms[name] else { continue }
            waiting += next.looksInto
        }
        return found
    }
}

extension Architecture {
    /// Postern's rooms, in the order of the design's table.
    static let postern = Architecture([
        Room("CJansson"),
        Room("CLinux"),
        Room("CPrefetch"),
        Room("JSONDocument", looksInto: ["CJansson"]),
        Room("PolicyModel", isPure: true),
        Room("PolicySyntax", looksInto: ["JSONDocument", "PolicyModel"]),
        Room("DecisionTree", looksInto: ["CPrefetch", "PolicyModel"], isPure: true),
        Room("PolicyCompiler", looksInto: ["PolicyModel", "DecisionTree"], isPure: true),
        Room("Authorizer", looksInto: ["PolicyModel", "DecisionTree"], isPure: true),
        Room("PolicyReference", looksInto: ["PolicyModel"], isPure: true),
        Room("PolicyGenerators", looksInto: ["PolicyModel"], isPure: true),
        Room(
            "Directory", looksInto: ["Authorizer", "PolicyCompiler", "PolicySyntax"],
            uses: ["Crypto", "NIOConcurrencyHelpers"]),
        Room(
            "DirectoryStore", looksInto: ["Directory", "JSONDocument", "CLinux"],
            uses: ["Crypto", "Logging", "NIOConcurrencyHelpers"]),
        Room("WireProtocol", looksInto: ["PolicyModel", "DecisionTree"], isPure: true),
        Room(
            "Sidecar",
            looksInto: [
                "WireProtocol", "Directory", "Authorizer", "PolicySyntax", "PolicyCompiler", "Audit", "CLinux",
            ],
            uses: ["Logging", "NIOConcurrencyHelpers"], isPure: true),
        Room(
            "Gateway", looksInto: ["WireProtocol", "Directory", "Authorizer", "Audit", "JSONDocument"],
            uses: [
                "AsyncHTTPClient", "Crypto", "CryptoExtras", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "JWTKit",
                "Logging", "NIOConcurrencyHelpers", "NIOCore", "NIOExtras", "NIOHTTP1", "NIOPosix", "NIOSSL",
                "SwiftASN1",
                "X509",
            ]),
        Room("Audit", looksInto: ["PolicyModel", "JSONDocument"], uses: ["Logging", "NIOConcurrencyHelpers"]),
        Room(
            "ControlPlane", looksInto: ["Directory", "DirectoryStore", "Authorizer", "JSONDocument"],
            uses: ["Crypto", "Hummingbird", "HTTPTypes", "Logging", "NIOConcurrencyHelpers", "NIOCore"]),
        Room("PosternClient", looksInto: ["WireProtocol", "CLinux"], uses: ["NIOConcurrencyHelpers"]),
        Room(
            "Commands",
            looksInto: [
                "CLinux", "JSONDocument", "PolicyModel", "PolicySyntax", "DecisionTree", "PolicyCompiler",
                "Authorizer", "Directory", "DirectoryStore", "WireProtocol", "Sidecar", "Gateway", "Audit",
                "ControlPlane", "PosternClient",
            ],
            uses: ["ArgumentParser", "Histogram", "Logging", "NIOConcurrencyHelpers"]),
        Room("postern", looksInto: ["Commands"]),
    ])
}
