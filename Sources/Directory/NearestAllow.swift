internal import Authorizer
internal import DecisionTree
internal import PolicyModel
internal import PolicySyntax

/// The Allow that came closest to letting a question through: a bounded search, and no more than advice.
///
/// Each candidate is taken apart into documents that test one element alone; the walker itself then says which of them
/// apply, as if they were session policies, so that no third meaning of the language is written here.
struct NearestAllow {
    /// Statements that are tried.
    static let candidatesMax = 100
    /// Patterns, principals and values of all of them: compiling is what a search costs most.
    static let elementsMax = 20_000
    /// Statements that are passed over in looking for candidates.
    static let statementsSeenMax = 100_000

    /// A statement that could be changed.
    struct Candidate {
        var layer: Verdict.Layer
        /// The level of the organization that it hangs on.
        var level: Int?
        var located: PolicyLocator.Located
        var index: Int
        var statement: Statement
        /// Whether it is part of a role's trust policy.
        var isTrust = false

        /// Whether short ARNs are completed in its kind of policy (spec §2.5).
        var completesARNs: Bool {
            switch layer {
            case .identityPolicy, .permissionsBoundary, .serviceControlPolicy: true
            case .none, .resourcePolicy, .sessionPolicy, .resourceControlPolicy: false
            }
        }
    }

    /// The parts of a candidate, each a document.
    enum Part: Int, CaseIterable {
        case action, resource, principal, conditions
    }

    let trace: Trace
    let asked: AskedQuestion
    let candidates: [Candidate]

    init(_ trace: Trace, _ locator: PolicyLocator, _ asked: AskedQuestion) {
        self.trace = trace
        self.asked = asked
        let layers = trace.layersToMend
        var search = CandidateSearch(trace, each: NearestAllow.candidatesMax / max(layers.count, 1))
        for layer in layers { search.look(in: layer, locator) }
        candidates = search.candidates
    }

    /// The parts of all candidates as documents, in order; `nil` when there is no candidate.
    func documents() -> [(document: Document, completesARNs: Bool)]? {
        guard !candidates.isEmpty else { return nil }
        return candidates.flatMap { candidate in
            Part.allCases.map { part in
                let document = Document(
                    version: candidate.located.document.version,
                    statements: [NearestAllow.statement(part, of: candidate.statement)])
                return (document, candidate.completesARNs)
            }
        }
    }

    /// A statement that tests one part alone.
    private static func statement(_ part: Part, of statement: Statement) -> Statement {
        let any = ActionElement.action(["*"])
        let everywhere = ResourceElement.resource(["*"])
        switch part {
        case .action: return Statement(effect: .allow, action: statement.action, resource: everywhere)
        case .resource:
            return Statement(effect: .allow, action: any, resource: statement.resource ?? everywhere)
        case .principal:
            return Statement(effect: .allow, principal: statement.principal, action: any, resource: everywhere)
        case .conditions:
            return Statement(effect: .allow, action: any, resource: everywhere, conditions: statement.conditions)
        }
    }
}

/// Gathers candidates: those whose action and resource match first, then those of the action's service, then others.
private struct CandidateSearch {
    private(set) var candidates: [NearestAllow.Candidate] = []
    private let trace: Trace
    private let service: Text
    /// How many a layer may add.
    private let each: Int
    private var elementsLeft = NearestAllow.elementsMax
    private var statementsLeft = NearestAllow.statementsSeenMax

    private struct Key: Hashable {
        var document: Int
        var index: Int
    }

    init(_ trace: Trace, each: Int) {
        self.trace = trace
        self.each = each
        service = Text((trace.action.foldedASCII.split(at: ASCII.colon).first?.string ?? "") + ":")
    }

