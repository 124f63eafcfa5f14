internal import Directory
internal import DirectoryStore
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Turns the entities of an export into files of a store.
struct StoreImporter {
    /// A file that is to be written.
    struct File {
        /// Relative to the store.
        var path: String
        var members: [(String, JSONOutput)]
    }

    private(set) var files: [File] = []
    private(set) var warnings: [String] = []
    private var known: Set<EntityKey> = []
    /// What entities name, with who does so.
    private var policyReferences: [(arn: Text, holder: String)] = []
    private var groupReferences: [(account: AccountID, name: Text, holder: String)] = []

    private static let pageMembers = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"]

    mutating func warn(_ more: [String]) { warnings += more }

    /// Adds everything of a page, whose name begins each complaint.
    mutating func add(_ page: JSONNode, called name: String) throws(ImportFailure) {
        guard let members = page.members, members.contains(where: { Self.pageMembers.contains($0.name) }) else {
            throw ImportFailure(
                "\(name) is no object with `UserDetailList`, `GroupDetailList`, `RoleDetailList` or `Policies`")
        }
        do throws(ImportFailure) {
            try addEntities(page, members)
        } catch {
            throw ImportFailure("\(name): \(error.message)")
        }
    }

    private mutating func addEntities(_ page: JSONNode, _ members: [JSONMember]) throws(ImportFailure) {
        let silent: Set = ["IsTruncated", "Marker", "NextToken", "ResponseMetadata"]
        for member in members where !Self.pageMembers.contains(member.name) && !silent.contains(member.name) {
            warnings.append("not carried over: \(UserText.quoted(member.name)) of the export")
        }
        for node in try list(page, "GroupDetailList") { try addGroup(node) }
        for node in try list(page, "UserDetailList") { try addUser(node) }
        for node in try list(page, "RoleDetailList") { try addRole(node) }
        for node in try list(page, "Policies") { try addPolicy(node) }
    }

    private func list(_ node: JSONNode, _ name: String) throws(ImportFailure) -> [JSONNode] {
        guard let list = node[name], list.value != .null else { return [] }
        guard let elements = list.elements, elements.allSatisfy({ $0.members != nil }) else {
            throw ImportFailure("`\(name)` must be a list of objects")
        }
        return elements
    }

    // MARK: Entities

    private mutating func addUser(_ node: JSONNode) throws(ImportFailure) {
        let entity = try ImportedEntity(node, kind: "user", nameMember: "UserName")
        let account = try entity.ownAccount()
        try claim(.user(account, entity.name.foldedASCII), entity)
        var members = carried(node, entity, ["UserName", "UserId", "Path", "Arn", "Tags", "GroupList"])
        for group in node["GroupList"]?.elements ?? [] {
            guard let name = group.string else { continue }
            groupReferences.append((account, Text(name), entity.label))
        }
        try addHoldings(node, entity, "UserPolicyList", to: &members)
        report(node, entity, known: ["UserPolicyList"], silent: ["CreateDate", "PasswordLastUsed"], members)
        files.append(File(path: entity.path(in: "accounts/\(account)/users"), members: members))
    }

    private mutating func addGroup(_ node: JSONNode) throws(ImportFailure) {
        let entity = try ImportedEntity(node, kind: "group", nameMember: "GroupName")
        let account = try entity.ownAccount()
        try claim(.group(account, entity.name.foldedASCII), entity)
        var members = carried(node, entity, ["GroupName", "GroupId", "Path", "Arn"])
        try addHoldings(node, entity, "GroupPolicyList", to: &members)
        report(node, entity, known: ["GroupPolicyList"], silent: ["CreateDate"], members)
        files.append(File(path: entity.path(in: "accounts/\(account)/groups"), members: members))
    }

    private mutating func addRole(_ node: JSONNode) throws(ImportFailure) {
        let entity = try ImportedEntity(node, kind: "role", nameMember: "RoleName")
        let account = try entity.ownAccount()
        try claim(.role(account, entity.name.foldedASCII), entity)
        var members = carried(node, entity, ["RoleName", "RoleId", "Path", "Arn", "Tags", "MaxSessionDuration"])
        let trust = document(node["AssumeRolePolicyDocument"], .trust, "the trust policy of \(entity.label)")
        members.append(("AssumeRolePolicyDocument", trust))
        try addHoldings(node, entity, "RolePolicyList", to: &members)
        let silent: Set = ["CreateDate", "RoleLastUsed", "Description"]
        report(node, entity, known: ["RolePolicyList"], silent: silent, members)
        files.append(File(path: entity.path(in: "accounts/\(account)/roles"), members: members))
    }

