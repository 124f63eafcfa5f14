public import PolicyModel

/// How the reviews of a Kubernetes API server become questions (`mappings/kubernetes.json`).
public struct KubernetesMapping: Sendable, Hashable {
    /// The account of users that are named without one; `nil` takes the store's default account.
    public var account: AccountID?
    /// What is said of what no policy allows and none denies.
    public var implicitDeny = ImplicitDeny.noOpinion
    /// Who a user of the cluster is, the first that fits; `nil` is service accounts and people by their names.
    public var users: [UserRule]?

    /// What becomes of an implicit deny.
    public enum ImplicitDeny: String, Sendable, Hashable, CaseIterable {
        /// The next authorizer of the API server decides.
        case noOpinion = "NoOpinion"
        /// It is denied, whoever else would allow it.
        case denied = "Denied"
    }

    /// Users of one form and who they are.
    public struct UserRule: Sendable, Hashable {
        /// What a user name looks like.
        public var match: NamePattern
        /// The principal's ARN, with places that the pattern has.
        public var principal: Template

        /// Makes a rule.
        public init(match: NamePattern, principal: Template) {
            self.match = match
            self.principal = principal
        }
    }

    /// What holds without a file.
    public init(account: AccountID? = nil) {
        self.account = account
    }
}

extension Directory {
    /// How Kubernetes' reviews become questions; what holds without a file when there is none.
    public var kubernetes: KubernetesMapping {
        if case .kubernetes(let mapping)? = mappings[.kubernetes] { mapping } else { KubernetesMapping() }
    }
}
