import DecisionTree
import PolicyCompiler
import PolicyModel
import Testing

@Suite("A compiled document is bounded in words and in steps")
struct BoundsTests {
    private static func statement(
        _ actions: ActionElement, _ resources: [Text], conditions: [Condition] = []
    ) -> Statement {
        Statement(effect: .allow, action: actions, resource: .resource(resources), conditions: conditions)
    }

    @Test func `actions in distinct combinations over many resources do not multiply`() throws {
        // Action i is in statement j where bit j of i is set: 2,000 combinations of 12 statements, of 300 resources each.
        let statements = (0..<12).map { bit in
            Self.statement(
                .action((1...2_000).filter { $0 >> bit & 1 == 1 }.map { Text("docs:A\($0)") }),
                (0..<300).map { Text("arn:aws:docs:::s\(bit)/r\($0)/*") })
        }
        let walking = try Walking(Document(version: .v2012, statements: statements))
        // Merged without a bound it would be over 2,000 × 6 × 300 patterns of several words each.
        #expect(walking.words.count < 300_000, "\(walking.words.count) words")
        var asking = Asking()
        for (number, place) in [(1, "s0/r0"), (1, "s1/r0"), (2_000, "s4/r299"), (2_000, "s0/r1"), (1_365, "s2/r7")] {
            let (action, resource) = (Text("docs:A\(number)"), Text("arn:aws:docs:::\(place)/x"))
            let applies = walking.applies(.allow, action, resource, [], &asking)
            #expect(applies == walking.expected(.allow, action, resource), "\(action) on \(resource)")
        }
    }

    // Looking for the gate in every body of every resource would take hours here.
    @Test(.timeLimit(.minutes(5)))
    func `many resources and many conditions of a Deny do not multiply`() throws {
        let conditions = (0..<2_000).map {
            Condition(operator: ConditionOperator(base: .null), key: Text("app:k\($0)"), values: ["true"])
        }
        let statements = (0..<2).map { number in
            Statement(
                effect: .deny, action: .notAction(["docs:Read"]),
                resource: .resource((0..<1_000).map { Text("arn:aws:docs:::r\(number)/\($0)") }), conditions: conditions
            )
        }
        let walking = try Walking(Document(version: .v2012, statements: statements))
        #expect(walking.compiled.header.denyGate != 0)
    }

    @Test func `equal conditions are one node and equal lists of statements one leaf`() throws {
        let condition = Condition(operator: ConditionOperator(base: .stringEquals), key: "app:k", values: ["a"])
        let statements = (["docs:A", "docs:B"] as [Text]).map { own in
            Self.statement(
                .action([own, "docs:C", "docs:D"]), [Text("arn:aws:docs:::\(own)")], conditions: [condition])
        }
        let walking = try Walking(Document(version: .v2012, statements: statements))
        #expect(walking.tables.conditionCount == 1)
        let leaves = walking.leavesOfAllows
        // Four actions: A alone, B alone, and C and D together.
        #expect(leaves.count == 4 && Set(leaves).count == 3)
    }

    @Test func `a statement of 1,500 actions is found in a few steps`() throws {
        let actions = (0..<1_500).map { Text("docs:Action\($0)") }
        let walking = try Walking(Document(version: .v2012, statements: [Self.statement(.action(actions), ["*"])]))
        var asking = Asking()
        let applies = walking.applies(.allow, "docs:Action1499", "arn:aws:docs:::b", [], &asking)
        #expect(applies)
        let steps = asking.scratch.stepsTaken
        #expect(steps < 10)
    }

    @Test func `a pattern of many stars costs no more than text times pattern`() throws {
        let pattern = Text("arn:aws:docs:::" + String(repeating: "*a", count: 20))
        let walking = try Walking(Document(version: .v2012, statements: [Self.statement(.action(["*"]), [pattern])]))
        var asking = Asking()
        let resource = Text("arn:aws:docs:::" + String(repeating: "a", count: 2_000) + "b")
        let applies = walking.applies(.allow, "docs:Read", resource, [], &asking)
        #expect(!applies)
        let steps = asking.scratch.stepsTaken
        #expect(steps < 20 * 2_000)
    }

