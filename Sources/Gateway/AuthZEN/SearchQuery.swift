internal import Directory
internal import HTTPTypes
internal import JSONDocument
internal import PolicyModel

/// What a search looks for.
enum SearchKind: String, Sendable, CaseIterable {
    case subject, resource, action
}

/// A request for a search (AZ-SE-2…4, AZ-SE-10): an evaluation of which one part is to be found.
struct SearchQuery: Sendable {
    let kind: SearchKind
    /// What is looked for has no id or name.
    let evaluation: AuthZENEvaluation
    /// Which part of the results; `nil` for a request that says nothing of pages.
    let page: PageRequest?

    init(_ kind: SearchKind, _ body: JSONNode) throws(Refusal) {
        self.kind = kind
        let (subject, resource) = (body["subject"], body["resource"])
        // What is looked for is not an input, and whatever the request says of its name is ignored.
        evaluation = AuthZENEvaluation(
            subject: kind == .subject
                ? try AuthZENEntity(typeOf: subject, "subject") : try AuthZENEntity(subject, "subject"),
            action: kind == .action ? AuthZENAction(name: "") : try AuthZENAction(body["action"]),
            resource: kind == .resource
                ? try AuthZENEntity(typeOf: resource, "resource") : try AuthZENEntity(resource, "resource"),
            context: try [Property](body["context"], "context"))
        page = try PageRequest(body["page"])
    }

    /// The type of what is looked for; actions have none.
    var type: Text? {
        switch kind {
        case .subject: evaluation.subject.type
        case .resource: evaluation.resource.type
        case .action: nil
        }
    }

    /// The evaluation about something that was found; what the request says of it goes before what the catalogue does
    /// (AZ-SE-11).
    func evaluation(of candidate: SearchIndex.Candidate) -> AuthZENEvaluation {
        var evaluation = evaluation
        switch kind {
        case .subject:
            evaluation.subject.id = candidate.id
            evaluation.subject.properties.addMissing(candidate.properties)
        case .resource:
            evaluation.resource.id = candidate.id
            evaluation.resource.properties.addMissing(candidate.properties)
        case .action: evaluation.action.name = candidate.id
        }
        return evaluation
    }

    /// The query with what the index knows of its inputs; `nil` when it does not know one of them, so that nothing is found
    /// (AZ-SE-8).
    func completed(by index: SearchIndex) -> SearchQuery? {
        var evaluation = evaluation
        if kind != .subject {
            guard let subject = index.subject(evaluation.subject.type, evaluation.subject.id) else { return nil }
            evaluation.subject.properties.addMissing(subject.properties)
        }
        if kind != .resource {
            guard let resource = index.resource(evaluation.resource.type, evaluation.resource.id) else { return nil }
            evaluation.resource.properties.addMissing(resource.properties)
        }
        return SearchQuery(kind, evaluation, page)
    }

    private init(_ kind: SearchKind, _ evaluation: AuthZENEvaluation, _ page: PageRequest?) {
        self.kind = kind
        self.evaluation = evaluation
        self.page = page
    }
}

/// `page` of a request (AZ-PG-5, AZ-PG-6); members that nobody registered are ignored.
struct PageRequest: Sendable, Hashable {
    /// The most results that are wanted.
    let limit: Int?
    /// Where an earlier answer ended.
    let token: String?

    init?(_ node: JSONNode?) throws(Refusal) {
        guard let node else { return nil }
        guard node.members != nil else {
            throw Refusal(.badRequest, "`page` must be an object, not \(node.value.kindDescription)")
        }
        limit = try PageRequest.limit(node["limit"])
        guard let token = node["token"] else {
            self.token = nil
            return
        }
        guard let text = token.string else {
            throw Refusal(.badRequest, "`page.token` must be a string, not \(token.value.kindDescription)")
        }
        self.token = text
    }

    private static func limit(_ node: JSONNode?) throws(Refusal) -> Int? {
        guard let node else { return nil }
        guard case .number(let text) = node.value, text.utf8.allSatisfy(ASCII.isDigit), let limit = Int(text) else {
            throw Refusal(.badRequest, "`page.limit` must be a whole number that is not negative")
        }
        return limit
    }
}

extension [Property] {
    /// Adds properties of which there are none yet; names are compared as condition keys are, without case.
    fileprivate mutating func addMissing(_ others: [Property]) {
        guard !others.isEmpty else { return }
        let names = Set(map(\.name.foldedASCII))
        append(contentsOf: others.lazy.filter { !names.contains($0.name.foldedASCII) })
    }
}
