import DecisionTree
import Directory
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// What a layer says of the action that is asked.
enum LayerState: String, CaseIterable {
    case allow, deny, silent, absent

    /// The documents of a layer without principals; `nil` when it is not in play.
    var documents: [Document]? {
        func statement(_ effect: Effect, _ actions: [Text]) -> Statement {
            Statement(effect: effect, action: .action(actions), resource: .resource(["*"]))
        }
        switch self {
        case .allow: return [Document(version: .v2012, statements: [statement(.allow, ["docs:*", "sts:*"])])]
        case .deny:
            let denies = statement(.deny, ["docs:Act", "sts:AssumeRole"])
            return [Document(version: .v2012, statements: [statement(.allow, ["*"]), denies])]
        case .silent: return [Document(version: .v2012, statements: [statement(.allow, ["other:*"])])]
        case .absent: return nil
        }
    }
}

/// One directory that has every combination in it: accounts by what the organization says, users and roles by what
/// their policies and boundary say, resources and roles by whom their policy names.
struct EnumeratedWorld {
    /// A caller's and a resource's account.
    struct Pair: CustomStringConvertible {
        var caller: Int
        var resource: Int
        var description: String { "account \(caller) on \(resource)" }
        /// Whether it is compared as well which layers denied: at home, and abroad by one caller and one resource.
        var isTraced: Bool { caller == resource || caller == 5 || resource == 3 }
    }

    /// What the organization says of an account.
    struct Place {
        var service: LayerState
        var resource: LayerState
        var isManagement = false
    }

    static let places: [Place] = [
        Place(service: .allow, resource: .deny), Place(service: .allow, resource: .silent),
        Place(service: .deny, resource: .deny), Place(service: .deny, resource: .silent),
        Place(service: .silent, resource: .deny), Place(service: .silent, resource: .silent),
        Place(service: .absent, resource: .absent), Place(service: .deny, resource: .deny, isManagement: true),
    ]

    /// Every account on itself; across accounts what the caller's says by what the resource's says; and an account whose
    /// own service control policies deny, which is nothing to a caller from abroad.
    static let pairs: [Pair] =
        places.indices.map { Pair(caller: $0, resource: $0) }
        + [1, 3, 5, 6, 7].flatMap { caller in
            [0, 1, 6, 7].map { Pair(caller: caller, resource: caller == $0 ? 2 : $0) }
        } + [Pair(caller: 1, resource: 3)]

    /// Whether a question of the pair can come out in every way.
    static func isOpen(_ pair: Pair) -> Bool {
        places[pair.resource].resource != .deny || places[pair.resource].isManagement
    }

    /// Each layer in each state, and resource policies of one statement.
    static let layers = Result { try EnumeratedWorld(Resource.simple) }
    /// Resource and trust policies of every two statements.
    static let policies = Result { try EnumeratedWorld(Resource.paired) }

    /// The provider that sessions of roles came in through.
    static let provider: Text = "idp.example"

    let resources: [Resource]
    let snapshot: Snapshot
    let accounts: [AccountID]
    /// Session policies by what they say, compiled.
    let sessions: [LayerState: DecisionTables?]

    init(_ resources: [Resource]) throws {
        self.resources = resources
        let accounts = try Self.accounts.get()
        self.accounts = accounts
        var directory = Directory()
        for index in Self.places.indices { Self.fill(&directory, accounts[index], resources) }
        Self.organize(&directory, accounts)
        let snapshot = try SnapshotBuilder().build(directory, revision: "enumerated")
        self.snapshot = snapshot
        sessions = try Dictionary(
            uniqueKeysWithValues: LayerState.allCases.map { state in
                (state, try state.documents.map { try snapshot.compileSessionPolicies($0.map(Self.source)) })
            })
    }

    static let accounts = Result {
        try places.indices.map { try #require(AccountID(Text("11111111110\($0)"))) }
    }

    static func source(_ document: Document) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "test.json",
            statementPositions: [])
    }
}

// MARK: Callers

extension EnumeratedWorld {
    /// Who asks, by what its policies say.
    struct Caller: CustomStringConvertible {
        enum Kind { case user, session, federated, root, service, anonymous }

        var kind: Kind
        var identity = LayerState.absent
        var boundary = LayerState.absent
        var session = LayerState.absent

        var description: String { "\(kind) \(name) in a session \(session)" }
        /// Of the user or role.
        var name: Text { Text("\(identity)-\(boundary)") }

