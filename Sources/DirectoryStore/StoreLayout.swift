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

    /// Whether the file says how others are parsed, and so is itself parsed without rules.
    var holdsRules: Bool { self == .schema || self == .organization }
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
    /// What everything else is parsed by, in the order of reading.
    static let rules = [schema, organization]

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
        case 1 where ["accounts", "managed", "organization"].contains(path[0]): .folder
        case 1: .ignored
        case 2 where path[0] == "accounts": accountFolder(path[1])
        case 2 where path[0] == "organization" && ControlPolicyKind(folder: path[1]) != nil: .folder
        case 3 where path[0] == "accounts" && entityFolders.contains(path[2]): .folder
        default: .refused(code: "unknown-folder", message: "unknown folder `\(path.last ?? "")`")
        }
    }

    /// What a `*.json` file at the path means; the path is relative to the store.
    static func file(_ path: [Text]) -> LayoutVerdict {
        switch path.count {
        case 1 where path[0] == schema: .file(.schema)
        case 1 where path[0] == organization: .file(.organization)
        case 2 where path[0] == "managed": .file(.policy(nil))
        case 3 where path[0] == "accounts" && path[2] == "account.json":
            AccountID(path[1]).map { .file(.account($0)) } ?? misplaced
        case 3 where path[0] == "organization":
            ControlPolicyKind(folder: path[1]).map { .file(.controlPolicy($0)) } ?? misplaced
        case 4 where path[0] == "accounts": entityFile(path)
        default: misplaced
        }
    }

    /// Why a name that is not read may have been meant to be; `nil` where there is no doubt.
    ///
    /// At the top a team keeps what it likes; inside the store's own folders there is nothing but entities.
    static func doubt(_ path: [Text]) -> String? {
        guard let name = path.last else { return nil }
        if path.count > 1 { return "`\(name)` is not read: entities are in files whose names end in `.json`" }
        let known = ["accounts", "managed", "organization", schema, organization]
        return known.first { $0 != name && NameDistance.between(name.foldedASCII, $0, most: 2) != nil }
            .map { "`\(name)` is not read; did you mean `\($0)`?" }
    }

    private static let entityFolders: Set<Text> = ["users", "groups", "roles", "policies", "resources"]

    private static let misplaced = LayoutVerdict.refused(
        code: "misplaced-file", message: "no `.json` file of this name belongs here")

    private static func accountFolder(_ name: Text) -> LayoutVerdict {
        AccountID(name) != nil
            ? .folder
            : .refused(code: "unknown-folder", message: "`\(name)` is no account: expected twelve digits")
    }

    private static func entityFile(_ path: [Text]) -> LayoutVerdict {
        guard let account = AccountID(path[1]) else { return misplaced }
        return switch path[2].string {
        case "users": .file(.user(account))
        case "groups": .file(.group(account))
        case "roles": .file(.role(account))
        case "policies": .file(.policy(account))
        case "resources": .file(.resource(account))
        default: misplaced
        }
    }
}
