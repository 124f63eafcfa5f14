import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The rule for combining the kinds of policy, enumerated in full: every caller, account, boundary, and set of grades.
@Suite struct DecisionTableTests {
    /// What each set of policies says in one row of the enumeration.
    struct Row: Sendable, CustomTestStringConvertible {
        var kind: ReferenceCaller.Kind
        var isSameAccount: Bool
        var isRequired: Bool
        var identityAllows: Bool
        /// `nil` without a boundary.
        var boundaryAllows: Bool?
        var grades: [PrincipalGrade]

        var testDescription: String {
            "\(kind) same \(isSameAccount) required \(isRequired) id \(identityAllows) "
                + "pb \(boundaryAllows.map(String.init(describing:)) ?? "none") grades \(grades)"
        }
    }

    static let rows: [Row] = {
        var rows: [Row] = []
        for kind in ReferenceCaller.Kind.allCases {
            for isSameAccount in [true, false] {
                for isRequired in [true, false] {
                    for identityAllows in kind == .root ? [false] : [true, false] {
                        for boundaryAllows in kind == .root ? [nil] : [nil, true, false] as [Bool?] {
                            for grades in subsets(of: grades(of: kind)) {
                                rows.append(
                                    Row(
                                        kind: kind, isSameAccount: isSameAccount, isRequired: isRequired,
                                        identityAllows: identityAllows, boundaryAllows: boundaryAllows, grades: grades))
                            }
                        }
                    }
                }
            }
        }
        return rows
    }()

    static func grades(of kind: ReferenceCaller.Kind) -> [PrincipalGrade] {
        switch kind {
        case .root: [.everyone, .account]
        case .user: [.user, .everyone, .account]
        case .roleSession: [.role, .session, .everyone, .account]
        }
    }

    static func subsets<Element>(of list: [Element]) -> [[Element]] {
        guard let first = list.first else { return [[]] }
        let rest = subsets(of: Array(list.dropFirst()))
        return rest + rest.map { [first] + $0 }
    }

    @Test func `the enumeration is whole`() {
        // Root: 4 sets of grades; user: 8, with 2 × 3 policies; session: 16, with 2 × 3 policies; 2 × 2 places each.
        #expect(Self.rows.count == 4 * (4 + 6 * 8 + 6 * 16))
    }

    @Test func `every row comes out as the tables of 6.3 and 6.5 say`() throws {
        for row in Self.rows {
            let answer = DecisionRules.decide(try question(row))
            #expect(answer.decision == (expected(row) ? .allowed : .implicitDeny), "\(row.testDescription)")
            #expect(answer.decision != .allowed || answer.reason == .allowed)
        }
    }

    /// The formulas as the specification writes them.
    private func expected(_ row: Row) -> Bool {
        let (id, pb) = (row.identityAllows, row.boundaryAllows ?? true)
        func res(_ grade: PrincipalGrade) -> Bool { row.grades.contains(grade) }
        guard row.isSameAccount else { return !row.grades.isEmpty && (row.kind == .root || id && pb) }
        let pure = !row.isRequired && id && pb
        return switch row.kind {
        case .root: !row.isRequired || !row.grades.isEmpty
        case .user: pure || res(.user) || res(.everyone) || (res(.account) && id && pb)
        case .roleSession:
            pure || (res(.role) && pb) || res(.session) || res(.everyone) || (res(.account) && id && pb)
        }
    }

    @Test func `the reason is a layer that is silent, and whose Allow would have changed the answer`() throws {
        for row in Self.rows {
            let answer = DecisionRules.decide(try question(row))
            var mended = row
            switch answer.reason {
            case .identityPolicy:
                #expect(!row.identityAllows)
                mended.identityAllows = true
            case .permissionsBoundary:
                #expect(row.boundaryAllows == false)
                mended.boundaryAllows = true
            case .resourcePolicy:
                #expect(row.grades.isEmpty)
                #expect(row.isRequired || !row.isSameAccount)
                mended.grades = [.everyone]
            default: continue
            }
            #expect(DecisionRules.decide(try question(mended)) != answer, "\(row.testDescription)")
        }
    }

    @Test func `a Deny anywhere wins over every row, and is named by the first kind that has one`() throws {
        for row in Self.rows {
            for denies in Self.subsets(of: [Reason.identityPolicyDeny, .permissionsBoundaryDeny, .resourcePolicyDeny]) {
                var question = try question(row)
                add(denies, to: &question)
                // A root user has neither identity policies nor a boundary.
                let effective = row.kind == .root ? denies.filter { $0 == .resourcePolicyDeny } : denies
                let answer = DecisionRules.decide(question)
                #expect((answer.decision == .explicitDeny) == !effective.isEmpty, "\(row.testDescription) \(denies)")
                #expect(effective.isEmpty || answer.reason == effective.first, "\(row.testDescription) \(denies)")
            }
        }
    }

    private func add(_ denies: [Reason], to question: inout ReferenceQuestion) {
        func deny(_ principal: PrincipalElement? = nil) -> Statement {
            Statement(effect: .deny, principal: principal, action: .action(["docs:*"]), resource: .resource(["*"]))
        }
        for kind in denies {
            switch kind {
            case .identityPolicyDeny: question.identityPolicies.append(document([deny()]))
            case .permissionsBoundaryDeny:
                let kept = question.permissionsBoundary?.statements ?? [allow(["*"])]
                question.permissionsBoundary = document(kept + [deny()])
            default: question.resourcePolicies.append(document([deny(.principal([.everyone]))]))
            }
        }
    }

    // MARK: Making the question of a row

    private func question(_ row: Row) throws -> ReferenceQuestion {
        let (home, abroad) = (try #require(AccountID("111111111111")), try #require(AccountID("222222222222")))
        let caller: ReferenceCaller =
            switch row.kind {
            case .root: .root(home)
            case .user: .user(home, arn: "arn:aws:iam::111111111111:user/p/bob")
            case .roleSession: .roleSession(home, roleARN: "arn:aws:iam::111111111111:role/p/R", sessionName: "s")
            }
        var question = ReferenceQuestion(
            caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x",
            resourceAccount: row.isSameAccount ? home : abroad)
        question.resourcePolicyRequired = row.isRequired
        question.identityPolicies = [document([allow([row.identityAllows ? "docs:*" : "mail:*"])])]
        question.permissionsBoundary = row.boundaryAllows.map { document([allow([$0 ? "docs:*" : "mail:*"])]) }
        question.resourcePolicies = row.grades.map { document([allow(["docs:*"], pattern($0, caller))]) }
        return question
    }

    private func pattern(_ grade: PrincipalGrade, _ caller: ReferenceCaller) -> PrincipalPattern {
        switch grade {
        case .user: .user(caller.arn)
        case .role: .role(caller.roleARN ?? "")
        case .session: .assumedRole(caller.arn)
        case .everyone: .everyone
        case .account: .account(caller.account)
        }
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
