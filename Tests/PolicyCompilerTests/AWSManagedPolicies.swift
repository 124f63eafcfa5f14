import DecisionTree
import Foundation
import PolicyCompiler
import PolicyGenerators
import PolicyModel
import PolicySyntax
import Testing

private let policiesFolder = ProcessInfo.processInfo.environment["POSTERN_AWS_POLICIES"]

/// The policies that AWS itself publishes, one JSON file each; `Deploy/test-aws-policies` fetches them.
///
/// The suite runs only where `POSTERN_AWS_POLICIES` names their folder.
@Suite(.enabled(if: policiesFolder != nil))
struct AWSManagedPolicies {
    static let seed: UInt64 = 20_261_123

    /// What was seen on the way, printed at the end.
    private struct Tally {
        var documents = 0
        var largeDocuments = 0
        var statements = 0
        var actionsMax = 0
        var requests = 0
        var matches = 0
        var words = 0
        var stepsMax = 0
    }

    @Test func `every document parses, prints back, compiles and answers as the reference does`() throws {
        let folder = try #require(policiesFolder)
        var random = SeededRandom(seed: Self.seed)
        var asking = Asking()
        var tally = Tally()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".json") {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            let document = try #require(parse(bytes, name), "\(name)")
            #expect(parse(Array(PolicyPrinter.print(document, pretty: true).utf8), name) == document, "\(name)")
            #expect(parse(Array(PolicyPrinter.print(document, pretty: false).utf8), name) == document, "\(name)")
            tally.documents += 1
            tally.largeDocuments += bytes.count > 100_000 ? 1 : 0
            tally.statements += document.statements.count
            let actions = document.statements.map(\.action.patterns.count).max() ?? 0
            tally.actionsMax = max(tally.actionsMax, actions)
            // `Walking` compiles, and the compiler verifies what it made.
            let walking = try Walking(document, kind: .managed)
            tally.words += walking.words.count
            compare(walking, name, &random, &asking, &tally)
        }
        #expect(tally.documents > 1_000)
        #expect(tally.largeDocuments >= 2)
        #expect(tally.actionsMax > 1_500)
        // Requests made from the statements' own text must often hit them, and often miss.
        #expect(tally.matches * 10 > tally.requests && tally.matches * 10 < tally.requests * 9)
        let share = tally.matches * 100 / max(tally.requests, 1)
        print(
            "AWS policies: \(tally.documents) documents, \(tally.statements) statements, \(tally.requests) requests"
                + " compared, \(share) % matched, \(tally.words) words, at most \(tally.stepsMax) steps,"
                + " seed \(Self.seed)")
    }

    private func parse(_ bytes: [UInt8], _ name: String) -> Document? {
        let result = PolicyParser(kind: .managed).parse(bytes, file: name)
        for diagnostic in result.diagnostics where diagnostic.severity == .error { Issue.record("\(diagnostic.line)") }
        return result.source?.document
    }

    /// A few requests a statement, from its own actions, resources and keys.
    private func compare(
        _ walking: Walking, _ name: String, _ random: inout SeededRandom, _ asking: inout Asking, _ tally: inout Tally
    ) {
        let statements = walking.document.statements
        // The slow side looks at every action of the document: large documents get fewer requests a statement.
        let patterns = statements.reduce(0) { $0 + $1.action.patterns.count }
        for statement in statements {
            for _ in 0..<(patterns > 300 ? 2 : 5) {
                var maker = RequestMaker(statement: statement, random: random)
                let (action, resource, context) = maker.request()
                random = maker.random
                for effect in [Effect.allow, .deny] {
                    let tree = walking.applies(effect, action, resource, context, &asking)
                    let expected = walking.expected(effect, action, resource, context)
                    if effect == statement.effect { tally.matches += expected ? 1 : 0 }
                    #expect(tree == expected, "\(name): \(effect) \(action) on \(resource) with \(context)")
                    tally.stepsMax = max(tally.stepsMax, asking.scratch.stepsTaken)
                }
                tally.requests += 1
            }
        }
    }
}

/// Makes requests near a statement: mostly such as it is about, with a slip here and there.
struct RequestMaker {
    let statement: Statement
    var random: SeededRandom
    private static let names: [Text] = ["alice", "b/é", "*", "x:y", "team-a", ""]

    mutating func request() -> (action: Text, resource: Text, context: [Request.ContextEntry]) {
        let action = text(near: random.pick(statement.action.patterns), filler: ["Get", "x", "List", "a"])
        let resource = text(
            near: random.pick(statement.resource?.patterns ?? ["*"]), filler: ["a", "b/c", "eu-west-1", "x:y", "é"])
        let isPseudo = random.chance(5)
        return (action, isPseudo ? "*" : resource, context())
    }

    /// The pattern with its wildcards filled in, its variables replaced or left, and now and then a scalar changed.
    private mutating func text(near pattern: Text, filler: [String]) -> Text {
        var text = ""
        var rest = pattern.string.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": text += random.several(0...2) { $0.pick(filler) }.joined()
            case "?": text += random.pick(filler)
            case "$" where rest.first == "{" && random.chance(80):
                rest = rest.drop { $0 != "}" }.dropFirst()
                text += random.pick(RequestMaker.names).string
            default: text.unicodeScalars.append(scalar)
            }
        }
        if random.chance(12) { text += "x" }
        if random.chance(8), !text.isEmpty { text.unicodeScalars.removeLast() }
        if random.chance(10) { text = random.chance(50) ? text.uppercased() : text.lowercased() }
        return Text(text)
    }

    /// The keys that the statement reads: with a value that hits, with one that does not, or not at all.
    private mutating func context() -> [Request.ContextEntry] {
        var entries: [Request.ContextEntry] = []
        var seen: Set<Text> = []
        for key in variables() where seen.insert(key.foldedASCII).inserted && random.chance(85) {
            entries.append(Request.ContextEntry(key: key, value: .single(random.pick(RequestMaker.names))))
        }
        for condition in statement.conditions where seen.insert(condition.key.foldedASCII).inserted {
            guard random.chance(85) else { continue }
            entries.append(Request.ContextEntry(key: condition.key, value: value(for: condition)))
        }
        return entries
    }

    private mutating func value(for condition: Condition) -> ContextValue {
        let base = condition.operator.base
        var values = random.several(1...2) { [condition] random in
            random.chance(25) || condition.values.isEmpty
                ? random.pick(["nothing", "10.1.2.3", "true", "false", "7", "arn:aws:s3:::b/c", ""] as [Text])
                : random.pick(condition.values)
        }
        if base.takesWildcards { values = values.map { text(near: $0, filler: ["a", "b:c"]) } }
        if base.family == .ip { values = values.map { $0.split(at: ASCII.slash).first ?? $0 } }
        return condition.operator.quantifier == nil || random.chance(20) ? .single(values[0]) : .multiple(values)
    }

    /// The keys of `${…}` in the statement's resources and values.
    private func variables() -> [Text] {
        let texts = (statement.resource?.patterns ?? []) + statement.conditions.flatMap(\.values)
        return texts.flatMap { text in
            text.string.split(separator: "${").dropFirst().compactMap { part in
                part.split(whereSeparator: { $0 == "}" || $0 == "," }).first.map { Text(String($0)) }
            }
        }
    }
}
