internal import HTTPTypes
internal import JSONDocument
internal import PolicyModel

/// Answers evaluations under one snapshot (AZ-ES-15).
struct AuthZENDecisions: Sendable {
    private let decider: Decider
    private let questions: AuthZENQuestions

    init(_ decider: Decider) {
        self.decider = decider
        questions = AuthZENQuestions(decider.policies())
    }

    /// Whether an evaluation is allowed; one that no policy can be asked about is not (AZ-EV-5).
    ///
    /// - Throws: `Refusal` 503 while the policies are not complete.
    func isAllowed(_ evaluation: AuthZENEvaluation) throws(Refusal) -> Bool {
        guard let question = try questions.question(evaluation) else { return false }
        return (try? decider.decide(question, by: questions.policies).isAllowed) ?? false
    }

    /// A decision and nothing else (AZ-EV-10).
    func answer(_ isAllowed: Bool) -> JSONOutput { ["decision": .bool(isAllowed)] }
}

/// A request for several evaluations (spec §3).
struct AuthZENBatch: Sendable {
    /// When to stop (AZ-ES-7, AZ-ES-9, AZ-ES-10).
    enum Semantic: String, CaseIterable {
        case executeAll = "execute_all"
        case denyOnFirstDeny = "deny_on_first_deny"
        case permitOnFirstPermit = "permit_on_first_permit"

        /// Whether nothing is evaluated after a decision.
        func ends(after isAllowed: Bool) -> Bool {
            switch self {
            case .executeAll: false
            case .denyOnFirstDeny: !isAllowed
            case .permitOnFirstPermit: isAllowed
            }
        }
    }

    /// Evaluations of one request (AZ-ES-15): as many as a call of the native protocol may have.
    static let itemsMax = 512

    private let body: JSONNode
    private let items: [JSONNode]
    private let semantic: Semantic

    /// Reads what concerns the request as a whole; items are read when it is their turn (AZ-ES-12, AZ-ES-14).
    init(_ body: JSONNode) throws(Refusal) {
        self.body = body
        semantic = try AuthZENBatch.semantic(body["options"])
        guard let node = body["evaluations"] else {
            items = []
            return
        }
        guard let elements = node.elements else {
            throw Refusal(.badRequest, "`evaluations` must be an array, not \(node.value.kindDescription)")
        }
        guard elements.count <= AuthZENBatch.itemsMax else {
            throw Refusal(
                .badRequest, "`evaluations` has \(elements.count) items, and at most \(AuthZENBatch.itemsMax) are taken"
            )
        }
        items = elements
    }

    private static func semantic(_ options: JSONNode?) throws(Refusal) -> Semantic {
        guard let options else { return .executeAll }
        guard options.members != nil else {
            throw Refusal(.badRequest, "`options` must be an object, not \(options.value.kindDescription)")
        }
        guard let node = options["evaluations_semantic"] else { return .executeAll }
        guard let semantic = Semantic.allCases.first(where: { Text($0.rawValue) == node.string.map { Text($0) } })
        else {
            let names = Semantic.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw Refusal(.badRequest, "`options.evaluations_semantic` must be one of \(names)")
        }
        return semantic
    }

    /// The answer: of one evaluation without items (AZ-ES-1), else of each in their order (AZ-ES-5, AZ-ES-6, AZ-ES-11).
    ///
    /// - Parameter checkDeadline: asked before each item.
    func answer(_ decisions: AuthZENDecisions, checkDeadline: () throws -> Void) throws -> JSONOutput {
        guard !items.isEmpty else { return decisions.answer(try decisions.isAllowed(try AuthZENEvaluation(body))) }
        var answers: [JSONOutput] = []
        for item in items {
            try checkDeadline()
            let (isAllowed, answer) = try answer(item, decisions)
            answers.append(answer)
            if semantic.ends(after: isAllowed) { break }
        }
        return ["evaluations": .array(answers)]
    }

    private func answer(
        _ item: JSONNode, _ decisions: AuthZENDecisions
    ) throws(Refusal) -> (isAllowed: Bool, answer: JSONOutput) {
        let evaluation: AuthZENEvaluation
        do throws(Refusal) {
            evaluation = try merged(item)
        } catch {
            return (false, AuthZENBatch.fault(error))
        }
        let isAllowed = try decisions.isAllowed(evaluation)
        return (isAllowed, decisions.answer(isAllowed))
    }

    /// An item with the request's own members where it has none: whole ones, never parts of them (AZ-ES-2, AZ-ES-3).
    private func merged(_ item: JSONNode) throws(Refusal) -> AuthZENEvaluation {
        guard item.members != nil else {
            throw Refusal(.badRequest, "an item of `evaluations` must be an object, not \(item.value.kindDescription)")
        }
        return try AuthZENEvaluation { item[$0] ?? body[$0] }
    }

    /// An item that cannot be evaluated (AZ-ES-8).
    private static func fault(_ refusal: Refusal) -> JSONOutput {
        [
            "decision": false,
            "context": ["error": ["status": .int(refusal.status.code), "message": .string(refusal.message)]],
        ]
    }
}
