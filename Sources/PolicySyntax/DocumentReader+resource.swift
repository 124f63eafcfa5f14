internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads `Resource` or `NotResource` (spec §2.4, §2.5).
    mutating func resourceElement(_ statement: JSONNode, _ path: JSONPath) -> ResourceElement? {
        guard kind != .trust else {
            refuseResources(statement, path)
            return nil
        }
        guard
            let found = one(
                of: "Resource", or: "NotResource", in: statement, missing: kind == .resource ? nil : .missingResource,
                conflicting: .conflictingResources, path)
        else { return nil }
        let name = found.isNegated ? "NotResource" : "Resource"
        guard let items = strings(found.node, "`\(name)`", found.path, droppingNulls: true) else { return nil }
        if found.node.elements?.allSatisfy({ $0.value == .null }) == true {
            error(
                .missingResource, "`\(name)` is empty; name at least one resource", at: found.node.position, found.path)
        }
        for item in items { checkResource(item) }
        let patterns = items.map(\.text)
        return found.isNegated ? .notResource(patterns) : .resource(patterns)
    }

    private mutating func refuseResources(_ statement: JSONNode, _ path: JSONPath) {
        for member in statement.members ?? [] where member.name == "Resource" || member.name == "NotResource" {
            error(
                .resourceNotAllowed, "a trust policy is about its own role; remove `\(member.name)`",
                at: member.namePosition, path.appending(member.name))
        }
    }

    /// `*`, or an ARN whose partition and service can be relied on.
    private mutating func checkResource(_ item: TextItem) {
        guard item.text != "*" else { return }
        guard item.text.hasPrefix("arn:") else {
            error(
                .invalidResource, "the resource \(item.quoted) must be an ARN or `*`", at: item.position, item.path)
            return
        }
        let fields = item.text.split(at: ASCII.colon, maximum: 6)
        if checkVariablePlace(item) { return }
        checkPartition(fields[1], of: item)
        checkService(fields.count > 2 ? fields[2] : "", of: item)
        if fields.count < 6 { checkShort(item) }
        if fields.count > 2, fields[2] == "iam" { checkIAM(fields, of: item) }
        checkVariables(item)
        lintLiteralVariable(item)
    }

    /// Variables stand behind the fifth colon (spec §3.4); `true` when one does not.
    private mutating func checkVariablePlace(_ item: TextItem) -> Bool {
        guard expandsVariables, let offset = item.text.firstVariableMark else { return false }
        let colons = item.text.utf8.prefix(offset).reduce(0) { $0 + ($1 == ASCII.colon ? 1 : 0) }
        guard colons < 5 else { return false }
        error(
            .variableNotAllowed,
            "\(item.quoted) has a variable before its fifth colon; variables may only stand behind it",
            at: item.position, item.path)
        return true
    }

    private mutating func checkPartition(_ partition: Text, of item: TextItem) {
        let holdsWildcard = partition.utf8.contains { $0 == ASCII.star || $0 == ASCII.questionMark }
        guard !holdsWildcard, !rules.partitions.contains(partition) else { return }
        error(
            .unknownPartition,
            "the partition \(UserText.quoted(partition.string)) of \(item.quoted) is not known; "
                + "it is one of \(rules.partitions.sorted().map { "`\($0)`" }.joined(separator: ", "))",
            at: item.position, item.path)
    }

    private mutating func checkService(_ service: Text, of item: TextItem) {
        guard service.isEmpty || service.utf8.contains(where: { $0 == ASCII.star || $0 == ASCII.questionMark }) else {
            return
        }
        error(
            .invalidResourceService,
            "the resource \(item.quoted) must name its service in full, without wildcards", at: item.position,
            item.path)
    }

    /// Fewer than six fields are completed in stored identity policies, and refused elsewhere (spec §2.5).
    private mutating func checkShort(_ item: TextItem) {
        guard [.session, .resource, .rcp].contains(kind) else { return }
        error(
            .shortARN,
            "the ARN \(item.quoted) has fewer than six fields; write `arn:partition:service:region:account:resource`",
            at: item.position, item.path)
    }

    private static let iamKinds: Set<Text> = [
        "user", "federated-user", "role", "group", "instance-profile", "mfa", "server-certificate", "policy",
        "sms-mfa", "saml-provider", "oidc-provider", "report", "access-report",
    ]

    /// IAM's own ARNs have no region, and their resource begins with a known kind (spec §2.4).
    private mutating func checkIAM(_ fields: [Text], of item: TextItem) {
        if fields.count > 3, !fields[3].isEmpty {
            error(
                .iamResourceRegion, "the IAM resource \(item.quoted) cannot have a region; leave the field empty",
                at: item.position, item.path)
        }
        guard fields.count == 6, fields[5] != "*", fields[5] != "root" else { return }
        let parts = fields[5].split(at: ASCII.slash, maximum: 2)
        guard parts.count < 2 || !DocumentReader.iamKinds.contains(parts[0]) else { return }
        error(
            .iamResourceKind,
            "the IAM resource \(item.quoted) must end in `*`, `root` or a kind such as `user/…`, `role/…`, `policy/…`",
            at: item.position, item.path)
    }
}
