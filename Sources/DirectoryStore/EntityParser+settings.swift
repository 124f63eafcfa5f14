internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// `account.json`, `schema.json` and the resource registry.
extension EntityParser {
    mutating func account(_ root: JSONNode, _ id: AccountID) -> EntityReading {
        let members = reader.members(
            of: root, what: "an account",
            known: ["AccountAliases", "RootUser", "CanonicalId", "PasswordPolicy"])
        let aliases = reader.elements(members["AccountAliases"], "`AccountAliases`")
            .compactMap { reader.string($0, "an alias") }
        let canonicalID = reader.string(members["CanonicalId"], "`CanonicalId`")
        if let node = members["CanonicalId"], canonicalID?.isEmpty == true {
            reader.error("invalid-id", "`CanonicalId` may not be empty", at: node.position)
        }
        if let node = members["PasswordPolicy"], node.members == nil {
            reader.error("wrong-type", "`PasswordPolicy` must be an object", at: node.position)
        }
        let account = Account(
            id: id, aliases: aliases, isRootUserEnabled: isRootUserEnabled(members["RootUser"]),
            canonicalID: canonicalID)
        return finish(.account(account), claims: canonicalID.map { [.canonicalID($0)] } ?? [])
    }

    private mutating func isRootUserEnabled(_ node: JSONNode?) -> Bool {
        guard let node, let text = reader.string(node, "`RootUser`") else { return false }
        if text != "enabled" && text != "disabled" {
            reader.error(
                "wrong-value", "`RootUser` \(UserText.quoted(text.string)) must be `enabled` or `disabled`",
                at: node.position)
        }
        return text == "enabled"
    }

    mutating func schema(_ root: JSONNode) -> EntityReading {
        let members = reader.members(of: root, what: "the schema", known: ["ContextKeys"])
        var declarations: [Text: KeyDeclaration] = [:]
        let keys = members["ContextKeys"]
        if let keys, keys.members == nil {
            reader.error("wrong-type", "`ContextKeys` must be an object", at: keys.position)
        }
        for member in keys?.members ?? [] {
            guard let declaration = declaration(member) else { continue }
            if declarations.updateValue(declaration, forKey: Text(member.name).foldedASCII) != nil {
                reader.error(
                    "duplicate-key", "the key \(UserText.quoted(member.name)) is declared twice: case does not count",
                    at: member.namePosition)
            }
        }
        return finish(.schema(declarations))
    }

    private mutating func declaration(_ member: JSONMember) -> KeyDeclaration? {
        let members = reader.members(of: member.value, what: "a context key", known: ["Type", "MultiValued"])
        checkDeclaredKey(member)
        guard member.value.members != nil,
            let node = reader.required("Type", in: members, of: "a context key", at: member.value.position),
            let type = reader.string(node, "`Type`")
        else { return nil }
        let isMultiValued = reader.bool(members["MultiValued"], "`MultiValued`") ?? false
        guard let valueType = KeyDeclaration.ValueType(rawValue: type.string) else {
            let types = KeyDeclaration.ValueType.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            reader.error(
                "wrong-value", "`Type` \(UserText.quoted(type.string)) must be one of \(types)", at: node.position)
            return nil
        }
        return KeyDeclaration(type: valueType, isMultiValued: isMultiValued)
    }

    /// The keys of the language have their types already.
    private mutating func checkDeclaredKey(_ member: JSONMember) {
        let folded = Text(member.name).foldedASCII
        let isTaken =
            GlobalConditionKey(rawValue: folded.string) != nil
            || TagKeyPrefix.allCases.contains { folded.hasPrefix(Text($0.rawValue)) }
        if isTaken || !folded.utf8.contains(ASCII.colon) {
            let why =
                isTaken
                ? "belongs to the language, which knows its type; remove it"
                : "has no prefix; write one, as in `app:Env`"
            reader.error(
                "invalid-key", "the key \(UserText.quoted(member.name)) \(why)", at: member.namePosition)
        }
    }

    mutating func resource(_ root: JSONNode, _ account: AccountID) -> EntityReading {
        let members = reader.members(
            of: root, what: "a resource", known: ["Resource", "Policy", "Tags", "Owner", "PolicyRequired"])
        let policy = members["Policy"].flatMap {
            reader.document($0, kind: .resource, text: text, path: "Policy")
        }
        let tags = members["Tags"].map { reader.tags($0) }
        let owner = owner(members["Owner"])
        let isPolicyRequired = reader.bool(members["PolicyRequired"], "`PolicyRequired`") ?? false
        guard root.members != nil,
            let node = reader.required("Resource", in: members, of: "a resource", at: root.position),
            let pattern = reader.string(node, "`Resource`")
        else { return finish(nil) }
        let entry = ResourceEntry(
            account: account, pattern: pattern, policy: policy, tags: tags, statedOwner: owner,
            isPolicyRequired: isPolicyRequired)
        checkOwner(entry, at: (members["Owner"] ?? node).position, pattern: node.position)
        return finish(.resource(entry))
    }

    private mutating func owner(_ node: JSONNode?) -> AccountID? {
        guard let node, let text = reader.string(node, "`Owner`") else { return nil }
        if let owner = AccountID(text) { return owner }
        reader.error(
            "wrong-value", "`Owner` \(UserText.quoted(text.string)) is no account: expected twelve digits",
            at: node.position)
        return nil
    }

    /// Two sources that disagree about the owner are an error where it shows (design §3.2).
    private mutating func checkOwner(_ entry: ResourceEntry, at position: JSONPosition, pattern: JSONPosition) {
        guard let arn = ARN(entry.pattern) else {
            reader.error(
                "invalid-arn",
                "`Resource` \(UserText.quoted(entry.pattern.string)) is no ARN or ARN pattern: expected "
                    + "`arn:` and six fields", at: pattern)
            return
        }
        guard let stated = AccountID(arn.account), stated != entry.owner else { return }
        let source = entry.statedOwner == nil ? "the folder's account" : "`Owner`"
        reader.error(
            "ambiguous-owner", "\(source) \(entry.owner) disagrees with the account in `\(entry.pattern)`",
            at: position)
    }
}
