/// As much of `Package.swift` as tells which room depends on which.
struct PackageManifest: Sendable {
    /// Each `room("Name", mayLookInto: […])`, in the manifest's order.
    let rooms: [(name: String, mayLookInto: [String])]

    /// Reads the manifest's text; a call of another shape is not found, and the test counts the rooms.
    init(_ text: String) {
        let calls = text.split(separator: "room(").dropFirst()
        rooms = calls.compactMap { call in
            guard let name = Self.literals(in: call.prefix { $0 != "," }).first,
                let list = call.split(separator: "mayLookInto: [", maxSplits: 1).dropFirst().first
            else { return nil }
            return (name, Self.literals(in: list.prefix { $0 != "]" }))
        }
    }

    /// The string literals of a piece of source that has no escapes in them.
    private static func literals(in text: Substring) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }
            .map { String($0.element) }
    }
}
