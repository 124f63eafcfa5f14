internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Reads one file of the store into an entity, by its place; knows nothing of other files.
struct EntityParser {
    let path: Text
    let digest: FileDigest
    let text: [UInt8]
    var reader: MemberReader

    /// Parses the bytes of the file at a place of the layout.
    ///
    /// `rules` are those for policy documents, with the keys that the store's schema declares; `names` are shared by the
    /// files of one reading.
    static func parse(
        _ bytes: [UInt8], at path: Text, place: StorePlace, digest: FileDigest, rules: PolicyRules = PolicyRules(),
        names: ReferenceNames = ReferenceNames()
    ) -> EntityReading {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(bytes, limits: .file)
        } catch {
            return .bad([
                StoreDiagnostic(.error, "json", error.message, file: path.string, position: error.position)
            ])
        }
        var parser = EntityParser(
            path: path, digest: digest, text: bytes, reader: MemberReader(file: path.string, rules: rules, names: names)
        )
        return parser.parse(document.root, place)
    }

    private mutating func parse(_ root: JSONNode, _ place: StorePlace) -> EntityReading {
        switch place {
        case .account(let id): account(root, id)
        case .user(let account): user(root, account)
        case .group(let account): group(root, account)
        case .role(let account): role(root, account)
        case .policy(let account): policy(root, account)
        case .resource(let account): resource(root, account)
        case .schema: schema(root)
        case .organization: organization(root)
        case .controlPolicy(let kind): controlPolicy(root, kind)
        case .mapping(let kind): mapping(root, kind)
        case .catalogue: catalogue(root)
        }
    }

    /// Ends the reading: good with an entity and no error, else bad with everything found.
    func finish(
        _ entity: Entity?, claims: [Claim] = [], references: [EntityReference] = [], isPathStated: Bool = true
    ) -> EntityReading {
        guard let entity, !reader.hasErrors else { return .bad(reader.diagnostics) }
        return .good(
            EntityFile(
                path: path, digest: digest, entity: entity.mappingSources(\.packed), claims: claims,
                references: references, isPathStated: isPathStated, warnings: reader.diagnostics))
    }

    /// The name inside the file, else the file's stem.
    mutating func entityName(_ node: JSONNode?, _ member: String, lengthMax: Int) -> Text? {
        guard let node else {
            let stem = StoreLayout.stem(path.split(at: ASCII.slash).last ?? path)
            return reader.name(stem, "the file's name", lengthMax: lengthMax, at: .start)
        }
        guard let written = reader.string(node, "`\(member)`") else { return nil }
        return reader.name(written, "`\(member)`", lengthMax: lengthMax, at: node.position)
    }

    /// `Arn` only reports; where it is not the ARN that the store gives the entity, a person should know.
    mutating func compareARN(_ node: JSONNode?, with arn: Text) {
        guard let node, let written = reader.string(node, "`Arn`"), written != arn else { return }
        reader.warning(
            "arn-differs",
            "`Arn` \(UserText.quoted(written.string)) is not in force: by its place and name this is "
                + "`\(arn)`", at: node.position)
    }
}

/// Users, groups and roles, in the shapes of `GetAccountAuthorizationDetails`.
extension EntityParser {
    mutating func user(_ root: JSONNode, _ account: AccountID) -> EntityReading {
        let members = reader.members(
            of: root, what: "a user",
            known: [
                "UserName", "UserId", "Path", "Arn", "Tags", "GroupList", "UserPolicyList", "AttachedManagedPolicies",
                "PermissionsBoundary",
            ], reportOnly: ["CreateDate", "PasswordLastUsed"])
        let name = entityName(members["UserName"], "UserName", lengthMax: Quota.principalNameLengthMax)
        let id = reader.id(members["UserId"], "`UserId`", prefix: "AIDA")
        var reading = HoldingsReading()
        reading.holdings.inlinePolicies = reader.inlinePolicies(
            members["UserPolicyList"], member: "UserPolicyList", text: text)
        reader.attachments(members, account: account, into: &reading)
        let groups = groupList(members["GroupList"], account)
        let path = reader.path(members["Path"])
        let tags = reader.tags(members["Tags"])
        guard let name else { return finish(nil) }
        let user = User(
            account: account, name: name, path: path, id: id, tags: tags, groups: groups.map(\.text),
            holdings: reading.holdings)
        compareARN(members["Arn"], with: user.arn)
        return finish(.user(user), claims: id.map { [.id($0)] } ?? [], references: groups + reading.references)
    }