    private mutating func addPolicy(_ node: JSONNode) throws(ImportFailure) {
        let entity = try ImportedEntity(node, kind: "managed policy", nameMember: "PolicyName")
        try claim(.policy(entity.account, entity.name.foldedASCII), entity)
        var members = carried(node, entity, ["PolicyName", "PolicyId", "Path", "Arn", "Tags"])
        let versions = node["PolicyVersionList"]?.elements ?? []
        let stated = node["DefaultVersionId"]?.string
        let marked = versions.filter { $0["IsDefaultVersion"]?.value == .bool(true) }
        let chosen = marked.isEmpty ? versions.filter { $0["VersionId"]?.string == stated } : marked
        if versions.count > 1 {
            warnings.append("not carried over: versions of \(entity.label) other than the default")
        }
        let isClear = chosen.count == 1 && (stated == nil || chosen.first?["VersionId"]?.string == stated)
        let output = document(isClear ? chosen.first?["Document"] : nil, .managed, entity.label)
        let id = isClear ? chosen.first?["VersionId"]?.string ?? "v1" : "v1"
        members += StoreImporter.versions(output, id: id)
        let silent: Set = [
            "AttachmentCount", "PermissionsBoundaryUsageCount", "IsAttachable", "Description", "CreateDate",
            "UpdateDate", "DefaultVersionId",
        ]
        report(node, entity, known: ["PolicyVersionList"], silent: silent, members)
        files.append(File(path: entity.path(in: entity.policyFolder), members: members))
    }

    // MARK: Parts

    private mutating func claim(_ key: EntityKey, _ entity: ImportedEntity) throws(ImportFailure) {
        guard known.insert(key).inserted else { throw ImportFailure("\(entity.label): it is in the export twice") }
    }

    /// The members as they stand; the path, where it is not said, is the ARN's.
    private func carried(_ node: JSONNode, _ entity: ImportedEntity, _ names: [String]) -> [(String, JSONOutput)] {
        var members: [(String, JSONOutput)] = []
        for name in names {
            if let value = node[name], value.value != .null {
                members.append((name, JSONOutput(value)))
            } else if name == "Path" {
                members.append((name, .string(entity.arnPath)))
            }
        }
        return members
    }

    private mutating func addHoldings(
        _ node: JSONNode, _ entity: ImportedEntity, _ listName: String, to members: inout [(String, JSONOutput)]
    ) throws(ImportFailure) {
        var policies: [JSONOutput] = []
        for policy in try list(node, listName) {
            let name = policy["PolicyName"]?.string ?? ""
            let output = document(
                policy["PolicyDocument"], .identity, "the inline policy \(UserText.quoted(name)) of \(entity.label)")
            policies.append(["PolicyName": .string(name), "PolicyDocument": output])
        }
        if !policies.isEmpty { members.append((listName, .array(policies))) }
        let attached = try list(node, "AttachedManagedPolicies")
        policyReferences += attached.compactMap { $0["PolicyArn"]?.string }.map { (Text($0), entity.label) }
        if !attached.isEmpty { members.append(("AttachedManagedPolicies", .array(attached.map { JSONOutput($0) }))) }
        if let boundary = node["PermissionsBoundary"], boundary.value != .null {
            if let arn = boundary["PermissionsBoundaryArn"]?.string {
                policyReferences.append((Text(arn), entity.label))
            }
            members.append(("PermissionsBoundary", JSONOutput(boundary)))
        }
    }

    private mutating func document(_ node: JSONNode?, _ kind: PolicyKind, _ what: String) -> JSONOutput {
        let document = ImportedDocument(node, kind: kind)
        if let trouble = document.trouble { warnings.append("\(what) \(trouble); it now denies everything") }
        return document.output
    }

