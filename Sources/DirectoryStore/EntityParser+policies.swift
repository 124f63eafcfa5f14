internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Managed policies: `ManagedPolicyDetail` with its versions, or a bare policy document.
extension EntityParser {
    mutating func policy(_ root: JSONNode, _ account: AccountID?) -> EntityReading {
        isBareDocument(root) ? barePolicy(root, account) : policyDetail(root, account)
    }

    /// Has a document's own members and none of `ManagedPolicyDetail`'s; anything else is told about as a detail.
    private func isBareDocument(_ root: JSONNode) -> Bool {
        root["PolicyVersionList"] == nil && root["PolicyName"] == nil
            && (root["Statement"] != nil || root["Version"] != nil)
    }

    private mutating func barePolicy(_ root: JSONNode, _ account: AccountID?) -> EntityReading {
        let source = reader.document(root, kind: .managed, text: text, path: "")
        guard let name = entityName(nil, "PolicyName", lengthMax: Quota.nameLengthMax), let source else {
            return finish(nil)
        }
        return finish(
            .policy(ManagedPolicy(account: account, name: name, source: source)), isPathStated: false)
    }

    private mutating func policyDetail(_ root: JSONNode, _ account: AccountID?) -> EntityReading {
        let members = reader.members(
            of: root, what: "a managed policy",
            known: ["PolicyName", "PolicyId", "Path", "Arn", "DefaultVersionId", "PolicyVersionList", "Tags"],
            reportOnly: [
                "AttachmentCount", "PermissionsBoundaryUsageCount", "IsAttachable", "Description", "CreateDate",
                "UpdateDate",
            ])
        let name = entityName(members["PolicyName"], "PolicyName", lengthMax: Quota.nameLengthMax)
        _ = reader.id(members["PolicyId"], "`PolicyId`", prefix: "ANPA")
        _ = reader.tags(members["Tags"])
        let path = reader.path(members["Path"])
        let versions = versions(root, members)
        let source = defaultVersion(of: versions, members["DefaultVersionId"], root)
        guard let name, let source else { return finish(nil) }
        let policy = ManagedPolicy(account: account, name: name, path: path, source: source)
        compareARN(members["Arn"], with: policy.arn)
        return finish(.policy(policy), isPathStated: members["Path"] != nil)
    }

    private struct Version {
        let id: Text
        let isDefault: Bool
        let document: JSONNode
        let index: Int
        let position: JSONPosition
    }

    private mutating func versions(_ root: JSONNode, _ members: MemberNodes) -> [Version] {
        guard root.members != nil,
            let list = reader.required("PolicyVersionList", in: members, of: "a managed policy", at: root.position)
        else { return [] }
        var versions: [Version] = []
        for (index, element) in reader.elements(list, "`PolicyVersionList`").enumerated() {
            guard let version = version(element, index) else { continue }
            if versions.contains(where: { $0.id == version.id }) {
                reader.error("duplicate-version", "the version `\(version.id)` is given twice", at: version.position)
            }
            versions.append(version)
        }
        if versions.count > Quota.policyVersionsMax {
            reader.warning(
                "quota", "\(versions.count) versions; IAM keeps \(Quota.policyVersionsMax)", at: list.position)
        }
        return versions
    }

    private mutating func version(_ node: JSONNode, _ index: Int) -> Version? {
        let members = reader.members(
            of: node, what: "a policy version", known: ["VersionId", "IsDefaultVersion", "Document"],
            reportOnly: ["CreateDate"])
        guard node.members != nil,
            let idNode = reader.required("VersionId", in: members, of: "a policy version", at: node.position),
            let id = reader.string(idNode, "`VersionId`"),
            let document = reader.required("Document", in: members, of: "a policy version", at: node.position)
        else { return nil }
        guard isVersionID(id) else {
            reader.error(
                "invalid-version", "`VersionId` \(UserText.quoted(id.string)) must be `v1`, `v2` and so on",
                at: idNode.position)
            return nil
        }
        let isDefault = reader.bool(members["IsDefaultVersion"], "`IsDefaultVersion`") ?? false
        return Version(id: id, isDefault: isDefault, document: document, index: index, position: node.position)
    }

    private func isVersionID(_ id: Text) -> Bool {
        let digits = id.utf8.dropFirst()
        return id.hasPrefix("v") && !digits.isEmpty && digits.allSatisfy(ASCII.isDigit) && digits.first != 0x30
    }

    /// Parses every version; the one default version is in force, and errors in others are only told.
    private mutating func defaultVersion(of versions: [Version], _ stated: JSONNode?, _ root: JSONNode) -> PolicySource?
    {
        let statedID = reader.string(stated, "`DefaultVersionId`")
        let defaults = versions.filter { $0.isDefault || (versions.allSatisfy { !$0.isDefault } && $0.id == statedID) }
        guard defaults.count == 1, let chosen = defaults.first else {
            if !reader.hasErrors {
                reader.error(
                    "default-version", "exactly one version must be the default, not \(defaults.count)",
                    at: root.position)
            }
            return nil
        }
        if let stated, let statedID, statedID != chosen.id {
            reader.error(
                "default-version",
                "`DefaultVersionId` \(UserText.quoted(statedID.string)) is not the default version "
                    + "`\(chosen.id)`", at: stated.position)
        }
        for version in versions where version.id != chosen.id { checkOldVersion(version) }
        return reader.document(chosen.document, kind: .managed, text: text, path: path(of: chosen))
    }

    private mutating func checkOldVersion(_ version: Version) {
        let result = reader.names.parser(of: .managed, reader.rules).parse(
            version.document, in: path.string, text: text, path: path(of: version))
        reader.add(result.diagnostics.map { StoreDiagnostic($0).asWarning })
    }

    private func path(of version: Version) -> String { "PolicyVersionList[\(version.index)].Document" }
}
