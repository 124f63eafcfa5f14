internal import PolicyModel

/// What a request of the Engine API is about: its path, its version and its parameters, as the engine's own router reads
/// them.
///
/// The engine takes absolute URIs, percent-encoding (also of `/`) and paths with and without a version, and hands the text
/// to the plugin as it came (spec `protocols.md` §2.7). Paths that it would redirect are refused.
struct DockerTarget: Sendable, Hashable {
    /// The segments of the path, decoded, without the version.
    let segments: [Text]
    /// `major.minor`; `nil` when the path names none, which the engine takes as its newest.
    let version: Version?
    let query: Query

    struct Version: Sendable, Hashable, Comparable {
        let major: Int
        let minor: Int

        static func < (lhs: Version, rhs: Version) -> Bool { (lhs.major, lhs.minor) < (rhs.major, rhs.minor) }
        var text: String { "\(major).\(minor)" }

        /// The oldest that is answered: before it a container's start could carry a whole configuration.
        static let oldest = Version(major: 1, minor: 24)
    }

    init(_ uri: String) throws(DockerFault) {
        let bytes = Array(uri.utf8)
        let end = bytes.firstIndex(of: Byte.question) ?? bytes.endIndex
        var path = try DockerTarget.decoded(DockerTarget.withoutAuthority(bytes[..<end]))
        guard path.first == ASCII.slash else { throw DockerFault("the path does not begin with `/`") }
        guard path.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), let text = String(validating: path) else {
            throw DockerFault("the path has control characters or is not UTF-8")
        }
        path.removeFirst()
        var segments = Text(String(text.dropFirst())).split(at: ASCII.slash)
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw DockerFault("the path has empty, `.` or `..` segments")
        }
        version = try segments.first.flatMap { segment throws(DockerFault) in try Version(segment) }
        if version != nil { segments.removeFirst() }
        if let version, version < .oldest {
            throw DockerFault("API versions before \(Version.oldest.text) are not supported")
        }
        self.segments = segments
        query = try Query(end < bytes.endIndex ? bytes[(end + 1)...] : [])
    }

    fileprivate static func decoded(
        _ bytes: ArraySlice<UInt8>, plusIsBlank: Bool = false
    ) throws(DockerFault) -> [UInt8] {
        if let decoded = PercentEscape.bytes(bytes, plusIsBlank: plusIsBlank) { return decoded }
        throw DockerFault("the target has a `%` without two hexadecimal digits")
    }

    /// The path of an absolute URI: what is behind its scheme and authority.
    private static func withoutAuthority(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.first, first != ASCII.slash else { return bytes }
        guard let colon = bytes.firstIndex(of: ASCII.colon), bytes[colon...].starts(with: "://".utf8) else {
            return bytes
        }
        let rest = bytes[(colon + 3)...]
        return rest.firstIndex(of: ASCII.slash).map { rest[$0...] } ?? []
    }
}

extension DockerTarget.Version {
    /// The version that a first segment names; `nil` for a segment that is none.
    ///
    /// The engine's router takes every `v` with digits and dots. One that is not two plain numbers is refused: it would be
    /// guessing which version the engine takes it for.
    init?(_ segment: Text) throws(DockerFault) {
        let bytes = Array(segment.utf8)
        guard bytes.first == 0x76, bytes.count > 1, bytes.dropFirst().allSatisfy({ ASCII.isDigit($0) || $0 == 0x2E })
        else { return nil }
        let numbers = bytes.dropFirst().split(separator: 0x2E, omittingEmptySubsequences: false)
        guard numbers.count == 2, let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]) else {
            throw DockerFault("the API version is not of the form `v1.41`")
        }
        (self.major, self.minor) = (major, minor)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard let first = digits.first, digits.count <= 4, digits.count == 1 || first != 0x30 else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

/// The parameters of a query, as Go's `url.ParseQuery` reads them.
struct Query: Sendable, Hashable {
    private let parameters: [(name: Text, value: String)]

    init(_ bytes: ArraySlice<UInt8>) throws(DockerFault) {
        var parameters: [(Text, String)] = []
        for pair in bytes.split(separator: Byte.ampersand) {
            // Engines built with older versions of Go end a parameter there, newer ones refuse it.
            guard !pair.contains(Byte.semicolon) else { throw DockerFault("the query has a `;`") }
            let end = pair.firstIndex(of: Byte.equals) ?? pair.endIndex
            let name = try DockerTarget.decoded(pair[..<end], plusIsBlank: true)
            let value = try DockerTarget.decoded(
                end < pair.endIndex ? pair[(end + 1)...] : [], plusIsBlank: true)
            guard let name = String(validating: name), let value = String(validating: value) else {
                throw DockerFault("the query is not UTF-8")
            }
            parameters.append((Text(name), value))
        }
        self.parameters = parameters
    }

    /// The value of a parameter; `nil` when it is absent or empty, which the engine does not tell apart.
    ///
    /// - Throws: when it is there more than once: the engine takes the first.
    func value(_ name: Text) throws(DockerFault) -> String? {
        let values = parameters.filter { $0.name == name }.map(\.value)
        guard values.count <= 1 else { throw DockerFault("the parameter `\(name)` is there more than once") }
        return values.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    static func == (lhs: Query, rhs: Query) -> Bool {
        lhs.parameters.map(\.name) == rhs.parameters.map(\.name)
            && lhs.parameters.map { Text($0.value) } == rhs.parameters.map { Text($0.value) }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(parameters.map(\.name)) }
}

private enum Byte {
    static let question: UInt8 = 0x3F
    static let ampersand: UInt8 = 0x26
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
}

extension String {
    /// The bytes as text; `nil` when they are not UTF-8.
    init?(validating bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self = text
    }
}

/// Why a call of Docker cannot be judged; it is denied.
struct DockerFault: Error, Sendable, Hashable {
    /// One line for the person who called `docker`.
    let message: String

    init(_ message: String) { self.message = message }
}