    private mutating func groupList(_ node: JSONNode?, _ account: AccountID) -> [EntityReference] {
        var groups: [EntityReference] = []
        for element in reader.elements(node, "`GroupList`") {
            guard let name = reader.string(element, "a group's name") else { continue }
            let named = reader.names.group(name, of: account)
            if groups.contains(where: { $0.target == named.target }) {
                reader.warning("duplicate-group", "the group `\(name)` is listed twice", at: element.position)
                continue
            }
            groups.append(EntityReference(named, at: element.position))
        }
        if let node, groups.count > Quota.groupsMax {
            reader.warning("quota", "\(groups.count) groups; IAM allows \(Quota.groupsMax)", at: node.position)
        }
        return groups
    }

    mutating func group(_ root: JSONNode, _ account: AccountID) -> EntityReading {
        let members = reader.members(
            of: root, what: "a group",
            known: ["GroupName", "GroupId", "Path", "Arn", "GroupPolicyList", "AttachedManagedPolicies"],
            reportOnly: ["CreateDate"])
        let name = entityName(members["GroupName"], "GroupName", lengthMax: Quota.nameLengthMax)
        _ = reader.id(members["GroupId"], "`GroupId`", prefix: "AGPA")
        var reading = HoldingsReading()
        reading.holdings.inlinePolicies = reader.inlinePolicies(
            members["GroupPolicyList"], member: "GroupPolicyList", text: text)
        reader.attachments(members, account: account, into: &reading)
        let path = reader.path(members["Path"])
        guard let name else { return finish(nil) }
        compareARN(members["Arn"], with: Text("arn:aws:iam::\(account):group\(path)\(name)"))
        let group = Group(account: account, name: name, path: path, holdings: reading.holdings)
        return finish(.group(group), references: reading.references)
    }

    mutating func role(_ root: JSONNode, _ account: AccountID) -> EntityReading {
        let members = reader.members(
            of: root, what: "a role",
            known: [
                "RoleName", "RoleId", "Path", "Arn", "Tags", "AssumeRolePolicyDocument", "RolePolicyList",
                "AttachedManagedPolicies", "PermissionsBoundary", "MaxSessionDuration",
            ], reportOnly: ["CreateDate", "RoleLastUsed", "InstanceProfileList", "Description"])
        let name = entityName(members["RoleName"], "RoleName", lengthMax: Quota.principalNameLengthMax)
        let id = reader.id(members["RoleId"], "`RoleId`", prefix: "AROA")
        var reading = HoldingsReading()
        reading.holdings.inlinePolicies = reader.inlinePolicies(
            members["RolePolicyList"], member: "RolePolicyList", text: text)
        reader.attachments(members, account: account, into: &reading)
        let trust = trustPolicy(root, members)
        let path = reader.path(members["Path"])
        let tags = reader.tags(members["Tags"])
        let seconds = sessionDuration(members["MaxSessionDuration"])
        guard let name, let trust else { return finish(nil) }
        let role = Role(
            account: account, name: name, path: path, id: id, tags: tags, trustPolicy: trust,
            maxSessionDurationSeconds: seconds, holdings: reading.holdings)
        compareARN(members["Arn"], with: role.arn)
        return finish(.role(role), claims: id.map { [.id($0)] } ?? [], references: reading.references)
    }

    private mutating func trustPolicy(_ root: JSONNode, _ members: MemberNodes) -> PolicySource? {
        guard root.members != nil,
            let node = reader.required("AssumeRolePolicyDocument", in: members, of: "a role", at: root.position)
        else { return nil }
        return reader.document(node, kind: .trust, text: text, path: "AssumeRolePolicyDocument")
    }

    private mutating func sessionDuration(_ node: JSONNode?) -> Int {
        let range = Quota.sessionDurationSeconds
        guard let node, let seconds = reader.integer(node, "`MaxSessionDuration`") else { return range.lowerBound }
        guard range.contains(seconds) else {
            reader.error(
                "invalid-duration",
                "`MaxSessionDuration` \(seconds) must be from \(range.lowerBound) to \(range.upperBound) seconds",
                at: node.position)
            return range.lowerBound
        }
        return seconds
    }
}
