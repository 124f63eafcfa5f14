internal import PolicyModel

/// Why the store does not know a principal, and what it may have been meant to be.
struct CallerHints {
    private let directory: Directory
    private let asked: AskedQuestion

    init(_ directory: Directory, _ asked: AskedQuestion) {
        self.directory = directory
        self.asked = asked
    }

    /// The sentences.
    var sentences: [String] {
        guard let arn = ARN(asked.principal) else { return [CallerHints.forms] }
        guard arn.partition == "aws", arn.service == "iam" || arn.service == "sts" else { return [CallerHints.forms] }
        guard let account = AccountID(arn.account), directory.accounts[account] != nil else {
            return ["the store has no account `\(arn.account)`"]
        }
        let parts = arn.resource.split(at: ASCII.slash)
        switch (arn.service.string, parts.first?.string ?? "") {
        case ("iam", "user"): return [user(parts.last ?? "", account)]
        case ("iam", "role"): return role(parts.last ?? "", account)
        case ("sts", "assumed-role"): return [session(parts, account)]
        case ("sts", "federated-user"): return [federatedUser(account)]
        case ("iam", "group"): return ["a group asks nothing: its users do"]
        default: return [CallerHints.forms]
        }
    }

    private static let forms =
        "a principal is the ARN of a user, root user, assumed role or federated user in partition `aws`, the name of a"
        + " service such as `svc.example`, or `anonymous`"

    private static let federatedName = "the name of a federated user has 1 to 64 letters, digits and `_+=,.@-`"

    private func user(_ name: Text, _ account: AccountID) -> String {
        directory.users[.user(account, name.foldedASCII)].map {
            "the store has a user of this name, whose ARN is `\($0.arn)`"
        } ?? "account \(account) of the store has no user `\(name)`"
    }

    /// A role's ARN asks nothing, whether there is such a role or not.
    private func role(_ name: Text, _ account: AccountID) -> [String] {
        guard let role = directory.roles[.role(account, name.foldedASCII)] else {
            return ["account \(account) of the store has no role `\(name)`", sessionsAsk(name, account)]
        }
        return [sessionsAsk(role.name, account)]
    }

    private func sessionsAsk(_ role: Text, _ account: AccountID) -> String {
        "a role asks nothing: its sessions do, as `arn:aws:sts::\(account):assumed-role/\(role)/<session>`"
    }

    private func session(_ parts: [Text], _ account: AccountID) -> String {
        let name = parts.count > 1 ? parts[1] : ""
        if let role = directory.roles[.role(account, name.foldedASCII)], parts.count == 3 {
            // Names of sessions are compared with case, and so is the role's in them.
            return role.name == name
                ? "`\(parts[2])` is no name of a session: 1 to 64 letters, digits and `_+=,.@-`"
                : "the store has the role `\(role.name)`, whose sessions are `arn:aws:sts::\(account):assumed-role/"
                    + "\(role.name)/<session>`"
        }
        // The path of a role is no part of its sessions' ARNs.
        let last = parts.dropLast().last ?? ""
        if parts.count > 3, let role = directory.roles[.role(account, last.foldedASCII)] {
            return "a session's ARN has its role's name without the path:"
                + " `arn:aws:sts::\(account):assumed-role/\(role.name)/\(parts.last ?? "")`"
        }
        return "account \(account) of the store has no role `\(name)`"
    }

    private func federatedUser(_ account: AccountID) -> String {
        guard !asked.sessionUser.isEmpty else { return CallerHints.federatedName }
        guard case .user(let owner, let arn) = Caller(asked.sessionUser) else {
            return "`session.user` is the ARN of a user, and not `\(asked.sessionUser)`"
        }
        guard owner == account else {
            return "`session.user` is of account \(owner), and the federated user of \(account)"
        }
        let name = arn.split(at: ASCII.slash).last ?? arn
        let known = directory.users[.user(account, name.foldedASCII)]
        if let known, known.arn == arn { return CallerHints.federatedName }
        return "it is the user of `session.user` that is unknown: "
            + (known.map { "the store has a user of this name, whose ARN is `\($0.arn)`" }
                ?? "account \(account) of the store has no user `\(name)`")
    }
}