    private mutating func report(
        _ node: JSONNode, _ entity: ImportedEntity, known: [String], silent: Set<String>,
        _ members: [(String, JSONOutput)]
    ) {
        let carried = Set(members.map(\.0) + known + ["AttachedManagedPolicies", "PermissionsBoundary"])
        for member in node.members ?? [] where !carried.contains(member.name) && !silent.contains(member.name) {
            let isEmpty = member.value.value == .null || member.value.elements?.isEmpty == true
            if !isEmpty { warnings.append("not carried over: \(UserText.quoted(member.name)) of \(entity.label)") }
        }
    }

    private static func versions(_ document: JSONOutput, id: String) -> [(String, JSONOutput)] {
        let version: JSONOutput = ["VersionId": .string(id), "IsDefaultVersion": true, "Document": document]
        return [("DefaultVersionId", .string(id)), ("PolicyVersionList", [version])]
    }
}

/// What entities name and the export lacks.
extension StoreImporter {
    /// Puts a policy or group that denies everything where one is missing: without it the store could allow more.
    mutating func completeReferences() {
        for reference in policyReferences {
            guard let arn = PolicyARN(reference.arn), known.insert(arn.key).inserted else { continue }
            warnings.append(
                "the policy `\(reference.arn)` of \(reference.holder) is not in the export; it now denies everything")
            let folder = arn.account.map { "accounts/\($0)/policies" } ?? "managed"
            let members: [(String, JSONOutput)] = [
                ("PolicyName", .string(arn.name.string)), ("Path", .string(arn.path.string)),
            ]
            files.append(
                File(
                    path: ImportedEntity.path(of: arn.name, in: folder),
                    members: members + StoreImporter.versions(ImportedDocument.denial(.managed), id: "v1")))
        }
        for reference in groupReferences {
            guard ImportedEntity.isName(reference.name),
                known.insert(.group(reference.account, reference.name.foldedASCII)).inserted
            else { continue }
            warnings.append(
                "the group `\(reference.name)` of \(reference.holder) is not in the export; it now denies everything")
            let policy: JSONOutput = [
                "PolicyName": "NotImported", "PolicyDocument": ImportedDocument.denial(.identity),
            ]
            files.append(
                File(
                    path: ImportedEntity.path(of: reference.name, in: "accounts/\(reference.account)/groups"),
                    members: [("GroupName", .string(reference.name.string)), ("GroupPolicyList", [policy])]))
        }
    }
}

/// An entity by what names it.
struct ImportedEntity {
    let name: Text
    /// `nil` for AWS's own policies.
    let account: AccountID?
    /// For messages.
    let label: String
    /// The path in the ARN.
    let arnPath: String

    init(_ node: JSONNode, kind: String, nameMember: String) throws(ImportFailure) {
        guard let name = node[nameMember]?.string else { throw ImportFailure("a \(kind) has no `\(nameMember)`") }
        label = "the \(kind) \(UserText.quoted(name))"
        guard ImportedEntity.isName(Text(name)) else {
            throw ImportFailure("\(label): a name may only hold letters, digits and `_+=,.@-`")
        }
        guard let arn = node["Arn"]?.string.flatMap({ ARN(Text($0)) }) else {
            throw ImportFailure("\(label): it has no `Arn`, which says whose it is")
        }
        guard arn.partition == "aws" else {
            throw ImportFailure(
                "\(label): only the partition `aws` is supported, not \(UserText.quoted(arn.partition.string))")
        }
        account = AccountID(arn.account)
        guard account != nil || arn.account == "aws" else {
            throw ImportFailure("\(label): its `Arn` names no account")
        }
        self.name = Text(name)
        arnPath = SimulatedCaller.nameAndPath(arn.resource).path.string
    }

    /// The account, which everything but a policy must have.
    func ownAccount() throws(ImportFailure) -> AccountID {
        guard let account else { throw ImportFailure("\(label): its `Arn` names no account") }
        return account
    }

    var policyFolder: String { account.map { "accounts/\($0)/policies" } ?? "managed" }

    func path(in folder: String) -> String { ImportedEntity.path(of: name, in: folder) }

    /// A name that begins with a dot would be a hidden file, which nobody reads; no other name begins with `+.`.
    static func path(of name: Text, in folder: String) -> String {
        "\(folder)/\(name.hasPrefix(".") || name.hasPrefix("+.") ? "+" : "")\(name).json"
    }

    /// What IAM allows, and no more: names become parts of paths.
    static func isName(_ text: Text) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "_+=,.@-".utf8.contains($0) }
    }
}
