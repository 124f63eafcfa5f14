import Authorizer
import DecisionTree
import Directory
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// Every combination of what the layers say, for every kind of caller, reference against tree.
@Suite("The combination of all layers, in full")
struct EnumeratedLayersTests {
    @Test("the tree decides as the reference does", arguments: EnumeratedWorld.pairs)
    func agrees(pair: EnumeratedWorld.Pair) throws {
        let world = try EnumeratedWorld.shared.get()
        var count = 0
        var decisions: Set<Decision> = []
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        for caller in world.callers(in: pair.caller) {
            for session in caller.hasSessions ? EnumeratedWorld.Session.allCases : [.absent] {
                for resource in world.resources {
                    let question = world.question(caller, session, resource, pair)
                    let expected = DecisionRules.decide(question)
                    let verdict = try world.decide(question, session, &view, &scratch)
                    count += 1
                    decisions.insert(verdict.decision)
                    if verdict.decision != expected.decision || verdict.reason != expected.reason {
                        Issue.record("\(pair) \(caller.name) \(session) \(resource): \(verdict), not \(expected)")
                    }
                }
            }
        }
        #expect(count == EnumeratedWorld.questionsAPair)
        // Where the organization denies what is asked, it is denied to nearly everyone: only those decide otherwise whom
        // it does not bind.
        #expect(!decisions.isEmpty && (decisions.count == 3) == EnumeratedWorld.isOpen(pair))
    }

    @Test("how many there are")
    func count() {
        #expect(EnumeratedWorld.pairs.count == 28)
        #expect(EnumeratedWorld.questionsAPair == 6_336)
    }
}

/// What a layer says of the action that is asked.
enum LayerState: String, CaseIterable {
    case allow, deny, silent, absent

    /// The documents of a layer without principals; `nil` when it is not in play.
    var documents: [Document]? {
        func statement(_ effect: Effect, _ action: Text) -> Statement {
            Statement(effect: effect, action: .action([action]), resource: .resource(["*"]))
        }
        switch self {
        case .allow: return [Document(version: .v2012, statements: [statement(.allow, "docs:*")])]
        case .deny:
            return [Document(version: .v2012, statements: [statement(.allow, "*"), statement(.deny, "docs:Act")])]
        case .silent: return [Document(version: .v2012, statements: [statement(.allow, "other:*")])]
        case .absent: return nil
        }
    }
}

/// One directory that has every combination in it: accounts by what the organization says, users and roles by what
/// their policies and boundary say, resources by whom their policy names.
struct EnumeratedWorld {
    /// A caller's and a resource's account.
    struct Pair: CustomStringConvertible {
        var caller: Int
        var resource: Int
        var description: String { "account \(caller) on \(resource)" }
    }

    /// Whether a question of the pair can come out in every way.
    static func isOpen(_ pair: Pair) -> Bool {
        places[pair.resource].resource != .deny || places[pair.resource].isManagement
    }

    enum Session: CaseIterable { case allow, deny, silent, absent }

    /// What the organization says of an account.
    struct Place {
        var service: LayerState
        var resource: LayerState
        var isManagement = false
    }

    struct Resource: CustomStringConvertible {
        var policy: String
        var isRequired: Bool
        var description: String { "\(policy)\(isRequired ? " required" : "")" }
        var name: String { "\(policy)-\(isRequired)" }
    }

    struct EnumeratedCaller {
        var name: String
        var caller: ReferenceCaller
        var identity: LayerState
        var boundary: LayerState
        var hasSessions: Bool
    }

    static let places: [Place] = [
        Place(service: .allow, resource: .deny), Place(service: .allow, resource: .silent),
        Place(service: .deny, resource: .deny), Place(service: .deny, resource: .silent),
        Place(service: .silent, resource: .deny), Place(service: .silent, resource: .silent),
        Place(service: .absent, resource: .absent), Place(service: .deny, resource: .deny, isManagement: true),
    ]

    /// Every account on itself; and across accounts what the caller's says by what the resource's says.
    static let pairs: [Pair] =
        places.indices.map { Pair(caller: $0, resource: $0) }
        + [1, 3, 5, 6, 7].flatMap { caller in
            [0, 1, 6, 7].map { Pair(caller: caller, resource: caller == $0 ? 2 : $0) }
        }

