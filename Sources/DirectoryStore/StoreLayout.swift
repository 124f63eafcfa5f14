internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What a `*.json` file of a store is, by its place (design §3.2).
enum StorePlace: Hashable, Sendable {
    case account(AccountID)
    case user(AccountID)
    case group(AccountID)
    case role(AccountID)
    /// `nil` for `managed/`.
    case policy(AccountID?)
    case resource(AccountID)
    case schema
    case organization
    case controlPolicy(ControlPolicyKind)
    case mapping(MappingKind)
    case catalogue

    /// Whether the file says how others are parsed, and so is itself parsed without rules.
    var holdsRules: Bool { self == .schema || self == .organization }

    /// Whether no image holds what the file says, so that it is parsed at every start.
    var isNotCompiled: Bool {
        switch self {
        case .mapping, .catalogue: true
        default: holdsRules
        }
    }
}

/// What the layout says of one name in a folder of the store.
enum LayoutVerdict: Hashable, Sendable {
    /// A file to read.
    case file(StorePlace)
    /// A folder to look into.
    case folder
    /// Nobody's business; counted.
    case ignored
    /// May not be there.
    case refused(code: String, message: String)
}

/// The names of design §3.2; what is not among them is refused where it could be a misspelt name, else ignored.
enum StoreLayout {
    static let fileSuffix: Text = ".json"
    static let schema: Text = "schema.json"
    static let organization: Text = "organization.json"
    static let account: Text = "account.json"
    /// What everything else is parsed by, in the order of reading.
    static let rules = [schema, organization]

    /// The folders at the top.
    private static let folders: [Text] = ["accounts", "managed", "organization", mappings, catalogue]
    static let mappings: Text = "mappings"
    static let catalogue: Text = "catalogue"
    /// The names of the files in `mappings/`.
    private static let mappingFiles = MappingKind.allCases.map { Text($0.rawValue + fileSuffix.string) }

    /// Whether a file with this name is read.
    static func isRead(_ name: Text) -> Bool {
        !isHidden(name) && name.utf8.count > fileSuffix.utf8.count
            && name.utf8.reversed().starts(with: ".json".utf8.reversed())
    }

    /// Hidden names are never read; `..data` and its like are Kubernetes' own.
    static func isHidden(_ name: Text) -> Bool { name.hasPrefix(".") }

    /// The name without `.json`.
    static func stem(_ name: Text) -> Text {
        Text(String(decoding: name.utf8.dropLast(fileSuffix.utf8.count), as: UTF8.self))
    }

    /// What a folder at the path means; the path is relative to the store.
    static func folder(_ path: [Text]) -> LayoutVerdict {
        switch path.count {
        case 1 where folders.contains(path[0]): .folder
        case 1: .ignored
        case 2 where path[0] == "accounts": accountFolder(path[1])
        case 2 where path[0] == "organization" && ControlPolicyKind(folder: path[1]) != nil: .folder
        case 3 where path[0] == "accounts" && entityFolders.contains(path[2]): .folder
        case 2 where path[0] == "organization": unknownFolder(path, ControlPolicyKind.folders)
        case 3 where path[0] == "accounts": unknownFolder(path, entityFolders)
        default: unknownFolder(path, [])
        }
    }

    private static func unknownFolder(_ path: [Text], _ known: Set<Text>) -> LayoutVerdict {
        let name = path.last?.string ?? ""
        let hint =
            known.isEmpty
            ? "there are only files here; move it away"
            : NameDistance.hint(for: name, among: known.sorted().map(\.string)).replacing("it has", with: "there are")
        return .refused(code: "unknown-folder", message: "unknown folder \(UserText.quoted(name)); \(hint)")
    }

    /// What a `*.json` file at the path means; the path is relative to the store.
    static func file(_ path: [Text]) -> LayoutVerdict {
        place(path).map { .file($0) } ?? misplaced(path)
    }

    private static func place(_ path: [Text]) -> StorePlace? {
        switch path.count {
        case 1 where path[0] == schema: .schema
        case 1 where path[0] == organization: .organization
        case 2 where path[0] == "managed": .policy(nil)
        case 2 where path[0] == mappings: MappingKind(rawValue: stem(path[1]).string).map { .mapping($0) }
        case 2 where path[0] == catalogue: .catalogue
        case 3 where path[0] == "accounts" && path[2] == account: AccountID(path[1]).map { .account($0) }
        case 3 where path[0] == "organization": ControlPolicyKind(folder: path[1]).map { .controlPolicy($0) }
        case 4 where path[0] == "accounts": AccountID(path[1]).flatMap { entityPlace($0, path[2]) }
        default: nil
        }
    }

    /// Files have one name each at the top and in an account's folder; all others lie in the folder of their kind.
    private static func misplaced(_ path: [Text]) -> LayoutVerdict {
        let known: [Text] =
            switch path.count {
            case 1: rules
            case 2 where path[0] == mappings: mappingFiles
            case 3 where path[0] == "accounts": [account]
            default: []
            }
        let meant = NameDistance.meant(by: path.last?.string ?? "", among: known.map(\.string))
        let hint = meant.map { "did you mean `\($0)`?" } ?? "move it to the folder of its kind, such as `users`"
        return .refused(code: "misplaced-file", message: "no `.json` file of this name belongs here; \(hint)")
    }

    /// Why a name that is not read may have been meant to be; `nil` where there is no doubt.
    ///
    /// At the top a team keeps what it likes; inside the store's own folders there is nothing but entities.
    static func doubt(_ path: [Text]) -> String? {
        guard let name = path.last else { return nil }
        if path.count > 1 { return "`\(name)` is not read: entities are in files whose names end in `.json`" }
        let known = folders + [schema, organization]
        return known.first { $0 != name && NameDistance.between(name.foldedASCII, $0, most: 2) != nil }
            .map { "`\(name)` is not read; did you mean `\($0)`?" }
    }

    private static let entityFolders: Set<Text> = ["users", "groups", "roles", "policies", "resources"]

    private static func accountFolder(_ name: Text) -> LayoutVerdict {
        AccountID(name) != nil
            ? .folder
            : .refused(code: "unknown-folder", message: "`\(name)` is no account: expected twelve digits")
    }

    private static func entityPlace(_ account: AccountID, _ folder: Text) -> StorePlace? {
        switch folder.string {
        case "users": .user(account)
        case "groups": .group(account)
        case "roles": .role(account)
        case "policies": .policy(account)
        case "resources": .resource(account)
        default: nil
        }
    }
}
