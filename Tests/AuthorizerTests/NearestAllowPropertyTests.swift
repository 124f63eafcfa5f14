import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing

/// What `missing` says of a statement, held against the reference and against the question that it asks for.
@Suite("What the nearest Allow is said to lack is what it lacks")
struct NearestAllowPropertyTests {
    static let seeds = PropertySeeds.all([21, 22, 23, 24])

    @Test("by the reference: no part is missing that matches, and none that does not is left out", arguments: seeds)
    func exact(seed: UInt64) throws {
        var layers: [String: Int] = [:]
        var elements: [String: Int] = [:]
        try Self.forEachNearest(seed: seed, count: 400) { question, _, nearest, label in
            let found = try #require(question.statement(named: nearest.statement), "\(label)")
            layers[nearest.statement.layer, default: 0] += 1
            for missing in nearest.missing { elements[missing.element, default: 0] += 1 }
            let context = EngineContext.context(of: question)
            let expands = found.document.version == .v2012
            var expected: [String] = []
            if !StatementRules.actionMatches(found.statement.action, question.action) { expected.append("action") }
            let isInPlace = StatementRules.resourceMatches(
                found.statement.resource, question.resource, kind: found.kind, expands: expands, in: context)
            if !isInPlace { expected.append("resource") }
            if found.kind == .resource || found.kind == .trust, !question.names(found) { expected.append("principal") }
            let failed = found.statement.conditions.filter {
                !ConditionRules.holds($0, expands: expands, in: context)
            }
            expected += failed.map { _ in "condition" }
            #expect(nearest.missing.map(\.element).filter { $0 != "layer" } == expected, "\(label)")
            #expect(
                Set(nearest.missing.filter { $0.element == "condition" }.map { "\($0.operator ?? "") \($0.key ?? "")" })
                    == Set(failed.map { "\($0.operator) \($0.key)" }), "\(label)")
        }
        #expect(layers.count >= 3, "\(layers)")
        for element in ["action", "resource", "condition", "principal", "layer"] {
            #expect(elements[element, default: 0] > 0, "\(elements)")
        }
    }

    /// The question is changed as the advice asks for, where an action, a resource or a key's value can do it.
    @Test("and with what is wanted the statement applies", arguments: seeds)
    func satisfied(seed: UInt64) throws {
        var counts: [String: Int] = [:]
        try Self.forEachNearest(seed: seed, count: 1_200) { question, explanation, nearest, label in
            let found = try #require(question.statement(named: nearest.statement), "\(label)")
            guard let changed = question.satisfying(nearest.missing, of: found),
                let answer = try? Self.explain(changed)
            else { return }
            // A question that is answered before its policies shows nothing of them.
            // Of a role only actions that assume it are for its trust policy.
            let layers = answer.layers.filter { $0.layer == nearest.statement.layer }
            guard !layers.isEmpty else { return }
            let statements = layers.flatMap(\.statements)
            let statement = statements.first {
                $0.policy == nearest.statement.policy && $0.index == nearest.statement.index
            }
            // Documents with one text are one, by the first of their names.
            let applied = statement ?? statements.first { $0.outcome == "applied" && $0.effect == "Allow" }
            #expect(applied?.outcome == "applied", "\(label): \(changed.action) \(changed.resource) \(changed.context)")
            for missing in nearest.missing { counts[missing.element, default: 0] += 1 }
            // Where the question stays what it was but for keys, the layers that are named are all that is missing, too.
            guard changed.action == question.action, changed.resource == question.resource else { return }
            let others = nearest.missing.first { $0.element == "layer" }?.comparison.wanted ?? []
            let mended = try Self.explain(changed.allowing(in: others))
            let wasAllowed = Set(explanation.layers.filter { $0.outcome == "allowed" }.map(\.layer))
            let isDenied = mended.layers.contains { $0.outcome == "denied" }
            #expect(
                mended.reason == .allowed || isDenied || !wasAllowed.isDisjoint(with: mended.deniedBy),
                "\(label): \(mended.summary)")
            counts["mended", default: 0] += 1
        }
        for element in ["action", "resource", "condition", "mended"] {
            #expect(counts[element, default: 0] > 0, "\(counts)")
        }
    }

    // MARK: Asking

    private static func forEachNearest(
        seed: UInt64, count: Int,
        _ body: (ReferenceQuestion, Explanation, Explanation.NearestStatement, String) throws -> Void
    ) throws {
        var generator = Generator(seed: seed)
        for number in 0..<count {
            let question = ReferenceQuestion(generator.question())
            guard let explanation = try? explain(question), let nearest = explanation.nearestAllow else { continue }
            try body(question, explanation, nearest, "seed \(seed) question \(number): \(nearest.advice)")
        }
    }

    private static func explain(_ question: ReferenceQuestion) throws -> Explanation {
        let deciding = try Deciding(question)
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        Deciding.fill(&view, question, deciding.principal, deciding.snapshot)
        let sources = (question.sessionPolicies ?? []).map {
            PolicySource(document: $0, text: [], file: "session", statementPositions: [])
        }
        let tables = Deciding.sessionPolicies(question, deciding.snapshot)
        var options = ExplanationOptions()
        options.bounds = .everything
        return try deciding.snapshot.explain(
            &view, context: 0..<question.context.count, sessionPolicies: tables.map { ($0, sources) },
            options: options, scratch: &scratch, now: question.now
        ).explanation
    }
}

