public import PolicyModel

/// The protocols whose requests are mapped to questions: a file of `STORE/mappings/` each.
public enum MappingKind: String, Sendable, Hashable, CaseIterable, Comparable {
    /// AuthZEN: `mappings/authzen.json`.
    case authzen
    /// Docker Engine's authorization plugin: `mappings/docker.json`.
    case docker
    /// Kubernetes' authorization webhook: `mappings/kubernetes.json`.
    case kubernetes
    /// What proxies ask about: `mappings/http.json`.
    case http

    /// By name.
    public static func < (lhs: MappingKind, rhs: MappingKind) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// How the requests of one protocol become questions.
public enum Mapping: Sendable, Hashable {
    /// AuthZEN's.
    case authzen(AuthZENMapping)
    /// Docker's.
    case docker(DockerMapping)
    /// Kubernetes'.
    case kubernetes(KubernetesMapping)
    /// That of proxies.
    case http(HTTPMapping)

    /// Whose it is.
    public var kind: MappingKind {
        switch self {
        case .authzen: .authzen
        case .docker: .docker
        case .kubernetes: .kubernetes
        case .http: .http
        }
    }
}

extension Directory {
    /// How AuthZEN requests become questions; what holds without a file when there is none.
    public var authzen: AuthZENMapping {
        if case .authzen(let mapping)? = mappings[.authzen] { mapping } else { AuthZENMapping() }
    }

    /// How requests that proxies ask about become questions; everything is denied when there is no file.
    public var http: HTTPMapping {
        if case .http(let mapping)? = mappings[.http] { mapping } else { HTTPMapping() }
    }

    /// The account of what is named without one: the organization's `DefaultResourceAccount`, else the store's only one.
    ///
    /// `nil` where there are several and none is the default.
    public var defaultAccount: AccountID? {
        organization?.defaultResourceAccount ?? (accounts.count == 1 ? accounts.keys.first : nil)
    }
}