        /// Every state of every layer.
        static let all = callers(LayerState.allCases, LayerState.allCases, LayerState.allCases)
        /// Those that differ where nothing but resource policies denies.
        static let some = callers([.allow, .silent], [.absent, .silent, .allow], [.absent, .silent, .allow])

        private static func callers(
            _ identity: [LayerState], _ boundary: [LayerState], _ session: [LayerState]
        ) -> [Caller] {
            let entities = identity.flatMap { identity in
                boundary.flatMap { boundary in
                    [Kind.user, .session, .federated].map {
                        Caller(kind: $0, identity: identity, boundary: boundary)
                    }
                }
            }
            let bound = (entities + [Caller(kind: .root)]).flatMap { caller in
                session.map {
                    Caller(kind: caller.kind, identity: caller.identity, boundary: caller.boundary, session: $0)
                }
            }
            return bound + [Caller(kind: .service), Caller(kind: .anonymous)]
        }

        func reference(in account: AccountID) -> ReferenceCaller {
            let user = Text("arn:aws:iam::\(account):user/\(name)")
            return switch kind {
            case .user: .user(account, arn: user)
            case .session:
                .roleSession(account, roleARN: Text("arn:aws:iam::\(account):role/\(name)"), sessionName: "s1")
            case .federated: .federatedUser(account, name: name, userARN: user)
            case .root: .root(account)
            case .service: .service("svc.example")
            case .anonymous: .anonymous
            }
        }
    }

    static let names = LayerState.allCases.flatMap { identity in LayerState.allCases.map { "\(identity)-\($0)" } }

    private static func fill(_ directory: inout Directory, _ account: AccountID, _ resources: [Resource]) {
        directory.accounts[account] = Account(id: account, isRootUserEnabled: true)
        let trust = source(Document(version: .v2012, statements: []))
        for identity in LayerState.allCases {
            for boundary in LayerState.allCases {
                let holdings = holdings(identity, boundary, account, &directory)
                let name = Text("\(identity)-\(boundary)")
                let user = User(account: account, name: name, holdings: holdings)
                directory.users[user.key] = user
                let role = Role(account: account, name: name, trustPolicy: trust, holdings: holdings)
                directory.roles[role.key] = role
            }
        }
        for resource in resources { resource.add(to: &directory, account) }
    }

    private static func holdings(
        _ identity: LayerState, _ boundary: LayerState, _ account: AccountID, _ directory: inout Directory
    ) -> PolicyHoldings {
        var holdings = PolicyHoldings()
        holdings.inlinePolicies = (identity.documents ?? []).map { InlinePolicy(name: "Inline", source: source($0)) }
        guard let document = boundary.documents?.first else { return holdings }
        let policy = ManagedPolicy(account: account, name: Text("Boundary-\(boundary)"), source: source(document))
        directory.policies[policy.key] = policy
        holdings.permissionsBoundary = policy.arn
        return holdings
    }
}

// MARK: The organization

extension EnumeratedWorld {
    static func resourceControl(_ state: LayerState) -> Document {
        let actions: [Text] = state == .deny ? ["docs:*", "sts:*"] : ["other:*"]
        return Document(
            version: .v2012,
            statements: [
                Statement(
                    effect: .deny, principal: .principal([.everyone]), action: .action(actions),
                    resource: .resource(["*"]))
            ])
    }

    private static func organize(_ directory: inout Directory, _ accounts: [AccountID]) {
        for state in [LayerState.allow, .deny, .silent] {
            let name = Text("\(state)")
            directory.serviceControlPolicies[.serviceControlPolicy(name)] = state.documents?.first.map {
                ControlPolicy(name: name, source: source($0))
            }
            directory.resourceControlPolicies[.resourceControlPolicy(name)] = ControlPolicy(
                name: name, source: source(resourceControl(state)))
        }
        let units = places.indices.filter { places[$0].service != .absent }.map { index in
            OrganizationUnit(
                id: Text("ou-\(index)"),
                policies: AttachedControlPolicies(
                    service: [Text("\(places[index].service)")], resource: [Text("\(places[index].resource)")]),
                accounts: [OrganizationAccount(id: accounts[index])])
        }
        directory.organization = Organization(
            id: "o-1", masterAccount: accounts[7], root: OrganizationUnit(id: "r-1", units: units))
    }

    func organization(_ index: Int) -> ReferenceOrganization? {
        guard Self.places[index].service != .absent else { return nil }
        return ReferenceOrganization(id: "o-1", masterAccount: accounts[7], nodes: ["r-1", Text("ou-\(index)")])
    }
}
