public import PolicyModel

/// How requests that proxies ask about become questions: `mappings/http.json`.
public struct HTTPMapping: Sendable, Hashable {
    /// What becomes of paths that servers read in more than one way.
    public enum PathMode: String, Sendable, Hashable, CaseIterable {
        /// They are denied.
        case reject
        /// Dot segments and empty segments are resolved; what cannot be is denied.
        case normalize
        /// They are compared as they were sent.
        case raw
    }

    /// What becomes of ambiguous paths.
    public var pathMode = PathMode.reject
    /// Who may be asking, in the order in which it is looked for.
    public var identities: [HTTPIdentity] = []
    /// What is asked for; the first that matches decides.
    public var routes: [HTTPRoute] = []
    /// What the service behind the proxy is told of the caller, in the order of the file.
    public var identityHeaders: [HTTPIdentityHeader] = []
    /// Where the client's address is; `nil` tells policies none.
    public var clientAddress: HTTPClientAddress?

    /// A mapping by which everything is denied, as nothing is known.
    public init() {}
}

/// A header field that is always set on allow, with text when there is any.
public struct HTTPIdentityHeader: Sendable, Hashable {
    /// The field's name as it is sent.
    public var name: String
    /// What it holds.
    public var value: Template

    /// Makes a header.
    public init(name: String, value: Template) {
        (self.name, self.value) = (name, value)
    }
}

/// Where proxies say which address a request came from.
public struct HTTPClientAddress: Sendable, Hashable {
    /// The header field.
    public var header: String
    /// How many proxies of ours each have added an entry, of which the earliest is the client; 1 is the last entry.
    public var trustedHops: Int

    /// Makes a place.
    public init(header: String, trustedHops: Int = 1) {
        (self.header, self.trustedHops) = (header, trustedHops)
    }
}

/// Requests of some methods to some paths, and what they ask for.
public struct HTTPRoute: Sendable, Hashable {
    /// The methods; none stands for all.
    public var methods: [Text]
    /// The host; `nil` for any.
    public var host: HTTPHostPattern?
    /// The path.
    public var path: HTTPPathPattern
    /// What they want to do.
    public var action: Template
    /// On what.
    public var resource: Template
    /// What policies are told of the circumstances.
    public var context: [HTTPContextKey]
    /// Whether those of whom nothing is known ask as `anonymous`.
    public var isAnonymous: Bool

    /// Makes a route.
    public init(
        methods: [Text] = [], host: HTTPHostPattern? = nil, path: HTTPPathPattern, action: Template,
        resource: Template, context: [HTTPContextKey] = [], isAnonymous: Bool = false
    ) {
        self.methods = methods
        self.host = host
        self.path = path
        self.action = action
        self.resource = resource
        self.context = context
        self.isAnonymous = isAnonymous
    }

    /// What the route calls the parts of the path, if it takes the request.
    ///
    /// - Parameter host: in lower case, without a port; `nil` when nobody has said.
    public func match(method: Text, host: Text?, segments: [Text]) -> [HTTPPathPattern.Value]? {
        guard methods.isEmpty || methods.contains(method) else { return nil }
        if let pattern = self.host {
            guard let host, pattern.matches(host) else { return nil }
        }
        return path.match(segments)
    }

    /// Whether every request of another route is one of this one.
    public func covers(_ other: HTTPRoute) -> Bool {
        let hasMethods = methods.isEmpty || (!other.methods.isEmpty && other.methods.allSatisfy(methods.contains))
        let hasHost = host.map { mine in other.host.map(mine.covers) ?? false } ?? true
        return hasMethods && hasHost && path.covers(other.path)
    }
}

/// A context key of a route.
public struct HTTPContextKey: Sendable, Hashable {
    /// The key.
    public var key: Text
    /// What it holds; a place alone may hold a list.
    public var value: Template

    /// Makes a key.
    public init(key: Text, value: Template) {
        (self.key, self.value) = (key, value)
    }
}

/// A host, or every host below a domain.
public struct HTTPHostPattern: Sendable, Hashable {
    /// The host or the domain, in lower case.
    public let name: Text
    /// Whether hosts below the domain are meant, `*.example.com`, and not the domain itself.
    public let isWildcard: Bool

    /// Reads `api.example.com` or `*.example.com`; `nil` for what is neither.
    public init?(_ text: Text) {
        var name = text.foldedASCII
        isWildcard = name.hasPrefix("*.")
        if isWildcard { name = name.dropFirst(2) }
        let isHost = name.utf8.allSatisfy { byte in
            ASCII.isAlphanumeric(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == ASCII.colon
                || byte == 0x5B || byte == 0x5D
        }
        guard isHost, !name.isEmpty, name.utf8.first != 0x2E, name.utf8.last != 0x2E else { return nil }
        // A port is not part of it, and an IPv6 address stands in brackets.
        guard !name.contains(ASCII.colon) || (name.utf8.first == 0x5B && name.utf8.last == 0x5D) else { return nil }
        self.name = name
    }

    /// Whether a host in lower case is meant.
    public func matches(_ host: Text) -> Bool {
        guard isWildcard else { return host == name }
        let suffix = "." + name.string
        return host.utf8.count > suffix.utf8.count
            && host.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Whether every host of another pattern is one of this one.
    public func covers(_ other: HTTPHostPattern) -> Bool {
        guard other.isWildcard else { return matches(other.name) }
        return isWildcard && (other.name == name || matches(other.name))
    }
}
