internal import JSONDocument
internal import PolicyModel
internal import WireProtocol

/// The context keys of a call, each beginning with `docker:`.
///
/// Flags are always there, so that a policy can ask for `false`; what is empty is absent.
struct DockerFacts: Sendable {
    private(set) var entries: [WireContextEntry] = []

    mutating func flag(_ key: String, _ value: Bool) {
        entries.append(WireContextEntry("docker:" + key, .boolean(value)))
    }

    mutating func text(_ key: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        entries.append(WireContextEntry("docker:" + key, .string(value)))
    }

    /// A list, in the order written, without repetitions.
    mutating func list(_ key: String, _ values: [String]) {
        var seen: Set<Text> = []
        let distinct = values.filter { !$0.isEmpty && seen.insert(Text($0)).inserted }
        guard !distinct.isEmpty else { return }
        entries.append(WireContextEntry("docker:" + key, .list(distinct.map { .string($0) })))
    }

    /// The labels that the mapping wants.
    mutating func labels(_ pairs: [(name: String, value: String)], wanted: [String]) {
        for (name, value) in pairs where wanted.contains(where: { Text($0) == Text(name) }) {
            text("Label/" + name, value)
        }
    }

    mutating func add(_ entry: WireContextEntry) { entries.append(entry) }
}

/// A path of the host as the kernel reads it, but for symbolic links.
enum HostPath {
    /// Without `//`, `.` and `..`; `nil` for text that is no absolute path.
    static func cleaned(_ path: String) -> String? {
        guard path.utf8.first == ASCII.slash else { return nil }
        var kept: [Text] = []
        for segment in Text(path).split(at: ASCII.slash) {
            if segment == ".." { _ = kept.popLast() } else if !segment.isEmpty, segment != "." { kept.append(segment) }
        }
        return "/" + kept.map(\.string).joined(separator: "/")
    }
}
