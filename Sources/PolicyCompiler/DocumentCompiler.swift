public import DecisionTree
public import PolicyModel

/// A document as a decision tree, with what the tables need to know of it.
///
/// A class only so that the tables that find it hold a reference: in large stores it stands in several of them.
public final class CompiledDocument: Sendable {
    /// The words (`Format.Document`).
    public let storage: ImageStorage
    /// Symbols of the keys it tests without a set operator: such a key may not arrive as an array (design §3.3).
    let plainKeys: [UInt32]

    /// How many statements it has.
    public var statementCount: Int { Int(header.statementCount) }

    /// What holds of the whole document.
    public var header: DocumentHeader { DocumentHeader(storage.image) }

    init(storage: ImageStorage, plainKeys: [UInt32]) { (self.storage, self.plainKeys) = (storage, plainKeys) }

    /// What stands in a slot that no set and no record names: it matches nothing.
    public static let vacant = CompiledDocument(storage: ImageStorage([]), plainKeys: [])
}

/// Compiles documents into decision trees (design §1).
public struct DocumentCompiler {
    private let symbols: Symbols

    /// A compiler whose documents share `symbols`.
    public init(symbols: Symbols) {
        self.symbols = symbols
    }

    /// Compiles and verifies a document.
    ///
    /// - Parameter document: a document that passed the write-time rules of its kind.
    /// - Parameter completesARNs: whether short ARNs are completed: all kinds but resource policies (spec §2.5).
    /// - Throws: `VerificationFailure` when what came out is not well formed, which is our own mistake.
    public func compile(_ document: Document, completesARNs: Bool) throws(VerificationFailure) -> CompiledDocument {
        var emitter = DocumentEmitter(document: document, completesARNs: completesARNs, symbols: symbols)
        let words = emitter.emit()
        let verifier = Verifier(
            document: words, conditions: symbols.conditionWords, conditionCount: symbols.conditionCount,
            keyCount: symbols.keys.count)
        try verifier.verify()
        return CompiledDocument(storage: ImageStorage(words), plainKeys: plainKeys(of: document))
    }

    private func plainKeys(of document: Document) -> [UInt32] {
        let conditions = document.statements.flatMap(\.conditions)
            .filter { $0.operator.quantifier == nil && $0.operator.base != .null }
        return Set(conditions.map { symbols.testedKey($0.key.foldedASCII) }).sorted()
    }
}
