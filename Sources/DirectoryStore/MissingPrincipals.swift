internal import Directory
internal import PolicyModel

/// ARNs in `Principal` elements that name no user or role in force: they match nobody, which is only worth a warning.
struct MissingPrincipals {
    private let directory: Directory
    /// Whether a user or role has an id.
    private let isID: (Text) -> Bool

    init(_ directory: Directory) {
        self.directory = directory
        let ids = Set(directory.users.values.compactMap(\.id) + directory.roles.values.compactMap(\.id))
        isID = ids.contains
    }

    init(_ directory: Directory, isID: @escaping (Text) -> Bool) {
        (self.directory, self.isID) = (directory, isID)
    }

    /// What the file's own policies name in vain.
    func warnings(_ file: EntityFile) -> [StoreDiagnostic] {
        file.mentions.filter { !exists($0.pattern) }.map { mention in
            StoreDiagnostic(
                .warning, "unknown-principal",
                "`\(mention.pattern.written.value)` is nobody in this store: it matches no caller",
                file: file.path.string, position: mention.position)
        }
    }

    private func exists(_ pattern: PrincipalPattern) -> Bool {
        switch pattern {
        case .user(let arn): named(arn) { directory.users[.user($0, $1)]?.arn == arn }
        case .role(let arn): named(arn) { directory.roles[.role($0, $1)]?.arn == arn }
        case .userID(let id), .roleID(let id): isID(id)
        case .assumedRole(let text): assumedRoleExists(text)
        case .everyone, .account, .federatedUser, .federated, .service, .canonicalUser: true
        }
    }

    /// Looks for the account and folded name that an ARN ends in.
    private func named(_ text: Text, _ exists: (AccountID, Text) -> Bool) -> Bool {
        guard let arn = ARN(text), let account = AccountID(arn.account) else { return false }
        return exists(account, (arn.resource.split(at: ASCII.slash).last ?? "").foldedASCII)
    }

    private func assumedRoleExists(_ text: Text) -> Bool {
        guard let arn = ARN(text), let account = AccountID(arn.account) else { return false }
        let parts = arn.resource.split(at: ASCII.slash)
        return parts.count >= 2 && directory.roles[.role(account, parts[1].foldedASCII)] != nil
    }
}