    /// 48 callers with 4 sessions each, a root user with 4, a service and an anonymous caller; 32 resources.
    static let questionsAPair = (48 * 4 + 4 + 2) * 32

    static let shared = Result { try EnumeratedWorld() }

    let snapshot: Snapshot
    let resources: [Resource]
    private let accounts: [AccountID]
    private let sessions: [DecisionTables?]
    private let policies: [String: Document]

    private static let grades = ["user", "role", "session", "federatedUser", "account", "service", "everyone"]
    private static let states = LayerState.allCases

    init() throws {
        let accounts = try Self.places.indices.map {
            try #require(AccountID(Text("1111111111\(String($0).count == 1 ? "0" : "")\($0)")))
        }
        self.accounts = accounts
        policies = Self.policies(accounts)
        resources = (["silent", "absent"] + Self.grades.flatMap { ["\($0)-allow", "\($0)-deny"] }).flatMap { policy in
            [false, true].map { Resource(policy: policy, isRequired: $0) }
        }
        var directory = Directory()
        for index in Self.places.indices { Self.fill(&directory, accounts[index], resources, policies) }
        Self.organize(&directory, accounts)
        snapshot = try SnapshotBuilder().build(directory, revision: "enumerated")
        sessions = try Session.allCases.map { [snapshot] session in
            try Self.documents(of: session).map { try snapshot.compileSessionPolicies($0.map(Self.source)) }
        }
    }

    private static func documents(of session: Session) -> [Document]? {
        switch session {
        case .allow: LayerState.allow.documents
        case .deny: LayerState.deny.documents
        case .silent: LayerState.silent.documents
        case .absent: nil
        }
    }

    static func source(_ document: Document) -> PolicySource {
        PolicySource(
            document: document, text: Array(PolicyPrinter.print(document, pretty: false).utf8), file: "test.json",
            statementPositions: [])
    }

    // MARK: Resource policies

    /// Whom a grade names: everybody of that kind, in all accounts.
    private static func patterns(_ grade: String, _ accounts: [AccountID]) -> [PrincipalPattern] {
        switch grade {
        case "account": return accounts.map { .account($0) }
        case "service": return [.service("svc.example")]
        case "everyone": return [.everyone]
        default: break
        }
        return accounts.flatMap { account in
            names.map { name -> PrincipalPattern in
                switch grade {
                case "user": .user(Text("arn:aws:iam::\(account):user/\(name)"))
                case "role": .role(Text("arn:aws:iam::\(account):role/\(name)"))
                case "session": .assumedRole(Text("arn:aws:sts::\(account):assumed-role/\(name)/s1"))
                default: .federatedUser(Text("arn:aws:sts::\(account):federated-user/\(name)"))
                }
            }
        }
    }

    private static func policies(_ accounts: [AccountID]) -> [String: Document] {
        func document(_ effect: Effect, _ principals: [PrincipalPattern], _ action: Text) -> Document {
            Document(
                version: .v2012,
                statements: [
                    Statement(
                        effect: effect, principal: .principal(principals), action: .action([action]),
                        resource: .resource(["*"]))
                ])
        }
        var policies = ["silent": document(.allow, [.everyone], "other:*")]
        for grade in grades {
            policies["\(grade)-allow"] = document(.allow, patterns(grade, accounts), "docs:Act")
            policies["\(grade)-deny"] = document(.deny, patterns(grade, accounts), "docs:Act")
        }
        return policies
    }

    // MARK: Entities

    private static let names = states.flatMap { identity in states.map { "\(identity)-\($0)" } }

