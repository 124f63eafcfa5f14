import DecisionTree
import JSONDocument
import PolicyCompiler
import PolicyModel

@testable import WireProtocol

/// A message for both readers of JSON, and for the scanner of messages.
///
/// INVARIANT: libFuzzer calls from one thread; the scanner is kept, as a loop keeps it, so that nothing of one message
/// may show in the next.
enum WireTarget {
    nonisolated(unsafe) static var scanner = MessageScanner()
    private static let keys = SymbolTableWriter.storage(
        (["aws:SourceIp", "app:Level", "app:Tags"] as [Text]).map { ($0.foldedASCII, 0) }, foldsCase: true)

    static func run(_ input: [UInt8]) {
        guard input.count <= WireBounds.messageBytesMax else { return }
        let ours = fast(input)
        let theirs = slow(input)
        require(ours == theirs, "the readers disagree: \(describe(ours)) and \(describe(theirs))")
        unsafe input.withUnsafeBufferPointer { bytes in
            scan(unsafe ByteView(base: bytes.baseAddress, count: bytes.count), theirs)
        }
    }

    private static func describe(_ value: WireValue?) -> String { value?.json ?? "refused" }

    private static func fast(_ input: [UInt8]) -> WireValue? {
        var reader = WireValueReader(capacity: input.count, depthMax: WireBounds.depthMax)
        return try? reader.read(input)
    }

    private static func slow(_ input: [UInt8]) -> WireValue? {
        let limits = JSONLimits(bytesMax: WireBounds.messageBytesMax, depthMax: 64, nodesMax: 65_536)
        guard let root = try? JSONDocument(input, limits: limits).root, isShallow(root, []) else { return nil }
        return value(root)
    }

    /// Whether no container stands deeper than design §3.3 lets it; `names` are those that lead to `node`, `nil` in arrays.
    private static func isShallow(_ node: JSONNode, _ names: [String?]) -> Bool {
        guard node.elements != nil || node.members != nil else { return true }
        guard names.count < WireBounds.depthMax || isInPolicies(names) else { return false }
        return (node.elements ?? []).allSatisfy { isShallow($0, names + [nil]) }
            && (node.members ?? []).allSatisfy { isShallow($0.value, names + [$0.name]) }
    }

    private static func isInPolicies(_ names: [String?]) -> Bool {
        for index in names.indices.dropFirst() where names[index] == "policies" {
            guard index == 1 || names[index - 1] == "session" else { continue }
            // The outermost `policies` decides, and lies `index + 1` containers deep.
            return names.count > index + 1 && names.count - index - 1 <= WireBounds.policyDepthMax
        }
        return false
    }

    private static func value(_ node: JSONNode) -> WireValue {
        switch node.value {
        case .null: .null
        case .bool(let flag): .boolean(flag)
        case .number(let text): .number(text)
        case .string(let text): .string(text)
        case .array(let elements): .array(elements.map(value))
        case .object(let members): .object(members.map { WireValue.Member(name: $0.name, value: value($0.value)) })
        }
    }

    // MARK: Questions

    /// Scans the message; a question must be what `tree` says, and there is none where the text is no JSON.
    private static func scan(_ message: ByteView, _ tree: WireValue?) {
        let table = SymbolTable(keys.image, foldsCase: true)
        do throws(WireError) {
            let incoming = unsafe try scanner.scan(message, keys: table)
            guard let tree else { violated("the scanner takes what is no JSON") }
            let parameters = tree["parameters"]
            switch incoming {
            case .authorize(let explain):
                explains(explain, parameters)
                unsafe compare(parameters, [], scanner.contextRange)
            case .authorizeMany(let count, let explain):
                explains(explain, parameters)
                many(count, parameters, table)
            case .assumeRole(let explain):
                explains(explain, parameters)
                assume(parameters)
            case .status, .reload, .watch, .getInfo, .getInterfaceDescription: break
            }
        } catch {
            require(tree != nil || !error.isInvalidParameter, "\(error) of what is no JSON")
        }
    }

    private static func many(_ count: Int, _ parameters: WireValue?, _ table: SymbolTable) {
        let questions = parameters?["questions"]?.elements ?? []
        require(questions.count == count, "\(count) questions of \(questions.count)")
        for question in questions {
            switch unsafe scanner.nextQuestion(keys: table) {
            case .question(let context): compare(parameters, [question], context)
            case .fault: continue
            case .finished: violated("finished before the last question")
            }
        }
        guard case .finished = unsafe scanner.nextQuestion(keys: table) else {
            violated("more questions than there are")
        }
    }

    /// Holds the scanner's view against the members of the parameters, which those of a question replace.
    private static func compare(_ parameters: WireValue?, _ question: [WireValue], _ context: Range<Int>) {
        func member(_ name: String) -> WireValue? {
            // `null` is absent (design §3.3).
            (question + (parameters.map { [$0] } ?? [])).lazy.compactMap { $0[name] }.first { $0 != .null }
        }
        require(text(unsafe scanner.view.principal) == member("principal"), "another principal")
        require(text(unsafe scanner.view.action) == member("action"), "another action")
        require(text(unsafe scanner.view.resource) == member("resource"), "another resource")
        compare(session: unsafe scanner.view.session, member("session"))
        compare(context: context, member("context"))
    }

    /// Holds a range of the view's entries against the members of an object.
    static func compare(context: Range<Int>, _ object: WireValue?) {
        guard case .object(let members) = object ?? .object([]) else { violated("a context that is none") }
        let given = members.filter { $0.value != .null }
        require(given.count == context.count, "\(context.count) context keys of \(given.count)")
        for (index, member) in zip(context, given) { entry(index, member) }
    }

    private static func entry(_ index: Int, _ member: WireValue.Member) {
        let entry = unsafe scanner.view.entries[index]
        let values = (0..<entry.valueCount).map { unsafe scanner.view.values[entry.firstValue + $0].text.string }
        require(text(entry.key) == .string(member.name), "another key than `\(member.name)`")
        require(entry.isList == (member.value.elements != nil), "`\(member.name)` is a list, or is none")
        let expected = (member.value.elements ?? [member.value]).map(scalar)
        require(expected.elementsEqual(values) { $0.utf8.elementsEqual($1.utf8) }, "other values of `\(member.name)`")
    }

    private static func explains(_ explain: Bool, _ parameters: WireValue?) {
        require(explain == (parameters?["explain"] == .boolean(true)), "explains, or does not")
    }

    static func text(_ view: ByteView) -> WireValue { .string(view.text.string) }

    private static func scalar(_ value: WireValue) -> String {
        switch value {
        case .string(let text), .number(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .null, .array, .object: violated("a value that is no scalar was taken")
        }
    }
}

extension WireError {
    fileprivate var isInvalidParameter: Bool {
        if case .invalidParameter = self { true } else { false }
    }
}
