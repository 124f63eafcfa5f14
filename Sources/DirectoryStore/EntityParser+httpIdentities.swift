internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `Identity`: who asks, in the order in which it is looked for.
extension EntityParser {
    mutating func identity(_ node: JSONNode) -> HTTPIdentity? {
        let kinds = ["Header", "JWT", "Certificate", "Basic"]
        let members = reader.members(of: node, what: "an identity", known: kinds)
        guard let all = node.members else { return nil }
        guard all.count == 1, let kind = all.first, kinds.contains(kind.name) else {
            reader.error(
                "wrong-value", "an identity has exactly one member: `Header`, `JWT`, `Certificate` or `Basic`",
                at: node.position)
            return nil
        }
        guard let rules = members[kind.name] else { return nil }
        return switch kind.name {
        case "Header": headerIdentity(rules)
        case "JWT": tokenIdentity(rules)
        case "Certificate": certificateIdentity(rules)
        default: passwordIdentity(rules)
        }
    }

    private mutating func headerIdentity(_ node: JSONNode) -> HTTPIdentity? {
        let members = reader.members(of: node, what: "`Header`", known: ["Name", "Principal"])
        guard node.members != nil else { return nil }
        let nameNode = reader.required("Name", in: members, of: "`Header`", at: node.position)
        let name = fieldName(nameNode, "`Name`")
        let principal = principal(members, of: "`Header`", at: node.position, places: "`{value}`") { $0 == "value" }
        guard let name, let principal else { return nil }
        return HTTPIdentity(.header(name: name), principal: principal)
    }

    private mutating func passwordIdentity(_ node: JSONNode) -> HTTPIdentity? {
        let members = reader.members(of: node, what: "`Basic`", known: ["File", "Principal"])
        guard node.members != nil else { return nil }
        let fileNode = reader.required("File", in: members, of: "`Basic`", at: node.position)
        let file = filePath(fileNode, "`File`")
        let principal = principal(members, of: "`Basic`", at: node.position, places: "`{user}`") { $0 == "user" }
        guard let file, let principal else { return nil }
        return HTTPIdentity(.password(file: file), principal: principal)
    }

    private mutating func certificateIdentity(_ node: JSONNode) -> HTTPIdentity? {
        let members = reader.members(
            of: node, what: "`Certificate`", known: ["Header", "Connection", "Holds", "Verified", "Principal"])
        guard node.members != nil else { return nil }
        let place = certificatePlace(members, at: node.position)
        let verification = verification(members["Verified"])
        var known = Set(CertificatePart.allCases.map(\.rawValue))
        if case .headerPart(_, let part)? = place { known = [part.rawValue] }
        let listed = known.sorted().map { "`{\($0)}`" }.joined(separator: ", ")
        let principal = principal(
            members, of: "`Certificate`", at: node.position, places: listed, isKnown: known.contains)
        guard let place, let principal else { return nil }
        return HTTPIdentity(
            .certificate(HTTPCertificateRules(place, verification: verification)), principal: principal)
    }

    private mutating func certificatePlace(
        _ members: MemberNodes, at position: JSONPosition
    ) -> HTTPCertificateRules.Place? {
        let isConnection = reader.bool(members["Connection"], "`Connection`") ?? false
        guard let headerNode = members["Header"] else {
            guard isConnection, members["Holds"] == nil, members["Verified"] == nil else {
                reader.error(
                    "missing-member",
                    "`Certificate` needs `Header`, or `\"Connection\": true` without `Holds` and `Verified`",
                    at: position)
                return nil
            }
            return .connection
        }
        if isConnection {
            reader.error("wrong-value", "`Certificate` has either `Header` or `Connection`", at: position)
        }
        guard let header = fieldName(headerNode, "`Header`") else { return nil }
        guard let node = members["Holds"], let text = reader.string(node, "`Holds`"), text != "certificate" else {
            return .header(header)
        }
        if let part = CertificatePart(rawValue: "certificate." + text.string) { return .headerPart(header, part) }
        let parts = CertificatePart.allCases.map { "`\($0.rawValue.dropFirst(12))`" }.joined(separator: ", ")
        reader.error(
            "wrong-value", "`Holds` \(UserText.quoted(text.string)) must be `certificate` or one of \(parts)",
            at: node.position)
        return nil
    }

    private mutating func verification(_ node: JSONNode?) -> HTTPCertificateRules.Verification? {
        guard let node else { return nil }
        let members = reader.members(of: node, what: "`Verified`", known: ["Header", "Value"])
        guard node.members != nil else { return nil }
        let headerNode = reader.required("Header", in: members, of: "`Verified`", at: node.position)
        let valueNode = reader.required("Value", in: members, of: "`Verified`", at: node.position)
        guard let header = fieldName(headerNode, "`Header`"), let value = reader.string(valueNode, "`Value`") else {
            return nil
        }
        if value.isEmpty {
            reader.error("wrong-value", "`Value` may not be empty", at: node.position)
        }
        return HTTPCertificateRules.Verification(header: header, value: value)
    }

    /// The template of an identity's principal: an ARN, or one place that holds it whole.
    mutating func principal(
        _ members: MemberNodes, of what: String, at position: JSONPosition, places: String,
        isKnown: (String) -> Bool
    ) -> Template? {
        guard let node = reader.required("Principal", in: members, of: what, at: position),
            let principal = template(node, "`Principal`", places: places, isKnown: isKnown)
        else { return nil }
        if principal.pieces.count == 1, !principal.places.isEmpty {
            reader.warning(
                "wide-principal",
                "whoever sets it may be any principal of the store, root users and services included; write an ARN "
                    + "around the place", at: node.position)
            return principal
        }
        let isARN = principal.startsWithLiteral("arn:aws:iam::") || principal.startsWithLiteral("arn:aws:sts::")
        if !isARN || ARN(Text(principal.text { _ in "x" } ?? "")) == nil {
            reader.error(
                "invalid-arn",
                "`Principal` must be an ARN such as `arn:aws:iam::111122223333:user/{…}`", at: node.position)
        }
        return principal
    }

    /// A file outside of the store, which no folder is relative to.
    mutating func filePath(_ node: JSONNode?, _ what: String) -> String? {
        guard let node, let text = reader.string(node, what) else { return nil }
        if text.utf8.first == ASCII.slash { return text.string }
        reader.error(
            "wrong-value", "\(what) \(UserText.quoted(text.string)) must be an absolute path", at: node.position)
        return nil
    }
}
