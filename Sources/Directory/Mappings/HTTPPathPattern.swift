public import PolicyModel

/// A path with names for some of its segments: `/reports/{id}`, `/files/{path...}`.
///
/// A name stands for one whole segment that is not empty; a name with `...`, which only the end may have, stands for
/// everything that is left, of which there has to be something.
public struct HTTPPathPattern: Sendable, Hashable {
    /// A part between slashes.
    public enum Segment: Sendable, Hashable {
        /// A segment that is exactly so.
        case literal(Text)
        /// Any segment but an empty one.
        case name(String)
        /// One segment or more, to the end.
        case rest(String)
    }

    /// What a name stands for in one request.
    public struct Value: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The text, decoded; the slashes of a rest included.
        public let text: Text
    }

    /// Why a text is no pattern.
    public enum Failure: Error, Sendable, Hashable {
        /// It does not begin with `/`.
        case notAbsolute
        /// A query or a fragment.
        case hasQuery
        /// A segment that no path is left with: `.`, `..`, or an empty one before the end.
        case impossibleSegment
        /// A brace within a segment.
        case partialName
        /// `{}` or `{...}`.
        case emptyName
        /// A rest before the end.
        case restBeforeEnd
        /// Two segments of one name.
        case repeatedName(String)

        /// One line for people, without the text.
        public var message: String {
            switch self {
            case .notAbsolute: "a path begins with `/`"
            case .hasQuery: "a path has no `?` and no `#`; use `{query.name}` for what the query holds"
            case .impossibleSegment: "no path has a segment `.`, `..`, or an empty one before the end"
            case .partialName: "a name in braces must be a whole segment, such as `/reports/{id}`"
            case .emptyName: "`{}` names nothing"
            case .restBeforeEnd: "`{name...}` takes everything that follows, so it must stand at the end"
            case .repeatedName(let name): "two segments have the name `\(name)`"
            }
        }
    }

    /// The segments in order; the last is an empty literal for a path that ends in `/`.
    public let segments: [Segment]

    /// Reads a pattern.
    public init(_ text: Text) throws(Failure) {
        guard text.utf8.first == ASCII.slash else { throw .notAbsolute }
        guard !text.contains(0x3F), !text.contains(0x23) else { throw .hasQuery }
        let parts = text.dropFirst(1).split(at: ASCII.slash)
        var segments: [Segment] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let segment = try HTTPPathPattern.segment(part, isLast: isLast)
            if let name = segment.name, segments.contains(where: { $0.name == name }) { throw .repeatedName(name) }
            segments.append(segment)
        }
        self.segments = segments
    }

    /// The names of its segments.
    public var names: [String] { segments.compactMap(\.name) }

    /// What its names stand for, if it takes the segments of a path.
    public func match(_ path: [Text]) -> [Value]? {
        var values: [Value] = []
        for (index, segment) in segments.enumerated() {
            guard index < path.count else { return nil }
            switch segment {
            case .literal(let text): guard path[index] == text else { return nil }
            case .name(let name):
                guard !path[index].isEmpty else { return nil }
                values.append(Value(name: name, text: path[index]))
            case .rest(let name):
                let rest = path[index...].map(\.string).joined(separator: "/")
                guard !rest.isEmpty else { return nil }
                return values + [Value(name: name, text: Text(rest))]
            }
        }
        return segments.count == path.count ? values : nil
    }

    /// Whether it takes every path that another pattern takes.
    public func covers(_ other: HTTPPathPattern) -> Bool {
        for (index, segment) in segments.enumerated() {
            guard index < other.segments.count else { return false }
            switch (segment, other.segments[index]) {
            case (.rest, .literal(let text)): return !text.isEmpty || index < other.segments.count - 1
            case (.rest, _): return true
            case (.literal(let text), .literal(let others)): guard text == others else { return false }
            case (.name, .literal(let text)): guard !text.isEmpty else { return false }
            case (.name, .name): continue
            default: return false
            }
        }
        return segments.count == other.segments.count
    }

    private static func segment(_ text: Text, isLast: Bool) throws(Failure) -> Segment {
        guard text.contains(0x7B) || text.contains(0x7D) else {
            guard text != ".", text != "..", !text.isEmpty || isLast else { throw .impossibleSegment }
            return .literal(text)
        }
        var name = Substring(text.string)
        guard name.hasPrefix("{"), name.hasSuffix("}") else { throw .partialName }
        name = name.dropFirst().dropLast()
        guard !name.utf8.contains(0x7B), !name.utf8.contains(0x7D) else { throw .partialName }
        let isRest = name.hasSuffix("...")
        if isRest { name = name.dropLast(3) }
        guard !name.isEmpty else { throw .emptyName }
        guard isLast || !isRest else { throw .restBeforeEnd }
        return isRest ? .rest(String(name)) : .name(String(name))
    }
}

extension HTTPPathPattern.Segment {
    /// The name, if it is no literal.
    var name: String? {
        switch self {
        case .literal: nil
        case .name(let name), .rest(let name): name
        }
    }
}
