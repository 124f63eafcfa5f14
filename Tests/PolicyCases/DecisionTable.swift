internal import PolicyModel
package import PolicyReference

/// The rule for combining the kinds of policy, enumerated in full: every caller, account, ceiling, and set of grades.
package enum DecisionTable {
    /// What each set of policies says in one row of the enumeration.
    package struct Row: Sendable, CustomStringConvertible {
        package var kind: ReferenceCaller.Kind
        package var isSameAccount: Bool
        package var isRequired: Bool
        package var identityAllows: Bool
        /// `nil` without a boundary.
        package var boundaryAllows: Bool?
        /// `nil` without session policies.
        package var sessionAllows: Bool?
        /// `nil` without service control policies.
        package var serviceControlAllows: Bool?
        package var grades: [PrincipalGrade]

        package var description: String {
            func text(_ says: Bool?) -> String { says.map(String.init(describing:)) ?? "none" }
            return
                "\(kind) same \(isSameAccount) required \(isRequired) id \(identityAllows) pb \(text(boundaryAllows)) "
                + "sess \(text(sessionAllows)) scp \(text(serviceControlAllows)) grades \(grades)"
        }
    }

    /// Every row.
    package static let rows: [Row] = ReferenceCaller.Kind.allCases.flatMap(rows(of:))

    private static func rows(of kind: ReferenceCaller.Kind) -> [Row] {
        let hasAccount = ![.service, .anonymous, .bearer].contains(kind)
        let hasPolicies = hasAccount && kind != .root
        var rows = [
            Row(kind: kind, isSameAccount: true, isRequired: false, identityAllows: false, grades: [])
        ]
        func vary<Value>(_ values: [Value], _ path: WritableKeyPath<Row, Value>) {
            rows = rows.flatMap { row in
                values.map { value in
                    var row = row
                    row[keyPath: path] = value
                    return row
                }
            }
        }
        vary(hasAccount ? [true, false] : [false], \.isSameAccount)
        vary([true, false], \.isRequired)
        vary(hasPolicies ? [true, false] : [false], \.identityAllows)
        vary(hasPolicies ? [nil, true, false] : [nil], \.boundaryAllows)
        vary(hasAccount ? [nil, true, false] : [nil], \.sessionAllows)
        vary([nil, true, false], \.serviceControlAllows)
        vary(subsets(of: grades(of: kind)), \.grades)
        return rows
    }

    /// The grades by which a resource policy can name a caller, the weakest last.
    package static func grades(of kind: ReferenceCaller.Kind) -> [PrincipalGrade] {
        switch kind {
        case .root: [.everyone, .account]
        case .user: [.user, .everyone, .account]
        case .roleSession: [.role, .session, .federated, .everyone, .account]
        case .federatedUser: [.user, .federatedUser, .everyone, .account]
        case .service: [.service, .everyone]
        case .anonymous: [.everyone]
        case .bearer: [.everyone, .federated]
        }
    }

    package static func subsets<Element>(of list: [Element]) -> [[Element]] {
        guard let first = list.first else { return [[]] }
        let rest = subsets(of: Array(list.dropFirst()))
        return rest + rest.map { [first] + $0 }
    }
}

extension ReferenceQuestion {
    /// The question of a row.
    package init(_ row: DecisionTable.Row) throws {
        let home = try required(AccountID("111111111111"), "an account")
        let abroad = try required(AccountID("222222222222"), "another")
        let caller = DecisionTable.caller(row.kind, home)
        self.init(
            caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x",
            resourceAccount: row.isSameAccount ? home : abroad)
        resourcePolicyRequired = row.isRequired
        if row.kind == .roleSession {
            session = ReferenceSession()
            session?.federatedProvider = "idp.example"
        }
        identityPolicies = [DecisionTable.says(row.identityAllows)]
        permissionsBoundary = row.boundaryAllows.map(DecisionTable.says)
        sessionPolicies = row.sessionAllows.map { [DecisionTable.says(false), DecisionTable.says($0)] }
        // One level is silent among others that allow.
        let full = DecisionTable.says(true)
        serviceControlPolicies = row.serviceControlAllows.map { [[full], [DecisionTable.says($0)], [full]] }
        resourcePolicies = row.grades.map {
            DecisionTable.document([DecisionTable.allow(["docs:*"], DecisionTable.pattern($0, caller))])
        }
    }

    /// Adds a Deny of the question's action to a layer.
    package mutating func deny(by layer: ReferenceLayer) {
        func deny(_ principal: PrincipalElement? = nil) -> Document {
            let statement = Statement(
                effect: .deny, principal: principal, action: .action(["docs:*"]), resource: .resource(["*"]))
            return DecisionTable.document([statement])
        }
        switch layer {
        case .identityPolicy: identityPolicies.append(deny())
        case .permissionsBoundary:
            let kept = permissionsBoundary?.statements ?? [DecisionTable.allow(["*"])]
            permissionsBoundary = DecisionTable.document(kept + deny().statements)
        case .sessionPolicy: sessionPolicies = (sessionPolicies ?? []) + [deny()]
        case .serviceControlPolicy: serviceControlPolicies = (serviceControlPolicies ?? []) + [[deny()]]
        case .resourceControlPolicy: resourceControlPolicies = [[], [deny(.principal([.everyone]))]]
        case .resourcePolicy: resourcePolicies.append(deny(.principal([.everyone])))
        }
    }
}

extension DecisionTable {
    fileprivate static func caller(_ kind: ReferenceCaller.Kind, _ home: AccountID) -> ReferenceCaller {
        switch kind {
        case .root: .root(home)
        case .user: .user(home, arn: "arn:aws:iam::111111111111:user/p/bob")
        case .roleSession: .roleSession(home, roleARN: "arn:aws:iam::111111111111:role/p/R", sessionName: "s")
        case .federatedUser: .federatedUser(home, name: "fed", userARN: "arn:aws:iam::111111111111:user/p/bob")
        case .service: .service("events.example")
        case .anonymous: .anonymous
        case .bearer: .bearer(provider: "idp.example")
        }
    }

    fileprivate static func pattern(_ grade: PrincipalGrade, _ caller: ReferenceCaller) -> PrincipalPattern {
        switch grade {
        case .user: .user(caller.userARN ?? "")
        case .role: .role(caller.roleARN ?? "")
        case .session: .assumedRole(caller.arn)
        case .federatedUser: .federatedUser(caller.arn)
        case .service: .service(caller.arn)
        case .federated: .federated("idp.example")
        case .everyone: .everyone
        case .account: caller.account.map { .account($0) } ?? .everyone
        }
    }

    fileprivate static func says(_ allows: Bool) -> Document {
        document([allow([allows ? "docs:*" : "mail:*"])])
    }

    fileprivate static func allow(_ actions: [Text], _ principal: PrincipalPattern? = nil) -> Statement {
        Statement(
            effect: .allow, principal: principal.map { .principal([$0]) }, action: .action(actions),
            resource: .resource(["*"]))
    }

    fileprivate static func document(_ statements: [Statement]) -> Document {
        Document(version: .v2012, statements: statements)
    }
}
