internal import PolicyModel

/// The name of an image, written the one way in which Docker understands it.
///
/// `nginx`, `library/nginx` and `docker.io/library/nginx:latest` are one image; policies see the last.
enum DockerImageName {
    /// The whole name: registry, repository, and a tag or digest.
    ///
    /// What may be the beginning of an image's id, as `cafe` may, stays as it is: it must not pass for an image of a
    /// registry, whose name it is not when an image has that id.
    ///
    /// - Parameter defaultTag: what stands for the tag when there is neither tag nor digest.
    static func canonical(_ name: String, defaultTag: String = "latest") -> String {
        guard !mayBeID(name) else { return name }
        let (registry, path) = split(name)
        let repository = registry == hub && !path.contains("/") ? "library/" + path : path
        return "\(registry)/\(repository)" + (isTagged(path) ? "" : ":" + defaultTag)
    }

    /// Whether the name has a tag or a digest.
    static func isTagged(_ name: String) -> Bool {
        let last = name.utf8.split(separator: ASCII.slash, omittingEmptySubsequences: false).last ?? name.utf8[...]
        return last.contains(ASCII.colon) || name.utf8.contains(at)
    }

    private static let hub = "docker.io"
    private static let at: UInt8 = 0x40

    private static func split(_ name: String) -> (registry: String, path: String) {
        guard let slash = name.utf8.firstIndex(of: ASCII.slash) else { return (hub, name) }
        let first = String(name[..<slash])
        let rest = String(name[name.utf8.index(after: slash)...])
        // Docker's own rule for telling a host from the first part of a repository.
        let isHost =
            first.utf8.contains { $0 == 0x2E || $0 == ASCII.colon } || Text(first) == "localhost"
            || Text(first) != Text(first).foldedASCII
        guard isHost else { return (hub, name) }
        return (Text(first) == "index.docker.io" ? hub : first, rest)
    }

    /// An id is hexadecimal digits, as many as are needed, with or without the name of the digest before them.
    private static func mayBeID(_ name: String) -> Bool {
        var digits = name.utf8[...]
        for digest in ["sha256:", "sha384:", "sha512:"] where digits.starts(with: digest.utf8) {
            digits = digits.dropFirst(digest.utf8.count)
        }
        return digits.allSatisfy { ASCII.isDigit($0) || (0x61...0x66).contains(ASCII.lowercased($0)) }
    }
}
