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

    /// What the policies of a question can come to, and what credentials and missing facts can.
    static let reasons: [Reason: Int] = [
        .allowed: 1_000, .identityPolicy: 300, .permissionsBoundary: 60, .sessionPolicy: 60, .resourcePolicy: 300,
        .trustPolicy: 60, .serviceControlPolicy: 150, .identityPolicyDeny: 60, .permissionsBoundaryDeny: 30,
        .sessionPolicyDeny: 40, .resourcePolicyDeny: 100, .trustPolicyDeny: 10, .serviceControlPolicyDeny: 40,
        .resourceControlPolicyDeny: 60, .sessionRequired: 100, .unsuitableCredentials: 30,
        .unknownResourceAccount: 10,
    ]

    @Test func `questions come out with every decision, and for every reason, each often`() {
        var generator = Generator(seed: 1)
        var counts: [Decision: Int] = [:]
        var reasons: [Reason: Int] = [:]
        for _ in 0..<6_000 {
            let answer = DecisionRules.decide(ReferenceQuestion(generator.question()))
            counts[answer.decision, default: 0] += 1
            reasons[answer.reason, default: 0] += 1
        }
        print("decisions \(counts), reasons \(reasons.sorted { $0.key.rawValue < $1.key.rawValue })")
        #expect(counts[.allowed, default: 0] > 1_200)
        #expect(counts[.implicitDeny, default: 0] > 1_200)
        #expect(counts[.explicitDeny, default: 0] > 500)
        for (reason, count) in Self.reasons { #expect(reasons[reason, default: 0] >= count, "\(reason)") }
    }

    @Test func `every kind of caller is allowed often, and denied`() {
        var generator = Generator(seed: 4)
        var allowed: [ReferenceCaller.Kind: Int] = [:]
        var denied: [ReferenceCaller.Kind: Int] = [:]
        for _ in 0..<4_000 {
            let question = ReferenceQuestion(generator.question())
            if DecisionRules.decide(question).decision == .allowed {
                allowed[question.caller.kind, default: 0] += 1
            } else {
                denied[question.caller.kind, default: 0] += 1
            }
        }
        print("allowed \(allowed), denied \(denied)")
        for kind in ReferenceCaller.Kind.allCases where kind != .bearer {
            #expect(allowed[kind, default: 0] > 20, "\(kind)")
            #expect(denied[kind, default: 0] > 20, "\(kind)")
        }
    }

    @Test func `calls of AssumeRole are allowed, denied and refused, each often`() {
        var generator = Generator(seed: 5)
        var answers: [Reason: Int] = [:]
        var faults: [AssumptionFault: Int] = [:]
        for _ in 0..<3_000 {
            do {
                let answer = try AssumptionRules.decide(ReferenceAssumption(generator.assumption())).answer
                answers[answer.reason, default: 0] += 1
            } catch {
                faults[error, default: 0] += 1
            }
        }
        print("answers \(answers), faults \(faults)")
        for reason in [Reason.allowed, .trustPolicy, .identityPolicy, .sourceIdentityIsSet, .unsuitableCredentials] {
            #expect(answers[reason, default: 0] > 15, "\(reason)")
        }
        for fault in [AssumptionFault.sessionName, .inheritedTag, .transitiveTagKeys, .duration] {
            #expect(faults[fault, default: 0] > 5, "\(fault)")
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