/// A statement of a question, found by its name.
private struct FoundStatement {
    var document: Document
    var statement: Statement
    var kind: PolicyKind
}

extension ReferenceQuestion {
    /// The statement that an explanation names, by the names that `Directory(asking:)` gives.
    fileprivate func statement(named name: Explanation.Statement) -> FoundStatement? {
        let found: (Document?, PolicyKind)
        switch name.layer {
        case "identityPolicy":
            found = (Int(name.policy.dropFirst("inline".count)).map { identityPolicies[$0] }, .identity)
        case "permissionsBoundary": found = (permissionsBoundary, .boundary)
        case "sessionPolicy":
            let number = Int(name.policy.dropFirst("session policy ".count))
            found = (number.flatMap { sessionPolicies?[$0 - 1] }, .session)
        case "resourcePolicy":
            let stars = name.policy.utf8.count - resource.string.utf8.count
            found = isTrustPolicy ? (resourcePolicies.first, .trust) : (resourcePolicies[stars], .resource)
        case "serviceControlPolicy":
            // Such as `scp1x0`, or the built-in one, which lacks nothing.
            let numbers = name.policy.split { !$0.isNumber }.compactMap { Int($0) }
            guard numbers.count == 2 else { return nil }
            found = (serviceControlPolicies?[numbers[0]][numbers[1]], .scp)
        default: return nil
        }
        guard let document = found.0, document.statements.indices.contains(name.index) else { return nil }
        return FoundStatement(document: document, statement: document.statements[name.index], kind: found.1)
    }

    /// Whether the statement names the caller.
    fileprivate func names(_ found: FoundStatement) -> Bool {
        let provider = found.kind == .trust ? nil : session?.federatedProvider
        return !PrincipalRules.grades(of: found.statement.principal, for: caller, provider: provider).isEmpty
    }