    @Test(arguments: [5_000, 10_000])
    func `trap 6: twenty stars against ten kilobytes cost no more than text times pattern`(length: Int) throws {
        let pattern = Text(String(repeating: "*a", count: 20))
        let condition = Condition(operator: ConditionOperator(base: .stringLike), key: "app:k", values: [pattern])
        let walking = try Walking(
            Document(version: .v2012, statements: [Self.statement(.action(["*"]), ["*"], conditions: [condition])]))
        var asking = Asking()
        let text = Text(String(repeating: "a", count: length) + "b")
        let context = [Request.ContextEntry(key: "app:k", value: .single(text))]
        let applies = walking.applies(.allow, "docs:Read", "arn:aws:docs:::b", context, &asking)
        #expect(!applies)
        let steps = asking.scratch.stepsTaken
        #expect(steps > length && steps < 20 * length, "\(steps)")
        // With an `a` behind it the whole text is taken.
        let longer = [Request.ContextEntry(key: "app:k", value: .single(Text(text.string + "a")))]
        let takes = walking.applies(.allow, "docs:Read", "arn:aws:docs:::b", longer, &asking)
        #expect(takes)
    }

    @Test func `many such patterns end as too costly`() throws {
        let patterns = (0..<100).map { Text("arn:aws:docs:::" + String(repeating: "*a", count: 20) + "\($0)") }
        let walking = try Walking(Document(version: .v2012, statements: [Self.statement(.action(["*"]), patterns)]))
        var asking = Asking()
        let resource = Text("arn:aws:docs:::" + String(repeating: "a", count: 2_000) + "b")
        let applies = walking.applies(.allow, "docs:Read", resource, [], &asking)
        #expect(!applies)
        let isExhausted = asking.scratch.isExhausted
        #expect(isExhausted)
        // It stops at once: only the step that went past is counted.
        let steps = asking.scratch.stepsTaken
        #expect(steps < Scratch.decisionStepsMax + 1_000)
    }

    @Test func `a deep trie costs a step a pattern on its way`() throws {
        let patterns = (1...300).map { Text("arn:aws:docs:::" + String(repeating: "a", count: $0) + "x*y") }
        let walking = try Walking(Document(version: .v2012, statements: [Self.statement(.action(["*"]), patterns)]))
        var asking = Asking()
        let resource = Text("arn:aws:docs:::" + String(repeating: "a", count: 300) + "x-y")
        let applies = walking.applies(.allow, "docs:Read", resource, [], &asking)
        #expect(applies)
        let steps = asking.scratch.stepsTaken
        #expect(steps < 1_000)
    }

    @Test func `statements that are walked without a match are counted`() throws {
        let statements = (0..<2_000).map { _ in
            Statement(effect: .allow, action: .notAction(["docs:Read"]), resource: .resource(["*"]))
        }
        let walking = try Walking(Document(version: .v2012, statements: statements))
        var asking = Asking()
        let applies = walking.applies(.allow, "docs:Read", "arn:aws:docs:::b", [], &asking)
        #expect(!applies)
        let steps = asking.scratch.stepsTaken
        #expect(steps >= 2_000)
    }

    @Test func `the last step is free and the one after it is not`() {
        var scratch = Scratch()
        scratch.begin(conditionCount: 0, now: Instant(seconds: 0))
        let fits = scratch.spend(Scratch.decisionStepsMax)
        let isSpared = !scratch.isExhausted
        #expect(fits && isSpared)
        let isPast = !scratch.spend(1)
        let isExhausted = scratch.isExhausted
        #expect(isPast && isExhausted)
    }
}
