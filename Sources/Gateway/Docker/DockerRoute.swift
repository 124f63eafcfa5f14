internal import Directory
internal import PolicyModel

/// A route of the Engine API: what a method on a path does.
struct DockerRoute: Sendable {
    let method: String
    let pattern: [Segment]
    let action: DockerAction
    let resource: ResourceKind
    let body: Body

    enum Segment: Sendable, Hashable {
        case literal(Text)
        /// One segment: a name or an id.
        case name
        /// One segment or more: the name of an image.
        case names
    }

    /// The kinds of things that are acted upon; a word of their ARNs.
    enum ResourceKind: String, Sendable {
        case container, exec, image, network, volume, node, service, task, secret, config, plugin, checkpoint
        /// The engine itself.
        case daemon
    }

    /// What of a request has to be known before it is judged.
    enum Body: Sendable {
        /// Nothing: the path says it all.
        case none
        /// Parameters that a form in the body could replace, so there must be none.
        case parameters
        /// The body, which must be there and be JSON.
        case json
        /// The body, which must be there and be a JSON object.
        case object
    }

    /// The names at its places, when the segments are of this form.
    func match(_ segments: [Text]) -> [Text]? {
        guard let split = pattern.firstIndex(of: .names) else {
            return DockerRoute.match(pattern[...], segments[...])
        }
        let tail = pattern.count - split - 1
        guard segments.count >= split + 1 + tail,
            let before = DockerRoute.match(pattern[..<split], segments[..<split]),
            let behind = DockerRoute.match(pattern[(split + 1)...], segments.suffix(tail))
        else { return nil }
        let name = segments[split..<(segments.count - tail)].map(\.string).joined(separator: "/")
        return before + [Text(name)] + behind
    }

    private static func match(_ pattern: ArraySlice<Segment>, _ segments: ArraySlice<Text>) -> [Text]? {
        guard pattern.count == segments.count else { return nil }
        var names: [Text] = []
        for (piece, segment) in zip(pattern, segments) {
            switch piece {
            case .literal(let literal): guard literal == segment else { return nil }
            case .name, .names: names.append(segment)
            }
        }
        return names
    }
}

extension DockerRoute {
    /// A row of the table: `{}` is a name, `{…}` the name of an image.
    init(_ method: String, _ path: Text, _ action: DockerAction, _ resource: ResourceKind, _ body: Body = .none) {
        self.method = method
        pattern = path.split(at: ASCII.slash).map { segment in
            switch segment {
            case "{}": .name
            case "{…}": .names
            default: .literal(segment)
            }
        }
        self.action = action
        self.resource = resource
        self.body = body
    }

    /// What a method on a path does; `nil` for what no row of the table says.
    static func find(_ method: String, _ segments: [Text]) -> (route: DockerRoute, names: [Text])? {
        for route in table where route.method.utf8.elementsEqual(method.utf8) {
            if let names = route.match(segments) { return (route, names) }
        }
        return nil
    }
}
