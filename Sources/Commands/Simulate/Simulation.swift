internal import Directory
internal import PolicyModel
internal import PolicySyntax

/// A question that brings everything it is decided by: no store stands behind it (design §3.4).
struct Simulation {
    var caller: SimulatedCaller
    var action: Text
    var resource: Text
    /// Who owns the resource; `nil` when nothing says it.
    var resourceAccount: AccountID?
    /// Whether the resource can only be reached through its policy.
    var isPolicyRequired = false
    var context: [Request.ContextEntry] = []
    var session: SimulatedSession?
    var policies = SimulatedPolicies()
    /// Tags of the caller's user or role.
    var tags: [Tag] = []
    /// Tags of the resource in the registry; `nil` when it says nothing of them.
    var resourceTags: [Tag]?
    /// How long sessions of a role that is to be assumed may last; `nil` for as long as roles usually allow.
    var maxSessionDurationSeconds: Int?
}

/// A document with the name that answers give it.
struct SimulatedPolicy {
    /// Such as `identityPolicies[0]`.
    var label: Text
    var source: PolicySource

    /// Its text and its label, so that equal documents stay two.
    var distinctSource: PolicySource {
        PolicySource(
            document: source.document, text: source.text + [0x0A] + Array(label.utf8), file: source.file,
            statementPositions: source.statementPositions)
    }
}

/// The policies of a question by kind; `nil` is not in play, and an empty list is in play and grants nothing.
struct SimulatedPolicies {
    var identity: [SimulatedPolicy]?
    var boundaries: [SimulatedPolicy]?
    var session: [SimulatedPolicy]?
    /// One list a level, root first.
    var serviceControl: [[SimulatedPolicy]]?
    /// One list a level, root first.
    var resourceControl: [[SimulatedPolicy]]?
    var resource: [SimulatedPolicy]?

    /// Whether a kind is in play, by the name that answers give it.
    func hasLayer(_ name: String) -> Bool {
        switch name {
        case "identityPolicy": identity != nil
        case "resourcePolicy": resource != nil
        case "permissionsBoundary": boundaries != nil
        case "sessionPolicy": session != nil
        case "serviceControlPolicy": serviceControl != nil
        case "resourceControlPolicy": resourceControl != nil
        default: false
        }
    }
}

/// What a question knows of the credentials behind its principal (design §3.3 `Session`), without its policies.
struct SimulatedSession {
    var tags: [(key: Text, value: Text)] = []
    var transitiveTagKeys: [Text] = []
    var sourceIdentity: Text?
    var federatedProvider: Text?
    var issued: Text?
    /// The user behind a federated-user session.
    var user: Text?
    var isMFAPresent = false
    var mfaAge: Text?
}

/// Who asks, taken apart; a role's ARN stands for any session of the role.
struct SimulatedCaller {
    enum Kind {
        case user, root, role, federatedUser, service, anonymous
    }

    var kind: Kind
    /// As the question gives it.
    var principal: Text
    /// `nil` for services and anonymous callers.
    var account: AccountID?
    /// The user's or role's name without path.
    var name: Text = ""
    /// The user's or role's path; `/` for sessions, whose ARN has none.
    var path: Text = "/"
    /// `AIDA…` or `AROA…`.
    var id: Text?
    /// The canonical id of the account.
    var canonicalID: Text?

    /// Reads a principal; `nil` when it names nobody.
    init?(_ text: Text) {
        principal = text
        if let arn = ARN(text) {
            guard arn.partition == "aws", let found = SimulatedCaller.entity(arn) else { return nil }
            (kind, account, name, path) = found
            return
        }
        switch Caller(text) {
        case .service: kind = .service
        case .anonymous: kind = .anonymous
        default: return nil
        }
    }

    private static func entity(_ arn: ARN) -> (Kind, AccountID?, Text, Text)? {
        if arn.service == "iam", arn.region.isEmpty, arn.resource.hasPrefix("role/") {
            guard let account = AccountID(arn.account) else { return nil }
            let (name, path) = nameAndPath(arn.resource)
            return name.isEmpty ? nil : (.role, account, name, path)
        }
        switch Caller(arn.text) {
        case .user(let account, _):
            let (name, path) = nameAndPath(arn.resource)
            return (.user, account, name, path)
        case .root(let account): return (.root, account, "", "/")
        case .assumedRole(let account, let roleName, _): return (.role, account, roleName, "/")
        case .federatedUser(let account, let name): return (.federatedUser, account, name, "/")
        case .service, .anonymous, nil: return nil
        }
    }

    /// `role/p/q/R` is `R` under `/p/q/`.
    static func nameAndPath(_ resource: Text) -> (name: Text, path: Text) {
        let parts = resource.split(at: ASCII.slash)
        let path = "/" + parts.dropFirst().dropLast().map { $0.string + "/" }.joined()
        return (parts.last ?? "", Text(path))
    }
}
