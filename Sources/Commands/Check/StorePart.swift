internal import JSONDocument
internal import PolicyModel

/// Recognises what belongs to a store: it says nothing by itself, and is checked with its store.
enum StorePart {
    /// Whether the folder is a store (design §3.1).
    static func isStore(_ path: String) throws(FileProblem) -> Bool {
        for name in ["accounts", "managed"] where try Files.kind(of: "\(path)/\(name)") == .folder { return true }
        return false
    }

    /// The store whose `accounts/` or `managed/` a path lies in, or is, as the user would type it; `nil` when none.
    static func store(of path: String) -> String? {
        guard let parts = place(of: path)?.split(separator: "/").map(String.init) else { return nil }
        // The innermost, as whoever typed the path would look for it.
        for index in parts.indices.reversed() {
            let store = "/" + parts[..<index].joined(separator: "/")
            guard isInside(Array(parts[index...]), store) else { continue }
            return typed(path, without: Array(parts[index...])) ?? store
        }
        return nil
    }

    /// The path without links above its last name, which may be a link that leads elsewhere.
    private static func place(of path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard let last = parts.last, last != "..", last != "." else { return Files.resolved(path) }
        let above = path.dropLast(last.count)
        return Files.resolved(above.isEmpty ? "." : String(above)).map { "\($0)/\(last)" }
    }

    /// Whether the rest of a path is one that only stores have.
    private static func isInside(_ rest: [String], _ store: String) -> Bool {
        switch rest.first {
        case "managed": return rest.count <= 2
        case "accounts":
            if rest.count > 1 { return isAccount(rest[1]) }
            let names = try? Files.names(in: "\(store)/accounts")
            return names?.contains(where: isAccount) ?? false
        default: return false
        }
    }

    private static func isAccount(_ name: String) -> Bool { AccountID(Text(name)) != nil }

    /// The front of the path, if it ends in the rest.
    private static func typed(_ path: String, without rest: [String]) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.suffix(rest.count) == rest[...], parts.count >= rest.count else { return nil }
        let front = parts.dropLast(rest.count).joined(separator: "/")
        return path.hasPrefix("/") ? "/" + front : front.isEmpty ? "." : front
    }

    /// Members that entities of a store have at the top of their files, and no policy document has.
    private static let entityMembers = [
        "UserName", "UserPolicyList", "GroupList", "GroupName", "GroupPolicyList", "RoleName", "RolePolicyList",
        "AssumeRolePolicyDocument", "AttachedManagedPolicies", "PermissionsBoundary", "PolicyName",
        "PolicyVersionList", "AccountAliases", "RootUser", "ContextKeys", "MasterAccountId",
        "PolicySummary", "UserDetailList", "RoleDetailList",
    ]

    /// The member by which a file is an entity's; `nil` for anything that may be meant as a policy document.
    static func entityMember(_ bytes: [UInt8]) -> String? {
        guard let root = try? JSONDocument(bytes, limits: .file).root, root["Statement"] == nil else { return nil }
        let isRegistry = root["Resource"] != nil && root["Effect"] == nil && root["Action"] == nil
        return entityMembers.first { root[$0] != nil } ?? (isRegistry ? "Resource" : nil)
    }
}

extension FileProblem {
    static func partOfStore(_ path: String, _ store: String) -> FileProblem {
        FileProblem(
            path: path, code: 0,
            words: "this is part of a store; check the store: postern check \(ShellWord.quoted(store))")
    }
    static func entity(_ path: String, _ member: String) -> FileProblem {
        FileProblem(
            path: path, code: 0,
            words: "this is a file of a store, for it has `\(member)`; check the store: postern check STORE")
    }
}
