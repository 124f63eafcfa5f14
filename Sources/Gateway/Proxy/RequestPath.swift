internal import Directory
internal import PolicyModel

/// The path and the query of a request's target, apart, by the rules of the mapping (spec `protocols.md` §2.2).
///
/// A proxy hands the same bytes to us and to the service behind it. What the two could read differently is not decided but
/// refused, unless the mapping says how the service reads it.
struct RequestPath: Sendable, Hashable {
    /// Why a target is refused; the raw value is for tests and logs, callers only hear of ambiguity.
    enum Failure: String, Error, Sendable, Hashable, CaseIterable {
        /// Neither `/…` nor `http://host/…`; also `*` and what `CONNECT` has.
        case notAPath
        /// A fragment, which no request has.
        case fragment
        /// A raw byte that no target has: controls, blanks, what is no UTF-8.
        case strayByte
        /// `.` or `..`, also encoded, also with a parameter behind it (`..;x`), which some servers strip.
        case dotSegment
        /// `;`: some servers strip it with what follows, others do not.
        case parameter
        /// `//`.
        case emptySegment
        /// `\`, which some servers read as `/`, raw or encoded.
        case backslash
        /// `%2F`.
        case encodedSlash
        /// An encoded control byte, NUL among them.
        case encodedControl
        /// `%` without two digits behind it.
        case badEscape
        /// Escapes that are no UTF-8.
        case notUTF8
    }

    /// The decoded parts between slashes, by the mode; the last is empty for a path that ends in `/`.
    let segments: [Text]
    /// What follows the first `?`, as it was sent; `nil` without one.
    let query: Text?
    /// The host of a target in absolute form, as it was sent.
    let authority: Text?

    /// Reads a target.
    init(_ target: String, mode: HTTPMapping.PathMode) throws(Failure) {
        let bytes = Array(target.utf8)
        guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }), !RequestPath.holdsReplacement(bytes) else {
            throw .strayByte
        }
        guard !bytes.contains(0x23) else { throw .fragment }
        let (authority, start) = try RequestPath.authority(bytes)
        let mark = bytes[start...].firstIndex(of: 0x3F)
        let path = bytes[start..<(mark ?? bytes.endIndex)]
        self.authority = authority
        query = mark.map { RequestPath.text(bytes[($0 + 1)...]) }
        // Nothing after the host of an absolute form is its root.
        let parts =
            path.isEmpty
            ? [[]]
            : path.dropFirst().split(
                separator: ASCII.slash, omittingEmptySubsequences: false)
        segments = try RequestPath.segments(parts, mode)
    }

    private static func segments(
        _ parts: [ArraySlice<UInt8>], _ mode: HTTPMapping.PathMode
    ) throws(Failure) -> [Text] {
        guard mode != .raw else { return parts.map(text) }
        var segments: [Text] = []
        var followsNothing = false
        for (index, part) in parts.enumerated() {
            let segment = try decoded(part)
            let isLast = index == parts.count - 1
            let dots = dots(segment)
            guard mode == .normalize else {
                guard dots == 0 else { throw .dotSegment }
                guard !segment.isEmpty || isLast else { throw .emptySegment }
                segments.append(segment)
                continue
            }
            // Only dots alone are resolved; what has a parameter behind them is read in too many ways, and `//..` in two: the
            // RFC takes away the empty segment, nginx and Go the one before it.
            guard dots == 0 || segment.utf8.count == dots, dots < 2 || !followsNothing else { throw .dotSegment }
            followsNothing = segment.isEmpty || (followsNothing && dots == 1)
            if dots == 2, segments.popLast() == nil { throw .dotSegment }
            // What ends in a dot segment ends in `/`, and so does what ends in nothing.
            if dots > 0 || segment.isEmpty {
                if isLast { segments.append("") }
            } else {
                segments.append(segment)
            }
        }
        return segments
    }

    /// 1 for `.` and 2 for `..`, alone or with a parameter behind it; 0 for everything else.
    private static func dots(_ segment: Text) -> Int {
        let name = segment.utf8.prefix { $0 != 0x3B }
        guard name.count <= 2, name.allSatisfy({ $0 == 0x2E }) else { return 0 }
        return name.count
    }

    /// A segment with its escapes decoded once.
    private static func decoded(_ segment: ArraySlice<UInt8>) throws(Failure) -> Text {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segment.count)
        var index = segment.startIndex
        while index < segment.endIndex {
            guard segment[index] == 0x25 else {
                guard segment[index] != 0x5C else { throw .backslash }
                guard segment[index] != 0x3B else { throw .parameter }
                bytes.append(segment[index])
                index += 1
                continue
            }
            guard let byte = PercentEscape.byte(segment, at: index) else { throw .badEscape }
            switch byte {
            case ASCII.slash: throw .encodedSlash
            case 0x5C: throw .backslash
            case 0..<0x20, 0x7F: throw .encodedControl
            default: bytes.append(byte)
            }
            index += 3
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        // C1 controls are two bytes each.
        guard !text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) }) else {
            throw .encodedControl
        }
        return Text(text)
    }

    /// The host of an absolute form, and where the path begins.
    private static func authority(_ bytes: [UInt8]) throws(Failure) -> (Text?, Int) {
        if bytes.first == ASCII.slash { return (nil, 0) }
        let schemes = ["http://", "https://"].map { Array($0.utf8) }
        guard let scheme = schemes.first(where: { bytes.prefix($0.count).map(ASCII.lowercased) == $0 }) else {
            throw .notAPath
        }
        let authority = bytes[scheme.count...].prefix { $0 != ASCII.slash && $0 != 0x3F }
        // A name before the host would read as a host to some.
        guard !authority.isEmpty, !authority.contains(0x40), !authority.contains(0x5C) else { throw .notAPath }
        return (text(authority), authority.endIndex)
    }

    /// Whether bytes that are no UTF-8 were replaced on the way: U+FFFD is not sent unencoded otherwise.
    private static func holdsReplacement(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast(2).contains { index in
            bytes[index] == 0xEF && bytes[index + 1] == 0xBF && bytes[index + 2] == 0xBD
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> Text { Text(String(decoding: bytes, as: UTF8.self)) }
}
