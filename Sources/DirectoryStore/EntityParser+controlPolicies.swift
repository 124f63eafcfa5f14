internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Service and resource control policies: a bare document, or one with a name beside it.
extension EntityParser {
    mutating func controlPolicy(_ root: JSONNode, _ kind: ControlPolicyKind) -> EntityReading {
        let detailed = ["Content", "Name", "PolicySummary"].contains { root[$0] != nil }
        let isBare = !detailed && (root["Statement"] != nil || root["Version"] != nil)
        let (nameNode, content) = isBare ? (nil, root) : controlPolicyDetail(root, kind)
        let source = content.flatMap {
            reader.document($0, kind: kind.policyKind, text: text, path: isBare ? "" : "Content")
        }
        guard let name = controlPolicyName(nameNode, kind), let source else { return finish(nil) }
        let policy = ControlPolicy(name: name, source: source)
        return finish(kind == .service ? .serviceControlPolicy(policy) : .resourceControlPolicy(policy))
    }

    private static let summaryMembers = ["Name", "Type"]
    private static let reportedMembers = ["Id", "Arn", "Description", "AwsManaged"]

    /// `{"Name", "Content"}`, or as `aws organizations describe-policy` shows it: `{"PolicySummary": {"Name"}, "Content"}`.
    private mutating func controlPolicyDetail(
        _ root: JSONNode, _ kind: ControlPolicyKind
    ) -> (name: JSONNode?, content: JSONNode?) {
        let hasSummary = root["PolicySummary"] != nil
        var members = reader.members(
            of: root, what: kind.words,
            known: hasSummary ? ["PolicySummary", "Content"] : Self.summaryMembers + ["Content"],
            reportOnly: hasSummary ? [] : Self.reportedMembers)
        guard root.members != nil else { return (nil, nil) }
        let content = reader.required("Content", in: members, of: kind.words, at: root.position)
        if let summary = members["PolicySummary"] {
            members = reader.members(
                of: summary, what: "`PolicySummary`", known: Self.summaryMembers, reportOnly: Self.reportedMembers)
        }
        if let node = members["Type"], let type = reader.string(node, "`Type`"), type != kind.type {
            reader.error(
                "wrong-value",
                "`Type` \(UserText.quoted(type.string)) does not belong in this folder: expected `\(kind.type)`",
                at: node.position)
        }
        return (members["Name"], content)
    }

    /// The name inside the file, else the file's stem; never that of the policy that needs no file.
    private mutating func controlPolicyName(_ node: JSONNode?, _ kind: ControlPolicyKind) -> Text? {
        let name =
            if let node {
                reader.controlPolicyName(node, "`Name`")
            } else {
                reader.controlPolicyName(
                    StoreLayout.stem(path.split(at: ASCII.slash).last ?? path), "the file's name", at: .start)
            }
        guard let name, kind.isBuiltIn(name) else { return name }
        reader.error(
            "reserved-name", "`\(kind.builtInName)` is built in and needs no file; give this policy another name",
            at: node?.position ?? .start)
        return nil
    }
}
