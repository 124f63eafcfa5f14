import DecisionTree
import PolicyCompiler
import PolicyGenerators
import PolicyModel
import PolicyReference
import Testing

@Suite("A compiled pattern takes what the reference's dynamic programming takes")
struct GlobPropertyTests {
    /// Seeds that once showed a difference stay here.
    private static let seeds = PropertySeeds.all([20_261_123])
    static let patterns = 700

    /// `é` is one scalar; `e` and the combining mark are two.
    private static let alphabet: [String] = ["a", "a", "b", ":", ":", "*", "*", "?", "é", "e", "\u{301}", "/"]
    private static let plain: [String] = ["a", "a", "b", ":", "é", "e", "\u{301}", "/", "*"]

    /// Text that a pattern might take: wildcards replaced, and now and then something wrong.
    private func text(near pattern: Text, _ random: inout SeededRandom) -> Text {
        var text = ""
        for scalar in pattern.string.unicodeScalars {
            switch scalar {
            case "*": text += random.several(0...3) { $0.pick(Self.plain) }.joined()
            case "?": text += random.pick(Self.plain)
            default: text.unicodeScalars.append(scalar)
            }
            if random.chance(4) { text += random.pick(Self.plain) }
        }
        return Text(text)
    }

    private func check(
        seed: UInt64, prefixes: [String], document: (Text) -> Document, ask: (Text) -> (Text, ContextValue?)
    ) throws {
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var asking = Asking()
        var taken = 0
        for _ in 0..<Self.patterns {
            let pattern = Text(random.pick(prefixes) + random.several(0...12) { $0.pick(Self.alphabet) }.joined())
            let walking = try Walking(document(pattern))
            for _ in 0..<10 {
                let text = text(near: pattern, &random)
                let (resource, value) = ask(text)
                let context = value.map { [Request.ContextEntry(key: "app:k", value: $0)] } ?? []
                let expected = walking.expected(.allow, "docs:Read", resource, context)
                taken += expected ? 1 : 0
                let isTaken = walking.applies(.allow, "docs:Read", resource, context, &asking)
                #expect(isTaken == expected, "pattern `\(pattern)` text `\(text)`\n\(walking.listing)")
            }
        }
        #expect(taken > Self.patterns && taken < Self.patterns * 9)
    }

    @Test(arguments: seeds) func `in resources, where fields bound the wildcards`(seed: UInt64) throws {
        try check(
            seed: seed, prefixes: ["", "arn:aws:", "arn:a*:", "arn:*:*b:", "arn:aws:docs:::", "arn:*:x*y:"],
            document: {
                Document(
                    version: nil,
                    statements: [
                        Statement(
                            effect: .allow, action: .action(["*"]), resource: .resource([$0]))
                    ])
            },
            ask: { ($0, nil) })
    }

    @Test(arguments: seeds) func `in conditions on strings`(seed: UInt64) throws {
        try check(
            seed: seed, prefixes: ["", "a*", "*"], document: { Self.condition(.stringLike, $0) }, ask: Self.asValue)
    }

    @Test(arguments: seeds) func `in conditions on ARNs, field by field`(seed: UInt64) throws {
        try check(
            seed: seed, prefixes: ["arn:a:b", "arn:*:*:*:*:", "arn:?*:a:", "arn:aws:sns:::"],
            document: { Self.condition(.arnLike, $0) }, ask: Self.asValue)
    }

    private static func asValue(_ text: Text) -> (Text, ContextValue?) { ("arn:aws:docs:::b", .single(text)) }

    private static func condition(_ base: BaseOperator, _ value: Text) -> Document {
        Document(
            version: nil,
            statements: [
                Statement(
                    effect: .allow, action: .action(["*"]), resource: .resource(["*"]),
                    conditions: [
                        Condition(operator: ConditionOperator(base: base), key: "app:k", values: [value])
                    ])
            ])
    }
}
