import PolicyCases
import PolicyGenerators
import PolicyModel
import PolicyReference
import Testing

/// The generators are of use only while both answers happen often.
@Suite struct GeneratorTests {
    @Test func `one seed makes the same questions again`() {
        var first = Generator(seed: 7)
        var second = Generator(seed: 7)
        #expect((0..<50).map { _ in first.question() } == (0..<50).map { _ in second.question() })
    }

    @Test func `questions come out allowed, denied and denied explicitly, each often`() {
        var generator = Generator(seed: 1)
        var counts: [Decision: Int] = [:]
        var reasons: [Reason: Int] = [:]
        for _ in 0..<2_000 {
            let answer = DecisionRules.decide(ReferenceQuestion(generator.question()))
            counts[answer.decision, default: 0] += 1
            reasons[answer.reason, default: 0] += 1
        }
        print("decisions \(counts), reasons \(reasons)")
        #expect(counts[.allowed, default: 0] > 600)
        #expect(counts[.implicitDeny, default: 0] > 400)
        #expect(counts[.explicitDeny, default: 0] > 100)
        for reason in [Reason.identityPolicy, .permissionsBoundary, .resourcePolicy, .resourcePolicyDeny] {
            #expect(reasons[reason, default: 0] > 20, "\(reason)")
        }
    }

    @Test func `statements match often, and often do not`() {
        var generator = Generator(seed: 2)
        var matched = 0
        var all = 0
        var conditionsHeld = 0
        var conditions = 0
        for _ in 0..<2_000 {
            let request = generator.request()
            let document = generator.document(kind: .identity)
            let context = ReferenceContext(request.context, declaredKeys: Generator.declaredKeys)
            for statement in document.statements {
                all += 1
                let matches = StatementRules.matches(
                    statement, of: document, kind: .identity, action: request.action, resource: request.resource,
                    in: context)
                matched += matches ? 1 : 0
                for condition in statement.conditions {
                    conditions += 1
                    let holds = ConditionRules.holds(condition, expands: document.expandsVariables, in: context)
                    conditionsHeld += holds ? 1 : 0
                }
            }
        }
        print("statements matched \(matched)/\(all), conditions held \(conditionsHeld)/\(conditions)")
        #expect(matched * 100 > all * 20)
        #expect(matched * 100 < all * 70)
        #expect(conditionsHeld * 100 > conditions * 30)
        #expect(conditionsHeld * 100 < conditions * 70)
    }
    @Test func `a question's context is one that a server accepts`() {
        var generator = Generator(seed: 3)
        for _ in 0..<2_000 {
            let question = generator.question()
            for entry in question.request.context {
                let folded = entry.key.foldedASCII
                #expect(!ConditionKeys.isEngineOwned(folded: folded))
                #expect(question.resourceTags == nil || !ConditionKeys.isTag(folded, .resourceTag))
                let declaration = ConditionKeys.declaration(ofFolded: folded) ?? question.declaredKeys[folded]
                guard let declaration else { continue }
                if case .multiple = entry.value {
                    #expect(declaration.isMultiValued)
                } else {
                    #expect(!declaration.isMultiValued)
                }
                for value in entry.value.values {
                    let isAccepted = declaration.accepts(Array(value.utf8).span)
                    #expect(isAccepted, "\(entry)")
                }
            }
        }
    }
}
