import DecisionTree
import PolicyModel
import PolicySyntax

/// One pattern against one text, compiled and by the reference's dynamic programming.
enum GlobTarget {
    private enum Form: Int, CaseIterable {
        case action, resource, resourceOfResourcePolicy, stringLike, stringLikeFolded, arnLike, arnEquals, plainString
    }

    private nonisolated(unsafe) static var asking = Asking()

    static func run(_ input: [UInt8]) {
        guard let first = input.first, let form = Form(rawValue: Int(first) % Form.allCases.count) else { return }
        let halves = input.dropFirst().split(
            separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return }
        let (pattern, text) = (
            Text(String(decoding: halves[0], as: UTF8.self)), Text(String(decoding: halves[1], as: UTF8.self))
        )
        guard !pattern.isEmpty else { return }
        compare(form, first & 8 == 0 ? .v2012 : .v2008, pattern, text)
    }

    private static func compare(_ form: Form, _ version: PolicyVersion, _ pattern: Text, _ text: Text) {
        var statement = statement(form, pattern)
        if form == .resourceOfResourcePolicy { statement.principal = .principal([.everyone]) }
        let written = Document(version: version, statements: [statement])
        let kind: PolicyKind = form == .resourceOfResourcePolicy ? .resource : .identity
        // What the parser refuses reaches neither; what it reads is what both are given.
        let printed = Array(PolicyPrinter.print(written, pretty: false).utf8)
        guard var document = PolicyParser(kind: kind).parse(printed, file: "input").source?.document else { return }
        for index in document.statements.indices { document.statements[index].principal = nil }
        let walking: Walking
        do { walking = try Walking(document, kind: kind) } catch { violated("\(error)") }
        let action = form == .action ? text : "docs:Read"
        let isResource = form == .resource || form == .resourceOfResourcePolicy
        let resource = isResource ? text : "arn:aws:docs:::b"
        let context = [Request.ContextEntry(key: "app:k", value: .single(text))]
        let expected = walking.expected(.allow, action, resource, context)
        let isTaken = unsafe walking.applies(.allow, action, resource, context, &asking)
        if unsafe asking.scratch.isExhausted { return }
        require(isTaken == expected, "pattern `\(pattern)` text `\(text)`: \(isTaken)\n\(walking.listing)")
    }

    private static func statement(_ form: Form, _ pattern: Text) -> Statement {
        var statement = Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))
        switch form {
        case .action: statement.action = .action([pattern])
        case .resource, .resourceOfResourcePolicy: statement.resource = .resource([pattern])
        case .stringLike: statement.conditions = [condition(.stringLike, pattern)]
        case .stringLikeFolded: statement.conditions = [condition(.stringEqualsIgnoreCase, pattern)]
        case .arnLike: statement.conditions = [condition(.arnLike, pattern)]
        case .arnEquals: statement.conditions = [condition(.arnEquals, pattern)]
        case .plainString: statement.conditions = [condition(.stringEquals, pattern)]
        }
        return statement
    }

    private static func condition(_ base: BaseOperator, _ value: Text) -> Condition {
        Condition(operator: ConditionOperator(base: base), key: "app:k", values: [value])
    }
}
