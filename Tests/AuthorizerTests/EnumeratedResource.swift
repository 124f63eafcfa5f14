import Directory
import PolicyModel
import PolicyReference

extension EnumeratedWorld {
    /// A resource by what its policy says, or a role by what its trust policy says.
    struct Resource: CustomStringConvertible {
        var name: String
        /// `nil` where there is none.
        var policy: Document?
        var isRequired = false
        var isRole = false

        var description: String { "\(isRole ? "role " : "")\(name)\(isRequired ? " required" : "")" }

        func arn(in account: AccountID) -> Text {
            isRole
                ? Text("arn:aws:iam::\(account):role/\(name)")
                : Text("arn:aws:docs::\(account):\(name)-\(isRequired)")
        }

        func add(to directory: inout Directory, _ account: AccountID) {
            if isRole {
                let trust = EnumeratedWorld.source(policy ?? Document(version: .v2012, statements: []))
                let role = Role(account: account, name: Text(name), trustPolicy: trust)
                directory.roles[role.key] = role
                return
            }
            let entry = ResourceEntry(
                account: account, pattern: arn(in: account), policy: policy.map(EnumeratedWorld.source),
                isPolicyRequired: isRequired)
            directory.resources[entry.key] = entry
        }
    }

    /// The ways of naming somebody in a policy.
    enum Grade: String, CaseIterable {
        case user, role, session, federatedUser, account, service, federated, everyone

        /// Everybody of that kind, in all accounts.
        func patterns(_ accounts: [AccountID]) -> [PrincipalPattern] {
            switch self {
            case .account: return accounts.map { .account($0) }
            case .service: return [.service("svc.example")]
            case .federated: return [.federated(EnumeratedWorld.provider)]
            case .everyone: return [.everyone]
            case .user, .role, .session, .federatedUser: break
            }
            return accounts.flatMap { account in
                EnumeratedWorld.names.map { name -> PrincipalPattern in
                    switch self {
                    case .user: .user(Text("arn:aws:iam::\(account):user/\(name)"))
                    case .role: .role(Text("arn:aws:iam::\(account):role/\(name)"))
                    case .session: .assumedRole(Text("arn:aws:sts::\(account):assumed-role/\(name)/s1"))
                    default: .federatedUser(Text("arn:aws:sts::\(account):federated-user/\(name)"))
                    }
                }
            }
        }
    }
}

extension EnumeratedWorld.Resource {
    private typealias Grade = EnumeratedWorld.Grade

    /// No policy, a silent one, each grade allowed and denied, and everyone allowed but for whom a NotPrincipal spares.
    static var simple: [Self] {
        let open =
            [Self(name: "absent"), Self(name: "silent", policy: silent)]
            + Grade.allCases.map { Self(name: "\($0)-allow", policy: document([says(.allow, $0)])) }
        let denying = Grade.allCases.map { Self(name: "\($0)-deny", policy: document([says(.deny, $0)])) }
        return open + open.map(\.required) + denying + sparing
    }

    /// Every grade allowed with every grade denied, and every two allowed: of resources, with their policy required or not,
    /// and of roles.
    static var paired: [Self] {
        var policies: [(name: String, statements: [Statement])] = []
        for (index, first) in Grade.allCases.enumerated() {
            policies += Grade.allCases.map { ("\(first)-allow-\($0)-deny", [says(.allow, first), says(.deny, $0)]) }
            policies += Grade.allCases[(index + 1)...].map {
                ("\(first)-allow-\($0)-allow", [says(.allow, first), says(.allow, $0)])
            }
        }
        let resources = policies.map { Self(name: $0.name, policy: document($0.statements)) }
        let roles = policies.map {
            Self(name: "T-\($0.name)", policy: document($0.statements, isTrust: true), isRole: true)
        }
        return resources + resources.map(\.required) + roles + [
            Self(name: "T-silent", policy: trustSilent, isRole: true)
        ]
    }

    private var required: Self {
        var copy = self
        copy.isRequired = true
        return copy
    }

    /// The lists spare whole chains, users but no sessions, and nobody.
    private static var sparing: [Self] {
        let everybody = Grade.allCases.filter { $0 != .everyone }
        let lists: [(String, [Grade])] = [
            ("everybody", everybody), ("users", [.account, .user]), ("service", [.service]),
        ]
        return lists.map { name, grades in
            var deny = says(.deny, .everyone)
            deny.principal = .notPrincipal(grades.flatMap { $0.patterns(accounts) })
            return Self(name: "sparing-\(name)", policy: document([says(.allow, .everyone), deny]))
        }
    }

    private static var accounts: [AccountID] { (try? EnumeratedWorld.accounts.get()) ?? [] }

    private static func says(_ effect: Effect, _ grade: Grade) -> Statement {
        Statement(
            effect: effect, principal: .principal(grade.patterns(accounts)), action: .action(["docs:Act"]),
            resource: .resource(["*"]))
    }

    private static var silent: Document {
        var statement = says(.allow, .everyone)
        statement.action = .action(["other:*"])
        return document([statement])
    }

    private static var trustSilent: Document {
        var statement = says(.allow, .everyone)
        statement.action = .action(["sts:TagSession"])
        statement.resource = nil
        return document([statement])
    }

    private static func document(_ statements: [Statement], isTrust: Bool = false) -> Document {
        var document = Document(version: .v2012, statements: statements)
        guard isTrust else { return document }
        for index in document.statements.indices {
            document.statements[index].action = .action(["sts:AssumeRole"])
            document.statements[index].resource = nil
        }
        return document
    }
}
