/// `Principal` or `NotPrincipal` of a statement (spec §2.6, §6.6).
public enum PrincipalElement: Sendable, Hashable {
    /// Matches a caller that any member names.
    case principal([PrincipalPattern])
    /// Matches every caller whose whole chain is not listed; only with `Deny`.
    case notPrincipal([PrincipalPattern])

    /// The members, in document order.
    public var patterns: [PrincipalPattern] {
        switch self {
        case .principal(let patterns), .notPrincipal(let patterns): patterns
        }
    }
}

/// One value of a principal element (spec §2.6).
public enum PrincipalPattern: Sendable, Hashable {
    /// `"*"`, or `{"AWS": "*"}`: everyone, also anonymous callers and services.
    case everyone
    /// `{"AWS": "111122223333"}` or `…:root`: the account.
    case account(AccountID)
    /// `{"AWS": "arn:aws:iam::A:user/path/Name"}`.
    case user(Text)
    /// `{"AWS": "arn:aws:iam::A:role/path/Name"}`: every session of the role.
    case role(Text)
    /// `{"AWS": "arn:aws:sts::A:assumed-role/Role/Session"}`.
    case assumedRole(Text)
    /// `{"AWS": "arn:aws:sts::A:federated-user/Name"}`.
    case federatedUser(Text)
    /// `{"AWS": "AIDA…"}`: a user by its unique id.
    case userID(Text)
    /// `{"AWS": "AROA…"}`: a role by its unique id.
    case roleID(Text)
    /// `{"Federated": …}`: sessions that came in through that identity provider.
    case federated(Text)
    /// `{"Service": "svc.example"}`.
    case service(Text)
    /// `{"CanonicalUser": …}`: an account by its canonical id.
    case canonicalUser(Text)

    /// The member of the principal map this value is written under, and the value.
    ///
    /// An account is printed as its root ARN, which is the same (spec §2.6).
    public var written: (type: Text, value: Text) {
        switch self {
        case .everyone: ("AWS", "*")
        case .account(let account): ("AWS", account.rootARN)
        case .user(let text), .role(let text), .assumedRole(let text), .federatedUser(let text), .userID(let text),
            .roleID(let text):
            ("AWS", text)
        case .federated(let text): ("Federated", text)
        case .service(let text): ("Service", text)
        case .canonicalUser(let text): ("CanonicalUser", text)
        }
    }
}

/// Who asks (spec §1, design §3.3).
public enum Caller: Sendable, Hashable {
    /// An IAM user, by its ARN with path.
    case user(account: AccountID, arn: Text)
    /// The root user of an account.
    case root(AccountID)
    /// A session of a role; the role's name has no path here.
    case assumedRole(account: AccountID, roleName: Text, sessionName: Text)
    /// A GetFederationToken session.
    case federatedUser(account: AccountID, name: Text)
    /// A service principal, such as `events.example`.
    case service(Text)
    /// Nobody in particular.
    case anonymous

    /// Reads a principal as design §3.3 lists them; `nil` when it has none of those forms.
    ///
    /// A user, root, assumed-role or federated-user ARN of partition `aws`, a service name with a dot, or `anonymous`.
    public init?(_ text: Text) {
        if text == "anonymous" {
            self = .anonymous
            return
        }
        guard let arn = ARN(text) else {
            guard Caller.isServiceName(text) else { return nil }
            self = .service(text)
            return
        }
        guard let caller = Caller(arn) else { return nil }
        self = caller
    }

    private init?(_ arn: ARN) {
        guard let account = AccountID(arn.account), arn.region.isEmpty, !arn.partition.isEmpty else { return nil }
        let parts = arn.resource.split(at: ASCII.slash)
        switch (arn.service.string, parts.first?.string ?? "") {
        case ("iam", "root") where parts.count == 1: self = .root(account)
        case ("iam", "user") where parts.count >= 2 && !(parts.last?.isEmpty ?? true):
            self = .user(account: account, arn: arn.text)
        case ("sts", "assumed-role") where parts.count == 3 && !parts[1].isEmpty && !parts[2].isEmpty:
            self = .assumedRole(account: account, roleName: parts[1], sessionName: parts[2])
        case ("sts", "federated-user") where parts.count == 2 && !parts[1].isEmpty:
            self = .federatedUser(account: account, name: parts[1])
        default: return nil
        }
    }

    /// Whether the text can be a service's name: letters, digits, `-` and at least one `.` between them.
    public static func isServiceName(_ text: Text) -> Bool {
        let labels = text.split(at: 0x2E)
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2D }
            }
    }
}