    /// The question with policies of some layers that allow everything.
    fileprivate func allowing(in layers: [String]) -> ReferenceQuestion {
        var changed = self
        let statement = Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))
        let all = Document(version: .v2012, statements: [statement])
        for layer in layers {
            switch layer {
            case "identityPolicy": changed.identityPolicies.append(all)
            case "permissionsBoundary": changed.permissionsBoundary = all
            case "sessionPolicy": changed.sessionPolicies = (changed.sessionPolicies ?? []) + [all]
            case "serviceControlPolicy":
                changed.serviceControlPolicies = changed.serviceControlPolicies?.map { $0 + [all] }
            case "resourcePolicy":
                let principal = PrincipalElement.principal([caller.account.map { .account($0) } ?? .everyone])
                let named = Statement(effect: .allow, principal: principal, action: .action(["*"]))
                changed.resourcePolicies.append(Document(version: .v2012, statements: [named]))
            default: continue
            }
        }
        return changed
    }

    /// The question with everything that is missing; `nil` where it is not for the question to have it.
    fileprivate func satisfying(_ missing: [Explanation.Missing], of found: FoundStatement) -> ReferenceQuestion? {
        // A key that is given may change what variables and other conditions come to.
        let keys = found.statement.conditions.map(\.key.foldedASCII)
        let texts = (found.statement.resource?.patterns ?? []) + found.statement.conditions.flatMap(\.values)
        guard Set(keys).count == keys.count, !texts.contains(where: \.hasVariableMark) else { return nil }
        var changed = self
        for part in missing {
            switch part.element {
            case "action":
                guard let action = Wanted.action(part) else { return nil }
                changed.action = action
            case "resource":
                // What hangs on a resource is about that resource.
                guard found.kind != .resource, found.kind != .trust, let resource = Wanted.resource(part) else {
                    return nil
                }
                changed.resource = resource
            case "condition":
                guard let entry = Wanted.entry(part, of: found.statement, declaredKeys) else { return nil }
                changed.context.removeAll { $0.key.foldedASCII == entry.key.foldedASCII }
                changed.context.append(entry)
            case "layer": continue
            default: return nil
            }
        }
        return changed
    }
}

/// Something that a statement wants, made of its patterns.
private enum Wanted {
    static func action(_ missing: Explanation.Missing) -> Text? {
        if missing.isNot {
            let candidates: [Text] = ["zz:Top", "docs:Zz9", "s3:Zz9"]
            return candidates.first { action in
                !missing.comparison.wanted.contains { StatementRules.actionMatches(Text($0), action) }
            }
        }
        return missing.comparison.wanted.lazy.map { $0 == "*" ? "docs:Any" : concrete($0) }
            .first { $0.utf8.count { $0 == ASCII.colon } == 1 && !$0.hasPrefix(":") && !$0.hasSuffix(":") }
            .map { Text($0) }
    }

    static func resource(_ missing: Explanation.Missing) -> Text? {
        guard !missing.isNot else { return nil }
        return missing.comparison.wanted.lazy.map(concrete).first { ARN(Text($0)) != nil && !$0.contains("::x:") }
            .map { Text($0) }
    }

    static func entry(
        _ missing: Explanation.Missing, of statement: Statement, _ declared: [Text: KeyDeclaration]
    ) -> Request.ContextEntry? {
        let key = Text(missing.key ?? "")
        let folded = key.foldedASCII
        guard let condition = statement.conditions.first(where: { $0.key == key }),
            !ConditionKeys.isEngineOwned(folded: folded), !folded.hasPrefix("aws:"),
            let value = value(condition, missing.comparison.wanted)
        else { return nil }
        let isList = declared[folded]?.isMultiValued ?? (condition.operator.quantifier != nil)
        guard !isList || condition.operator.quantifier != nil else { return nil }
        return Request.ContextEntry(key: key, value: isList ? .multiple([Text(value)]) : .single(Text(value)))
    }

    private static func value(_ condition: Condition, _ wanted: [String]) -> String? {
        guard let first = wanted.first else { return nil }
        switch condition.operator.base {
        case .stringEquals, .stringEqualsIgnoreCase, .numericEquals, .numericLessThanEquals,
            .numericGreaterThanEquals, .dateEquals, .dateLessThanEquals, .dateGreaterThanEquals, .bool,
            .binaryEquals:
            return first.isEmpty ? nil : first
        case .stringLike: return first.isEmpty ? nil : concrete(first)
        case .stringNotEquals, .stringNotEqualsIgnoreCase: return "zz-none"
        case .ipAddress: return first.split(separator: "/").first.map(String.init)
        default: return nil
        }
    }

    private static func concrete(_ pattern: String) -> String {
        pattern.replacing("*", with: "x").replacing("?", with: "x")
    }
}
