import PolicyModel
import PolicyReference
import PolicySyntax

@testable import DecisionTree
@testable import PolicyCompiler

/// A document compiled alone and walked without a store: the statement level of the compiled tree.
struct Walking {
    let document: Document
    let kind: PolicyKind
    let compiled: CompiledDocument
    let tables: DecisionTables
    let symbols: Symbols
    private let declaredKeys: [Text: KeyDeclaration]

    /// Kinds whose short ARNs are completed (spec §2.5).
    init(
        _ document: Document, kind: PolicyKind = .identity, declaredKeys: [Text: KeyDeclaration] = [:]
    ) throws(VerificationFailure) {
        self.document = document
        self.kind = kind
        self.declaredKeys = declaredKeys
        symbols = Symbols()
        compiled = try DocumentCompiler(symbols: symbols).compile(document, completesARNs: kind != .resource)
        var builder = TablesBuilder(symbols: symbols, documents: [compiled])
        let built = builder.build(declaredKeys: declaredKeys.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        guard let built else { throw VerificationFailure(offset: 0, expectation: "tables") }
        tables = built.tables
    }

    /// The words of the compiled document.
    var words: [UInt32] {
        let image = compiled.storage.image
        return (0..<image.count).map { image[$0] }
    }

    /// The leaf of each whole action that an Allow names.
    var leavesOfAllows: [Int] {
        let image = compiled.storage.image
        let table = image.offset(image.offset(Format.Document.allow) + Format.ActionIndex.exact)
        let slots = (0...image.offset(table)).map { table + Format.ExactTable.slots + $0 * 2 }
        return slots.filter { image[$0] != Format.ExactTable.empty }.map { image.offset($0 + 1) }
    }

    var listing: String {
        var listing = Listing(
            document: compiled.storage.image, conditions: tables.view.conditions, actionNames: symbols.names.actions,
            serviceNames: symbols.names.services, keyNames: symbols.names.keys)
        return listing.print()
    }

    /// What the tree says of the statements of one effect.
    func applies(
        _ effect: Effect, _ action: Text, _ resource: Text, _ context: [Request.ContextEntry] = [],
        _ asking: inout Asking
    ) -> Bool {
        asking.begin(action, resource, context, tables)
        let header = effect == .allow ? Format.Document.allow : Format.Document.deny
        return !asking.grades(compiled.storage.image, tables, header).isEmpty
    }

    /// What the reference says of them.
    func expected(
        _ effect: Effect, _ action: Text, _ resource: Text, _ context: [Request.ContextEntry] = []
    ) -> Bool {
        let reference = ReferenceContext(context, declaredKeys: declaredKeys)
        return document.statements.contains {
            $0.effect == effect
                && StatementRules.matches(
                    $0, of: document, kind: kind, action: action, resource: resource, in: reference)
        }
    }
}

/// The buffers that questions are asked with.
struct Asking: ~Copyable {
    var view = RequestView(messageBytesMax: 1 << 18)
    var scratch = Scratch()

    /// Sets the question and binds its keys, as the authorizer does for keys that nobody computes.
    mutating func begin(
        _ action: Text, _ resource: Text, _ context: [Request.ContextEntry], _ tables: DecisionTables
    ) {
        view.reset()
        scratch.begin(conditionCount: tables.conditionCount, now: Instant(seconds: 0))
        view.resource = keep(resource)
        scratch.setAction(keep(action.foldedASCII), in: tables.view)
        view.beginBinding(keyCount: tables.view.keyCount)
        for entry in context { bind(entry, tables) }
    }

    private mutating func bind(_ entry: Request.ContextEntry, _ tables: DecisionTables) {
        let key = keep(entry.key)
        let id = tables.keys.id(of: key)
        guard id != SymbolTable.none, !entry.value.values.isEmpty else { return }
        let first = view.values.count
        for value in entry.value.values {
            let kept = keep(value)
            view.values.append(kept)
        }
        let isList = if case .multiple = entry.value { true } else { false }
        view.entries.append(
            RequestView.Entry(
                key: key, keyID: id, firstValue: first, valueCount: view.values.count - first, isList: isList))
        _ = view.bind(id, toEntry: view.entries.count - 1)
    }

    private mutating func keep(_ text: Text) -> ByteView {
        let mark = view.arena.count
        for byte in text.utf8 { _ = view.arena.append(byte) }
        return view.arena.view(from: mark)
    }

    /// Lets a user ask, so that principals are compared with somebody.
    mutating func setCaller() {
        scratch.caller.kind = .user
        scratch.caller.account = ByteView("111122223333")
        scratch.caller.arn = ByteView("arn:aws:iam::111122223333:user/bob")
    }

    /// Walks an image for the question; with other conditions than the snapshot's if a test has changed them.
    mutating func grades(
        _ document: Image, conditions: Image? = nil, _ tables: DecisionTables, _ header: Int
    ) -> Grades {
        Evaluation(document: document, conditions: conditions ?? tables.view.conditions, keyFlags: tables.view.keyFlags)
            .grades(ofEffectAt: header, enough: Grades(rawValue: .max), view, &scratch)
    }

    /// Whether a condition holds for the question that was begun.
    mutating func holds(_ condition: Int, _ document: Image, _ tables: DecisionTables) -> Bool {
        Evaluation(document: document, conditions: tables.view.conditions, keyFlags: tables.view.keyFlags)
            .holds(condition, view, &scratch)
    }
}

/// A document from its JSON, as a test writes it.
func document(_ json: String, kind: PolicyKind = .identity) throws -> Document {
    let result = PolicyParser(kind: kind).parse(Array(json.utf8), file: "test.json")
    guard let source = result.source else { throw Unparsable(lines: result.diagnostics.map(\.line)) }
    return source.document
}

struct Unparsable: Error {
    let lines: [String]
}
