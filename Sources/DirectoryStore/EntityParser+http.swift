internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `mappings/http.json`: who asks through a proxy, and for what.
extension EntityParser {
    mutating func http(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "an HTTP mapping",
            known: ["PathMode", "ClientAddress", "Identity", "Routes", "IdentityHeaders"])
        var mapping = HTTPMapping()
        mapping.pathMode = pathMode(members["PathMode"])
        mapping.clientAddress = clientAddress(members["ClientAddress"])
        for node in reader.elements(members["Identity"], "`Identity`") {
            if let identity = identity(node) { mapping.identities.append(identity) }
        }
        let places = HTTPPlaces(mapping.identities)
        mapping.identityHeaders = identityHeaders(members["IdentityHeaders"], places)
        mapping.routes = routes(members["Routes"], places)
        return finish(.mapping(.http(mapping)))
    }

    private mutating func pathMode(_ node: JSONNode?) -> HTTPMapping.PathMode {
        guard let node, let text = reader.string(node, "`PathMode`") else { return .reject }
        if let mode = HTTPMapping.PathMode(rawValue: text.string) { return mode }
        let modes = HTTPMapping.PathMode.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        reader.error(
            "wrong-value", "`PathMode` \(UserText.quoted(text.string)) must be one of \(modes)", at: node.position)
        return .reject
    }

    private mutating func clientAddress(_ node: JSONNode?) -> HTTPClientAddress? {
        guard let node else { return nil }
        let members = reader.members(of: node, what: "`ClientAddress`", known: ["Header", "TrustedHops"])
        guard node.members != nil,
            let nameNode = reader.required("Header", in: members, of: "`ClientAddress`", at: node.position),
            let header = fieldName(nameNode, "`Header`")
        else { return nil }
        var hops = 1
        if let node = members["TrustedHops"], let number = reader.integer(node, "`TrustedHops`") {
            hops = number
            if !(1...HTTPMappingLimits.trustedHopsMax).contains(number) {
                reader.error(
                    "wrong-value", "`TrustedHops` must be 1 to \(HTTPMappingLimits.trustedHopsMax)", at: node.position)
            }
        }
        return HTTPClientAddress(header: header, trustedHops: hops)
    }

    private mutating func identityHeaders(_ node: JSONNode?, _ places: HTTPPlaces) -> [HTTPIdentityHeader] {
        guard let node else { return [] }
        guard let members = node.members else {
            reader.error("wrong-type", "`IdentityHeaders` must be an object", at: node.position)
            return []
        }
        var headers: [HTTPIdentityHeader] = []
        for member in members {
            checkIdentityHeader(member, others: headers)
            let value = template(
                member.value, "the header \(UserText.quoted(member.name))", places: places.ofIdentity,
                isKnown: places.isOfIdentity)
            if let value { headers.append(HTTPIdentityHeader(name: member.name, value: value)) }
        }
        return headers
    }

    private mutating func checkIdentityHeader(_ member: JSONMember, others: [HTTPIdentityHeader]) {
        let folded = Text(member.name).foldedASCII
        let quoted = UserText.quoted(member.name)
        if !NameRules.isFieldName(folded) {
            reader.error("invalid-header", "\(quoted) is no name of a header field", at: member.namePosition)
        } else if HTTPPlaces.isReserved(folded) {
            reader.error(
                "reserved-header", "the header \(quoted) has a meaning of its own; choose another",
                at: member.namePosition)
        } else if others.contains(where: { Text($0.name).foldedASCII == folded }) {
            reader.error(
                "duplicate-header", "the header \(quoted) is there twice: case does not count",
                at: member.namePosition)
        }
    }

    /// The name of a header field.
    mutating func fieldName(_ node: JSONNode?, _ what: String) -> String? {
        guard let node, let text = reader.string(node, what) else { return nil }
        if NameRules.isFieldName(text) { return text.string }
        reader.error(
            "invalid-header", "\(what) \(UserText.quoted(text.string)) is no name of a header field",
            at: node.position)
        return nil
    }
}

extension NameRules {
    /// Whether a text is the name of a header field (RFC 9110 §5.1).
    static func isFieldName(_ text: Text) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { byte in
                ASCII.isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}

/// Which values there are for the places of an HTTP mapping's templates.
struct HTTPPlaces {
    private let hasToken: Bool
    private let hasCertificate: Bool

    /// What the identities of a mapping tell.
    init(_ identities: [HTTPIdentity]) {
        hasToken = identities.contains { if case .token = $0.source { true } else { false } }
        hasCertificate = identities.contains { if case .certificate = $0.source { true } else { false } }
    }

    /// What is known of the caller, for people.
    var ofIdentity: String {
        "`{principal.arn}`, `{principal.name}`, `{principal.account}`"
            + (hasToken ? ", `{claim.…}`" : "") + (hasCertificate ? ", `{certificate.…}`" : "")
    }

    /// Whether a name is of the caller.
    func isOfIdentity(_ name: String) -> Bool {
        ["principal.arn", "principal.name", "principal.account"].contains(name)
            || (hasToken && HTTPPlaces.isClaim(name)) || (hasCertificate && CertificatePart(rawValue: name) != nil)
    }

    /// What is known of a request of a route, for people.
    var ofRoute: String { "`{path.…}`, `{query.…}`, `{header.…}`, `{host}`, `{method}`, " + ofIdentity }

    /// Whether a name is of a request to a path.
    func isOfRoute(_ name: String, _ path: HTTPPathPattern?) -> Bool {
        if name == "host" || name == "method" { return true }
        if let part = HTTPPlaces.part(of: name, after: "path.") { return path?.names.contains(part) ?? true }
        if let part = HTTPPlaces.part(of: name, after: "query.") { return !part.isEmpty }
        if let part = HTTPPlaces.part(of: name, after: "header.") { return NameRules.isFieldName(Text(part)) }
        return isOfIdentity(name)
    }

    /// Whether a name is that of a token's claim.
    static func isClaim(_ name: String) -> Bool { part(of: name, after: "claim.").map { !$0.isEmpty } ?? false }

    /// Header fields that proxies or HTTP itself go by.
    static func isReserved(_ folded: Text) -> Bool {
        let names: [Text] = [
            "connection", "content-length", "content-type", "keep-alive", "te", "trailer", "transfer-encoding",
            "upgrade",
            "www-authenticate", "x-envoy-auth-headers-to-remove", "x-request-id", "location", "host", "date",
        ]
        return names.contains(folded) || folded.hasPrefix("x-authz-")
    }

    private static func part(of name: String, after prefix: String) -> String? {
        name.utf8.starts(with: prefix.utf8) ? String(name.dropFirst(prefix.count)) : nil
    }
}

/// The bounds of an HTTP mapping; each is the largest that is still accepted.
enum HTTPMappingLimits {
    /// Routes are asked one after the other, so that many cost as many comparisons a request.
    static let routesMax = 2_000
    /// Context keys of one route; those that are given by default fit beside them.
    static let mappedKeysMax = 100
    /// Bytes of a context key, as the native protocol has them.
    static let mappedKeyBytesMax = 256
    /// Proxies in a row.
    static let trustedHopsMax = 16
    /// Seconds that two clocks may differ: more would only lengthen the life of what has expired.
    static let clockSkewSecondsMax = 300
    /// Tags of one session (spec §8).
    static let sessionTagsMax = 50
}
