import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The rule for combining the kinds of policy, enumerated in full: every caller, account, ceiling, and set of grades.
@Suite struct DecisionTableTests {
    private typealias Row = DecisionTable.Row

    @Test func `the enumeration is whole`() {
        // Places × requirements × identity × boundary × session × service control × sets of grades.
        let root = 2 * 2 * 1 * 1 * 3 * 3 * 4
        let policied = [8, 32, 16].map { 2 * 2 * 2 * 3 * 3 * 3 * $0 }
        let accountless = [4, 2, 4].map { 1 * 2 * 1 * 1 * 1 * 3 * $0 }
        #expect(DecisionTable.rows.count == root + policied.reduce(0, +) + accountless.reduce(0, +))
    }

    @Test func `every row comes out as the tables of 6.2, 6.3 and 6.5 say`() throws {
        for row in DecisionTable.rows {
            let answer = DecisionRules.decide(try ReferenceQuestion(row))
            #expect(answer.decision == (expected(row) ? .allowed : .implicitDeny), "\(row)")
            #expect(answer.decision != .allowed || answer.reason == .allowed)
            #expect((answer.decision == .allowed) == answer.deniedBy.isEmpty, "\(row)")
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
        // "trust only (`Federated` principal + conditions […])" (spec §8).
        case .bearer: res(.federated)
        }
    }

    @Test func `every layer of deniedBy is silent, and once all of them allow, the question is allowed`() throws {
        for row in DecisionTable.rows {
            let answer = DecisionRules.decide(try ReferenceQuestion(row))
            guard answer.decision == .implicitDeny else { continue }
            var mended = row
            for layer in answer.deniedBy { mend(layer, of: &mended) }
            #expect(DecisionRules.decide(try ReferenceQuestion(mended)).decision == .allowed, "\(row)")
            // Without any one of them it is not.
            for kept in answer.deniedBy {
                var mended = row
                for layer in answer.deniedBy where layer != kept { mend(layer, of: &mended) }
                let other = DecisionRules.decide(try ReferenceQuestion(mended))
                #expect(other.decision == .implicitDeny && other.deniedBy == [kept], "\(row)")
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
            #expect(row.grades.isEmpty || (row.kind == .bearer && row.grades == [.everyone]))
            row.grades = [DecisionTable.grades(of: row.kind).last ?? .everyone]
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
        for row in DecisionTable.rows {
            let answer = DecisionRules.decide(try ReferenceQuestion(row))
            guard answer.decision == .implicitDeny else { continue }
            #expect(answer.reason == order.first { answer.deniedBy.contains($0.0) }?.1, "\(row)")
        }
    }

    @Test func `a Deny anywhere wins over every row, and deniedBy has exactly the layers that have one`() throws {
        let reasons: [(ReferenceLayer, Reason)] = [
            (.identityPolicy, .identityPolicyDeny), (.permissionsBoundary, .permissionsBoundaryDeny),
            (.sessionPolicy, .sessionPolicyDeny), (.resourcePolicy, .resourcePolicyDeny),
            (.serviceControlPolicy, .serviceControlPolicyDeny), (.resourceControlPolicy, .resourceControlPolicyDeny),
        ]
        // Each row takes one set of layers: the sets go around, so that every kind meets all of them many times.
        let sets = DecisionTable.subsets(of: ReferenceLayer.allCases)
        for (number, row) in DecisionTable.rows.enumerated() {
            var question = try ReferenceQuestion(row)
            let denies = sets[number % sets.count]
            for layer in denies { question.deny(by: layer) }
            let effective = denies.filter { binds($0, row.kind) }
            let answer = DecisionRules.decide(question)
            #expect((answer.decision == .explicitDeny) == !effective.isEmpty, "\(row) \(denies)")
            guard !effective.isEmpty else { continue }
            #expect(answer.deniedBy == ReferenceLayer.allCases.filter { effective.contains($0) })
            #expect(answer.reason == reasons.first { effective.contains($0.0) }?.1, "\(row) \(denies)")
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
}
