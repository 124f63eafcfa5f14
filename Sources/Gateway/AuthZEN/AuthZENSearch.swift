internal import Directory
internal import JSONDocument
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import PolicyModel

/// Answers searches: what of the catalogue and the users would be allowed (spec §4, §5).
///
/// Unlike evaluations, searches use what the catalogue knows of subjects and resources, where the request does not say
/// otherwise (AZ-SE-11). All work is bounded: a page ends early when there has been too much of it, and its token leads on.
final class AuthZENSearch: Sendable {
    /// Bounds of one request.
    enum Limits {
        /// The most results of a page; also for requests that ask for no pages.
        static let resultsMax = 1_000
        /// The most candidates that are evaluated: some 20 ms of one processor.
        static let evaluationsMax = 10_000
    }

    /// The index of one snapshot.
    private struct Indexed {
        let snapshot: ObjectIdentifier
        let revision: String
        let index: SearchIndex
    }

    private let decider: Decider
    private let tokens = PageTokens()
    private let indexed = NIOLockedValueBox<Indexed?>(nil)

    init(decider: Decider) {
        self.decider = decider
    }

    /// The answer to a search.
    ///
    /// - Throws: `Refusal`: 400 for a token that is not of this query, 503 while the directory is not complete.
    func answer(_ query: SearchQuery, deadline: NIODeadline) throws(Refusal) -> JSONOutput {
        // The last quarter is for what comes after.
        let pause = NIODeadline.now() + .nanoseconds((deadline - .now()).nanoseconds / 4 * 3)
        let policies = decider.policies()
        guard policies.snapshot.isComplete else { throw .notReady }
        let binding = PageTokens.Binding(query, revision: policies.snapshot.revision)
        let start = try tokens.start(query.page, binding)
        let index = index(policies.snapshot)
        var page = FoundPage(limit: start.limit)
        if let complete = query.completed(by: index) {
            let questions = AuthZENQuestions(policies)
            let candidates = index.candidates(complete)
            try page.fill(candidates, from: start.position, until: pause) { candidate throws(Refusal) in
                guard let question = try questions.question(complete.evaluation(of: candidate)) else { return false }
                return decider.wouldAllow(question, by: policies)
            }
        }
        let token = page.next.map { tokens.token(limit: start.limit, position: $0, binding) }
        return AuthZENSearch.output(query, page.found, token)
    }

    /// `page` first, where there is one; results hold what names them and nothing else (AZ-SE-12, AZ-SE-13, AZ-PG-3).
    private static func output(_ query: SearchQuery, _ found: [Text], _ token: String?) -> JSONOutput {
        let results = found.map { id -> JSONOutput in
            guard let type = query.type else { return ["name": .string(id.string)] }
            return ["type": .string(type.string), "id": .string(id.string)]
        }
        guard query.page != nil || token != nil else { return ["results": .array(results)] }
        return [
            "page": ["next_token": .string(token ?? ""), "count": .int(results.count)],
            "results": .array(results),
        ]
    }

    private func index(_ snapshot: Snapshot) -> SearchIndex {
        let (id, revision) = (ObjectIdentifier(snapshot), snapshot.revision)
        if let known = indexed.withLockedValue({ $0 }), known.snapshot == id, known.revision == revision {
            return known.index
        }
        let index = SearchIndex(snapshot.directory)
        indexed.withLockedValue { $0 = Indexed(snapshot: id, revision: revision, index: index) }
        return index
    }
}

/// The results of one page, as they are found.
struct FoundPage: Sendable {
    /// The most results.
    let limit: Int
    /// What was found.
    private(set) var found: [Text] = []
    /// The candidate to go on with; `nil` when there are no more results.
    private(set) var next: Int?

    init(limit: Int) {
        self.limit = limit
    }

    /// Looks at candidates until the page is full and it is known whether anything follows (AZ-PG-2), or there has been enough
    /// work; at least one is looked at.
    mutating func fill(
        _ candidates: [SearchIndex.Candidate], from start: Int, until pause: NIODeadline,
        isAllowed: (SearchIndex.Candidate) throws(Refusal) -> Bool
    ) throws(Refusal) {
        var position = start
        while position < candidates.count {
            if isEnough(position - start, pause) {
                next = position
                return
            }
            if try isAllowed(candidates[position]) {
                guard found.count < limit else {
                    next = position
                    return
                }
                found.append(candidates[position].id)
            }
            position += 1
        }
    }

    private func isEnough(_ evaluations: Int, _ pause: NIODeadline) -> Bool {
        guard evaluations > 0 else { return false }
        return evaluations >= AuthZENSearch.Limits.evaluationsMax || NIODeadline.now() > pause
    }
}