    private static func fill(
        _ directory: inout Directory, _ account: AccountID, _ resources: [Resource], _ policies: [String: Document]
    ) {
        directory.accounts[account] = Account(id: account, isRootUserEnabled: true)
        for identity in states {
            for boundary in states {
                let holdings = holdings(identity, boundary, account, &directory)
                let name = Text("\(identity)-\(boundary)")
                let user = User(account: account, name: name, holdings: holdings)
                directory.users[user.key] = user
                let trust = source(Document(version: .v2012, statements: []))
                let role = Role(account: account, name: name, trustPolicy: trust, holdings: holdings)
                directory.roles[role.key] = role
            }
        }
        for resource in resources {
            let entry = ResourceEntry(
                account: account, pattern: arn(resource, account), policy: policies[resource.policy].map(source),
                isPolicyRequired: resource.isRequired)
            directory.resources[entry.key] = entry
        }
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

    private static func arn(_ resource: Resource, _ account: AccountID) -> Text {
        Text("arn:aws:docs::\(account):\(resource.name)")
    }

    // MARK: The organization

    private static func resourceControl(_ state: LayerState) -> Document {
        let action: Text = state == .deny ? "docs:*" : "other:*"
        return Document(
            version: .v2012,
            statements: [
                Statement(
                    effect: .deny, principal: .principal([.everyone]), action: .action([action]),
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

    private func organization(_ index: Int) -> ReferenceOrganization? {
        guard Self.places[index].service != .absent else { return nil }
        return ReferenceOrganization(id: "o-1", masterAccount: accounts[7], nodes: ["r-1", Text("ou-\(index)")])
    }

    // MARK: Questions

    func callers(in index: Int) -> [EnumeratedCaller] {
        let account = accounts[index]
        var callers: [EnumeratedCaller] = []
        for identity in Self.states {
            for boundary in Self.states {
                let name = Text("\(identity)-\(boundary)")
                let user = Text("arn:aws:iam::\(account):user/\(name)")
                let kinds: [(String, ReferenceCaller)] = [
                    ("user", .user(account, arn: user)),
                    (
                        "session",
                        .roleSession(
                            account, roleARN: Text("arn:aws:iam::\(account):role/\(name)"), sessionName: "s1")
                    ), ("federated", .federatedUser(account, name: name, userARN: user)),
                ]
                callers += kinds.map {
                    EnumeratedCaller(
                        name: "\($0.0) \(name)", caller: $0.1, identity: identity, boundary: boundary,
                        hasSessions: true)
                }
            }
        }
        func alone(_ name: String, _ caller: ReferenceCaller, hasSessions: Bool = false) -> EnumeratedCaller {
            EnumeratedCaller(
                name: name, caller: caller, identity: .absent, boundary: .absent, hasSessions: hasSessions)
        }
        return callers + [
            alone("root", .root(account), hasSessions: true), alone("service", .service("svc.example")),
            alone("anonymous", .anonymous),
        ]
    }

    func question(
        _ enumerated: EnumeratedCaller, _ session: Session, _ resource: Resource, _ pair: Pair
    ) -> ReferenceQuestion {
        var caller = enumerated.caller
        if caller.account != nil { caller.organization = organization(pair.caller) }
        var question = ReferenceQuestion(
            caller: caller, action: "docs:Act", resource: Self.arn(resource, accounts[pair.resource]),
            resourceAccount: accounts[pair.resource])
        question.resourceOrganization = organization(pair.resource)
        question.resourcePolicyRequired = resource.isRequired
        question.identityPolicies = enumerated.identity.documents ?? []
        question.permissionsBoundary = enumerated.boundary.documents?.first
        question.sessionPolicies = Self.documents(of: session)
        // A session that is described, so that the question is one that a socket would take.
        if caller.account != nil { question.session = ReferenceSession() }
        if caller.account != nil, let documents = Self.places[pair.caller].service.documents {
            question.serviceControlPolicies = [Self.full, documents, Self.full]
        }
        if Self.places[pair.resource].resource != .absent {
            question.resourceControlPolicies = [[], [Self.resourceControl(Self.places[pair.resource].resource)], []]
        }
        question.resourcePolicies = policies[resource.policy].map { [$0] } ?? []
        return question
    }

    private static let full = [
        Document(
            version: .v2012,
            statements: [Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))])
    ]

    func decide(
        _ question: ReferenceQuestion, _ session: Session, _ view: inout RequestView, _ scratch: inout Scratch
    ) throws -> Verdict {
        Deciding.fill(&view, question, question.caller.arn, snapshot)
        let tables = zip(Session.allCases, sessions).first { $0.0 == session }?.1
        return try Authorizer.decide(
            &view, context: 0..<0, tables: snapshot.tables, sessionPolicies: tables, scratch: &scratch,
            now: question.now)
    }
}
