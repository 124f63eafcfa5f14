import Directory
import Glibc
import PolicyModel
import PolicySyntax

/// Writes a store as the folder that `postern serve` reads.
struct StoreFolder {
    let path: String

    /// How much was written.
    struct Size: Sendable, Hashable {
        var files = 0
        var bytes = 0
    }

    /// Writes all of it; `generation` is the `Sid` of every statement, so that two of them share no document.
    @discardableResult
    func write(_ store: BenchmarkStore, generation: String? = nil) throws -> Size {
        let writer = EntityWriter(generation: generation)
        var size = Size()
        for account in store.directory.accounts.values {
            try put(["accounts", account.id.text.string], "account.json", .object([]), &size)
        }
        for user in store.directory.users.values {
            try put(folder("users", user.account), "\(user.name).json", writer.json(user), &size)
        }
        for group in store.directory.groups.values {
            try put(folder("groups", group.account), "\(group.name).json", writer.json(group), &size)
        }
        for role in store.directory.roles.values {
            try put(folder("roles", role.account), "\(role.name).json", writer.json(role), &size)
        }
        for policy in store.directory.policies.values {
            guard let account = policy.account else { continue }
            try put(folder("policies", account), "\(policy.name).json", writer.json(policy.source), &size)
        }
        for (index, entry) in store.directory.resources.values.enumerated() {
            try put(folder("resources", entry.account), "\(index).json", writer.json(entry), &size)
        }
        if let organization = store.directory.organization {
            try put([], "organization.json", writer.json(organization), &size)
        }
        for policy in store.directory.serviceControlPolicies.values {
            try put(
                ["organization", "service-control-policies"], "\(policy.name).json", writer.json(policy.source), &size)
        }
        return size
    }

    private func folder(_ kind: String, _ account: AccountID) -> [String] { ["accounts", account.text.string, kind] }

    private func put(_ folders: [String], _ name: String, _ json: JSONText, _ size: inout Size) throws {
        var place = path
        _ = unsafe mkdir(place, 0o755)
        for folder in folders {
            place += "/" + folder
            _ = unsafe mkdir(place, 0o755)
        }
        let text = json.text
        try Files.write(text, to: "\(place)/\(name)")
        size.files += 1
        size.bytes += text.utf8.count
    }
}
