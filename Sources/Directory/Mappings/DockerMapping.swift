public import PolicyModel

/// How the calls of Docker Engine become questions (`mappings/docker.json`).
public struct DockerMapping: Sendable, Hashable {
    /// The account of users that are named without one; `nil` takes the store's default account.
    public var account: AccountID?
    /// Who asks over the engine's own Unix socket, where Docker knows nobody; `nil` is the user `docker-local`.
    public var localPrincipal: Text?
    /// The principal of a TLS client, with the common name of its certificate at `{User}`; `nil` is the user of that name.
    public var principal: Template?
    /// Labels of what is made that become `docker:Label/<name>`.
    public var labels: [String] = []
    /// Reads whose answers are looked at before anybody sees them, with what is taken from the answer.
    public var filteredResponses: [DockerAction: [ResponseKey]] = [:]

    /// A context key that is taken from an answer of the engine.
    public struct ResponseKey: Sendable, Hashable {
        /// The key, which begins with `docker:Response/`.
        public var key: String
        /// The names of members from the outside to the inside.
        public var path: [String]

        /// Makes a key.
        public init(key: String, path: [String]) {
            self.key = key
            self.path = path
        }
    }

    /// The place of a principal's template.
    public static let userPlace = "User"
    /// How every key of an answer begins: no key of a request does.
    public static let responsePrefix = "docker:Response/"

    /// What holds without a file.
    public init(account: AccountID? = nil) {
        self.account = account
    }
}

extension Directory {
    /// How Docker's calls become questions; what holds without a file when there is none.
    public var docker: DockerMapping {
        if case .docker(let mapping)? = mappings[.docker] { mapping } else { DockerMapping() }
    }
}
