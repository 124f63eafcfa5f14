import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The rule for combining the kinds of policy, enumerated in full: every caller, account, ceiling, and set of grades.
@Suite struct DecisionTableTests {
    /// What each set of policies says in one row of the enumeration.
    struct Row: Sendable, CustomTestStringConvertible {
        var kind: ReferenceCaller.Kind
        var isSameAccount: Bool
        var isRequired: Bool
        var identityAllows: Bool
        /// `nil` without a boundary.
        var boundaryAllows: Bool?
        /// `nil` without session policies.
        var sessionAllows: Bool?
        /// `nil` without service control policies.
        var serviceControlAllows: Bool?
        var grades: [PrincipalGrade]

        var testDescription: String {
            func text(_ says: Bool?) -> String { says.map(String.init(describing:)) ?? "none" }
            return
                "\(kind) same \(isSameAccount) required \(isRequired) id \(identityAllows) pb \(text(boundaryAllows)) "
                + "sess \(text(sessionAllows)) scp \(text(serviceControlAllows)) grades \(grades)"
        }
    }

    static let rows: [Row] = ReferenceCaller.Kind.allCases.flatMap(rows(of:))

    static func rows(of kind: ReferenceCaller.Kind) -> [Row] {
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

    static func grades(of kind: ReferenceCaller.Kind) -> [PrincipalGrade] {
        switch kind {
        case .root: [.everyone, .account]
        case .user: [.user, .everyone, .account]
        case .roleSession: [.role, .session, .federated, .everyone, .account]
        case .federatedUser: [.user, .federatedUser, .everyone, .account]
        case .service: [.service, .everyone]
        case .anonymous: [.everyone]
        case .bearer: [.federated, .everyone]
        }
    }

    static func subsets<Element>(of list: [Element]) -> [[Element]] {
        guard let first = list.first else { return [[]] }
        let rest = subsets(of: Array(list.dropFirst()))
        return rest + rest.map { [first] + $0 }
    }

    @Test func `the enumeration is whole`() {
        // Places × requirements × identity × boundary × session × service control × sets of grades.
        let root = 2 * 2 * 1 * 1 * 3 * 3 * 4
        let policied = [8, 32, 16].map { 2 * 2 * 2 * 3 * 3 * 3 * $0 }
        let accountless = [4, 2, 4].map { 1 * 2 * 1 * 1 * 1 * 3 * $0 }
        #expect(Self.rows.count == root + policied.reduce(0, +) + accountless.reduce(0, +))
    }

    @Test func `every row comes out as the tables of 6.2, 6.3 and 6.5 say`() throws {
        for row in Self.rows {
            let answer = DecisionRules.decide(try question(row))
            #expect(answer.decision == (expected(row) ? .allowed : .implicitDeny), "\(row.testDescription)")
            #expect(answer.decision != .allowed || answer.reason == .allowed)
            #expect((answer.decision == .allowed) == answer.deniedBy.isEmpty, "\(row.testDescription)")
        }
    }

    /// The formulas as the specification writes them.
    private func expected(_ row: Row) -> Bool {
        let (id, pb) = (row.identityAllows, row.boundaryAllows ?? true)
        let sess = row.sessionAllows ?? (row.kind != .federatedUser)
        func res(_ grade: PrincipalGrade) -> Bool { row.grades.contains(grade) }
        let isBound = ![.service, .anonymous, .bearer].contains(row.kind)
        if isBound, row.serviceControlAllows == false { return false }
        guard row.isSameAccount || !isBound else {
            return !row.grades.isEmpty && (row.kind == .root || id && pb) && sess
        }
        let pure = !row.isRequired && id && pb && sess
        return switch row.kind {
        case .root: (!row.isRequired && sess) || res(.everyone) || (res(.account) && sess)
        // A user under session policies is in the row of the federated user; AWS has no such user.
        case .user where row.sessionAllows != nil:
            pure || (res(.user) && pb && sess) || res(.everyone) || (res(.account) && id && pb && sess)
        case .user: pure || res(.user) || res(.everyone) || (res(.account) && id && pb && sess)
        case .roleSession:
            pure || ((res(.role) || res(.federated)) && pb && sess) || res(.session) || res(.everyone)
                || (res(.account) && id && pb && sess)
        case .federatedUser:
            pure || (res(.user) && pb && sess) || res(.federatedUser) || res(.everyone)
                || (res(.account) && id && pb && sess)
        case .service: res(.service) || res(.everyone)
        case .anonymous: res(.everyone)
        case .bearer: res(.federated) || res(.everyone)
        }
    }

    @Test func `every layer of deniedBy is silent, and once all of them allow, the question is allowed`() throws {
        for row in Self.rows {
            let answer = DecisionRules.decide(try question(row))
            guard answer.decision == .implicitDeny else { continue }
            var mended = row
            for layer in answer.deniedBy { mend(layer, of: &mended) }
            #expect(DecisionRules.decide(try question(mended)).decision == .allowed, "\(row.testDescription)")
            // Without any one of them it is not.
            for kept in answer.deniedBy {
                var mended = row
                for layer in answer.deniedBy where layer != kept { mend(layer, of: &mended) }
                let other = DecisionRules.decide(try question(mended))
                #expect(other.decision == .implicitDeny && other.deniedBy == [kept], "\(row.testDescription)")
            }
        }
    }

    /// Lets a silent layer speak, and nothing but what the layer needs: a resource policy by its weakest grade.
    private func mend(_ layer: ReferenceLayer, of row: inout Row) {
        switch layer {
        case .identityPolicy:
            #expect(!row.identityAllows)
            row.identityAllows = true
        case .permissionsBoundary:
            #expect(row.boundaryAllows == false)
            row.boundaryAllows = true
        case .sessionPolicy:
            #expect(row.sessionAllows == false || (row.sessionAllows == nil && row.kind == .federatedUser))
            row.sessionAllows = true
        case .serviceControlPolicy:
            #expect(row.serviceControlAllows == false)
            row.serviceControlAllows = true
        case .resourcePolicy:
            #expect(row.grades.isEmpty)
            row.grades = [Self.grades(of: row.kind).last ?? .everyone]
        case .resourceControlPolicy:
            Issue.record("a resource control policy is never silent")
        }
    }

    @Test func `the reason is of the first layer of deniedBy in the order of the reasons`() throws {
        let order: [(ReferenceLayer, Reason)] = [
            (.serviceControlPolicy, .serviceControlPolicy), (.resourcePolicy, .resourcePolicy),
            (.identityPolicy, .identityPolicy), (.permissionsBoundary, .permissionsBoundary),
            (.sessionPolicy, .sessionPolicy),
        ]
        for row in Self.rows {
            let answer = DecisionRules.decide(try question(row))
            guard answer.decision == .implicitDeny else { continue }
            #expect(answer.reason == order.first { answer.deniedBy.contains($0.0) }?.1, "\(row.testDescription)")
        }
    }

    @Test func `a Deny anywhere wins over every row, and deniedBy has exactly the layers that have one`() throws {
        let reasons: [(ReferenceLayer, Reason)] = [
            (.identityPolicy, .identityPolicyDeny), (.permissionsBoundary, .permissionsBoundaryDeny),
            (.sessionPolicy, .sessionPolicyDeny), (.resourcePolicy, .resourcePolicyDeny),
            (.serviceControlPolicy, .serviceControlPolicyDeny), (.resourceControlPolicy, .resourceControlPolicyDeny),
        ]
        // Each row takes one set of layers: the sets go around, so that every kind meets all of them many times.
        let sets = Self.subsets(of: ReferenceLayer.allCases)
        for (number, row) in Self.rows.enumerated() {
            var question = try question(row)
            let denies = sets[number % sets.count]
            for layer in denies { add(layer, to: &question) }
            let effective = denies.filter { binds($0, row.kind) }
            let answer = DecisionRules.decide(question)
            #expect((answer.decision == .explicitDeny) == !effective.isEmpty, "\(row.testDescription) \(denies)")
            guard !effective.isEmpty else { continue }
            #expect(answer.deniedBy == ReferenceLayer.allCases.filter { effective.contains($0) })
            #expect(answer.reason == reasons.first { effective.contains($0.0) }?.1, "\(row.testDescription) \(denies)")
        }
    }

    /// A root user has neither identity policies nor a boundary, and who has no account nothing of its own.
    private func binds(_ layer: ReferenceLayer, _ kind: ReferenceCaller.Kind) -> Bool {
        switch kind {
        case .user, .roleSession, .federatedUser: true
        case .root: layer != .identityPolicy && layer != .permissionsBoundary
        case .service, .anonymous, .bearer: layer == .resourcePolicy || layer == .resourceControlPolicy
        }
    }

    private func add(_ layer: ReferenceLayer, to question: inout ReferenceQuestion) {
        func deny(_ principal: PrincipalElement? = nil) -> Statement {
            Statement(effect: .deny, principal: principal, action: .action(["docs:*"]), resource: .resource(["*"]))
        }
        switch layer {
        case .identityPolicy: question.identityPolicies.append(document([deny()]))
        case .permissionsBoundary:
            let kept = question.permissionsBoundary?.statements ?? [allow(["*"])]
            question.permissionsBoundary = document(kept + [deny()])
        case .sessionPolicy: question.sessionPolicies = (question.sessionPolicies ?? []) + [document([deny()])]
        case .serviceControlPolicy:
            question.serviceControlPolicies = (question.serviceControlPolicies ?? []) + [[document([deny()])]]
        case .resourceControlPolicy:
            question.resourceControlPolicies = [[], [document([deny(.principal([.everyone]))])]]
        case .resourcePolicy: question.resourcePolicies.append(document([deny(.principal([.everyone]))]))
        }
    }

    // MARK: Making the question of a row

    private func question(_ row: Row) throws -> ReferenceQuestion {
        let (home, abroad) = (try #require(AccountID("111111111111")), try #require(AccountID("222222222222")))
        let caller = caller(row.kind, home)
        var question = ReferenceQuestion(
            caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x",
            resourceAccount: row.isSameAccount ? home : abroad)
        question.resourcePolicyRequired = row.isRequired
        if row.kind == .roleSession {
            question.session = ReferenceSession()
            question.session?.federatedProvider = "idp.example"
        }
        question.identityPolicies = [says(row.identityAllows)]
        question.permissionsBoundary = row.boundaryAllows.map(says)
        question.sessionPolicies = row.sessionAllows.map { [says(false), says($0)] }
        // One level is silent among others that allow.
        question.serviceControlPolicies = row.serviceControlAllows.map { [[says(true)], [says($0)], [says(true)]] }
        question.resourcePolicies = row.grades.map { document([allow(["docs:*"], pattern($0, caller))]) }
        return question
    }

    private func caller(_ kind: ReferenceCaller.Kind, _ home: AccountID) -> ReferenceCaller {
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

    private func pattern(_ grade: PrincipalGrade, _ caller: ReferenceCaller) -> PrincipalPattern {
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

    private func says(_ allows: Bool) -> Document {
        document([allow([allows ? "docs:*" : "mail:*"])])
    }

    private func allow(_ actions: [Text], _ principal: PrincipalPattern? = nil) -> Statement {
        Statement(
            effect: .allow, principal: principal.map { .principal([$0]) }, action: .action(actions),
            resource: .resource(["*"]))
    }

    private func document(_ statements: [Statement]) -> Document {
        Document(version: .v2012, statements: statements)
    }
}