    mutating func look(in layer: Verdict.Layer, _ locator: PolicyLocator) {
        // Of several levels the first that is silent is the one to change.
        guard
            let record = trace.layers.first(where: { $0.layer == layer && $0.allows.isEmpty })
                ?? trace.layers.first(where: { $0.layer == layer }),
            let documents = locator.layer(layer, level: record.level)?.documents
        else { return }
        var numbers: [Trace.Place: Int] = [:]
        for (number, document) in documents.enumerated() {
            if let place = document.place, numbers[place] == nil { numbers[place] = number }
        }
        var room = each
        var taken: Set<Key> = []
        for statement in record.statements where statement.effect == .allow && !statement.applies {
            guard let number = numbers[statement.place] else { continue }
            take(Key(document: number, index: statement.index), documents, record, &room, &taken)
        }
        for isOfService in [true, false] {
            for (number, document) in documents.enumerated() where isCandidate(document, in: record) {
                for (index, statement) in document.document.statements.enumerated() {
                    guard room > 0, statementsLeft > 0 else { return }
                    statementsLeft -= 1
                    guard statement.effect == .allow, isAboutService(statement) == isOfService else { continue }
                    take(Key(document: number, index: index), documents, record, &room, &taken)
                }
            }
        }
    }

    /// Beside a trust policy the registry's policies only deny.
    private func isCandidate(_ document: PolicyLocator.Located, in record: Trace.LayerRecord) -> Bool {
        guard record.layer == .resourcePolicy, trace.caller.isTrustPolicy else { return true }
        if case .slot = document.place { return true } else { return false }
    }

    private mutating func take(
        _ key: Key, _ documents: [PolicyLocator.Located], _ record: Trace.LayerRecord, _ room: inout Int,
        _ taken: inout Set<Key>
    ) {
        let located = documents[key.document]
        let statements = located.document.statements
        guard room > 0, statements.indices.contains(key.index), isCandidate(located, in: record) else { return }
        let statement = statements[key.index]
        let elements = statement.elementCount
        guard elements <= elementsLeft, taken.insert(key).inserted else { return }
        elementsLeft -= elements
        room -= 1
        candidates.append(
            NearestAllow.Candidate(
                layer: record.layer, level: record.level, located: located, index: key.index, statement: statement,
                isTrust: record.layer == .resourcePolicy && trace.caller.isTrustPolicy))
    }

    /// Whether any of the first patterns is of the service, or open.
    private func isAboutService(_ statement: Statement) -> Bool {
        guard case .action(let patterns) = statement.action else { return true }
        return patterns.prefix(8).contains { $0.hasPrefix("*") || $0.foldedASCII.hasPrefix(service) }
    }
}

extension Statement {
    /// How many patterns, principals and values there are.
    fileprivate var elementCount: Int {
        let parts = action.patterns.count + (resource?.patterns.count ?? 0) + (principal?.patterns.count ?? 0)
        return conditions.reduce(parts + 1) { $0 + 1 + $1.values.count }
    }
}

extension Trace {
    /// Where an Allow would help most: in the layer that the reason of an implicit deny names; and in the resource's
    /// policies, which in the caller's own account can let through what that layer does not.
    var layersToMend: [Verdict.Layer] {
        guard verdict.decision == .implicitDeny else { return [] }
        let named: Verdict.Layer =
            switch verdict.reason {
            case .resourcePolicy, .trustPolicy: .resourcePolicy
            case .permissionsBoundary: .permissionsBoundary
            case .sessionPolicy: .sessionPolicy
            case .serviceControlPolicy: .serviceControlPolicy
            default: .identityPolicy
            }
        guard let first = deniedBy.contains(named) ? named : deniedBy.first else { return [] }
        switch first {
        case .identityPolicy, .permissionsBoundary, .sessionPolicy:
            let hasResource = layers.contains { $0.layer == .resourcePolicy }
            return caller.isSameAccount && hasResource ? [first, .resourcePolicy] : [first]
        case .none, .resourcePolicy, .serviceControlPolicy, .resourceControlPolicy: return [first]
        }
    }
}
