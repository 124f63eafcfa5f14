internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `JWT`: signed tokens, and what of them is believed.
extension EntityParser {
    mutating func tokenIdentity(_ node: JSONNode) -> HTTPIdentity? {
        let members = reader.members(
            of: node, what: "`JWT`",
            known: [
                "Header", "JWKSFile", "JWKSURL", "Issuer", "Audience", "Algorithms", "ClockSkewSeconds", "SessionTags",
                "MFA", "Principal",
            ])
        guard node.members != nil else { return nil }
        let keys = tokenKeys(members, at: node.position)
        let issuer = issuer(members, at: node.position)
        let audiences = audiences(members, at: node.position)
        let header = members["Header"] == nil ? "Authorization" : fieldName(members["Header"], "`Header`")
        let algorithms = algorithms(members["Algorithms"])
        let skew = clockSkew(members["ClockSkewSeconds"])
        let tags = sessionTags(members["SessionTags"])
        let tellsMFA = reader.bool(members["MFA"], "`MFA`") ?? false
        let principal = principal(
            members, of: "`JWT`", at: node.position, places: "`{claim.…}`", isKnown: HTTPPlaces.isClaim)
        guard let keys, let issuer, let header, let principal else { return nil }
        let rules = HTTPTokenRules(
            header: header, keys: keys, issuer: issuer, audiences: audiences, algorithms: algorithms,
            clockSkewSeconds: skew, sessionTags: tags, tellsMFA: tellsMFA)
        return HTTPIdentity(.token(rules), principal: principal)
    }

    private mutating func tokenKeys(_ members: MemberNodes, at position: JSONPosition) -> HTTPTokenRules.Keys? {
        switch (members["JWKSFile"], members["JWKSURL"]) {
        case (let file?, nil): return filePath(file, "`JWKSFile`").map { .file($0) }
        case (nil, let node?):
            guard let url = reader.string(node, "`JWKSURL`") else { return nil }
            if KeyURL.isSafe(url) { return .url(url.string) }
            reader.error(
                "wrong-value",
                "`JWKSURL` \(UserText.quoted(url.string)) must be an https URL; http is for 127.0.0.1, [::1] and "
                    + "localhost", at: node.position)
        default:
            reader.error("missing-member", "`JWT` needs either `JWKSFile` or `JWKSURL`", at: position)
        }
        return nil
    }

    private mutating func issuer(_ members: MemberNodes, at position: JSONPosition) -> Text? {
        guard let node = reader.required("Issuer", in: members, of: "`JWT`", at: position),
            let issuer = reader.string(node, "`Issuer`")
        else { return nil }
        if issuer.isEmpty { reader.error("wrong-value", "`Issuer` may not be empty", at: node.position) }
        return issuer
    }

    private mutating func audiences(_ members: MemberNodes, at position: JSONPosition) -> [Text] {
        guard let node = reader.required("Audience", in: members, of: "`JWT`", at: position) else { return [] }
        let nodes = node.string == nil ? reader.elements(node, "`Audience`") : [node]
        let audiences = nodes.compactMap { reader.string($0, "an audience") }
        if audiences.contains(where: \.isEmpty) || (nodes.isEmpty && node.elements != nil) {
            reader.error("wrong-value", "`Audience` needs a text, and none that is empty", at: node.position)
        }
        return audiences
    }

    private mutating func algorithms(_ node: JSONNode?) -> [HTTPTokenRules.Algorithm] {
        guard let node else { return HTTPTokenRules.Algorithm.usual }
        var algorithms: [HTTPTokenRules.Algorithm] = []
        for element in reader.elements(node, "`Algorithms`") {
            guard let text = reader.string(element, "an algorithm") else { continue }
            if let algorithm = HTTPTokenRules.Algorithm(rawValue: text.string) {
                algorithms.append(algorithm)
                continue
            }
            let known = HTTPTokenRules.Algorithm.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            reader.error(
                "wrong-value",
                "\(UserText.quoted(text.string)) is no algorithm with public keys; there are \(known)",
                at: element.position)
        }
        if algorithms.isEmpty, !reader.hasErrors {
            reader.error("wrong-value", "`Algorithms` is empty; leave it out for the usual ones", at: node.position)
        }
        return algorithms
    }

    private mutating func clockSkew(_ node: JSONNode?) -> Int64 {
        guard let node, let seconds = reader.integer(node, "`ClockSkewSeconds`") else { return 60 }
        if !(0...HTTPMappingLimits.clockSkewSecondsMax).contains(seconds) {
            reader.error(
                "wrong-value", "`ClockSkewSeconds` must be 0 to \(HTTPMappingLimits.clockSkewSecondsMax)",
                at: node.position)
        }
        return Int64(seconds)
    }

    private mutating func sessionTags(_ node: JSONNode?) -> [HTTPSessionTag] {
        guard let node else { return [] }
        guard let members = node.members else {
            reader.error("wrong-type", "`SessionTags` must be an object", at: node.position)
            return []
        }
        if members.count > HTTPMappingLimits.sessionTagsMax {
            reader.error(
                "limit", "\(members.count) session tags; a session has at most \(HTTPMappingLimits.sessionTagsMax)",
                at: node.position)
        }
        var tags: [HTTPSessionTag] = []
        for member in members {
            let key = Text(member.name)
            if key.isEmpty || !NameRules.isTagText(key) || key.string.unicodeScalars.count > Quota.tagKeyLengthMax
                || tags.contains(where: { $0.key.foldedASCII == key.foldedASCII })
            {
                reader.error(
                    "invalid-tag", "the session tag \(UserText.quoted(member.name)) is no tag key, or there twice",
                    at: member.namePosition)
            }
            let value = template(
                member.value, "the session tag \(UserText.quoted(member.name))", places: "`{claim.…}`",
                isKnown: HTTPPlaces.isClaim)
            if let value { tags.append(HTTPSessionTag(key: key, value: value)) }
        }
        return tags
    }
}

extension HTTPTokenRules.Algorithm {
    /// What issuers use without being asked for something else.
    static let usual: [HTTPTokenRules.Algorithm] = [.rs256, .ps256, .es256, .edDSA]
}

/// URLs that public keys may be fetched from.
enum KeyURL {
    /// Whether nobody between here and there can change what comes: https, or this machine.
    static func isSafe(_ url: Text) -> Bool {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        if let authority = authority(of: url, after: "https://") { return !host(authority).isEmpty }
        guard let authority = authority(of: url, after: "http://") else { return false }
        return ["127.0.0.1", "[::1]", "localhost"].contains(host(authority))
    }

    private static func authority(of url: Text, after scheme: Text) -> Text? {
        guard url.hasPrefix(scheme) else { return nil }
        let rest = url.dropFirst(scheme.utf8.count)
        let authority = rest.string.utf8.prefix { $0 != ASCII.slash && $0 != 0x3F && $0 != 0x23 && $0 != 0x5C }
        // A user's name before the host would read as one.
        return authority.contains(0x40) ? nil : Text(String(decoding: authority, as: UTF8.self))
    }

    private static func host(_ authority: Text) -> Text {
        let bytes = Array(authority.utf8)
        guard let colon = bytes.lastIndex(of: ASCII.colon), bytes[(colon + 1)...].allSatisfy(ASCII.isDigit) else {
            return authority
        }
        return Text(String(decoding: bytes[..<colon], as: UTF8.self))
    }
}
