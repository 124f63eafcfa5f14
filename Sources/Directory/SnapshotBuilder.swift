internal import DecisionTree
internal import PolicyCompiler
public import PolicySyntax

/// Why a directory cannot be put in force.
public enum SnapshotError: Error, Sendable, Hashable {
    /// The compiler made a tree that its verifier refuses: our own mistake, met before it can decide anything.
    case malformedTree(file: String, offset: Int, expectation: String)
    /// A document that was read once cannot be read again: our own mistake.
    case unreadable(file: String)
    /// The tables of everything could not be made: our own mistake.
    case noTables

    /// One line.
    public var message: String {
        switch self {
        case .malformedTree(let file, let offset, let expectation):
            "\(file): the compiled tree is not well formed at word \(offset): expected \(expectation); this is a bug of"
                + " Postern, please report it"
        case .unreadable(let file):
            "\(file): the document cannot be read again; this is a bug of Postern, please report it"
        case .noTables: "the tables cannot be made; this is a bug of Postern, please report it"
        }
    }
}

/// Makes snapshots, and keeps compiled documents from one to the next: a reload compiles only what changed.
///
/// Used by one thread at a time.
public final class SnapshotBuilder {
    private var symbols = Symbols()
    private var documents = DocumentSlots()
    /// Documents that were compiled as they were read, and are in no snapshot yet.
    private var prepared: [DocumentDigest: CompiledDocument] = [:]
    /// What the last snapshot's tables leave for the next; `nil` before the first.
    private var state: TablesState?
    /// How large the symbols were when everything had just been compiled.
    private var freshSymbolSize = 0
    /// Symbols only grow; past this many times the fresh size, everything is compiled anew with new ones.
    private static let symbolGrowthMax = 4
    /// Below this many symbols nobody minds.
    private let symbolsMin: Int
    /// How often everything was compiled anew because the symbols had grown.
    private(set) var renewals = 0

    /// A builder that has compiled nothing.
    public convenience init() { self.init(symbolsMin: 10_000) }

    init(symbolsMin: Int) { self.symbolsMin = symbolsMin }

    /// Compiles a directory.
    ///
    /// Fails closed: a principal that names a group or policy which the directory lacks is quarantined.
    ///
    /// - Parameter revision: what to call it.
    /// - Throws: `SnapshotError`, and then the builder is as good as before.
    public func build(_ directory: Directory, revision: String) throws(SnapshotError) -> Snapshot {
        if areSymbolsOld {
            renewals += 1
            symbols = Symbols()
            documents = DocumentSlots()
            prepared = [:]
            // The last tables are made of other symbols: nothing can follow on them, whatever comes of this.
            state = nil
        }
        defer { prepared = [:] }
        let isFresh = documents.count == 0
        var assembly = SnapshotAssembly(
            directory: directory, compiler: DocumentCompiler(symbols: symbols)
        ) { [documents, prepared] digest in documents.compiled(digest) ?? prepared[digest] }
        try assembly.compileAll()
        guard let (tables, next) = assembly.tables(symbols) else { throw .noTables }
        documents = assembly.documents
        documents.giveUpSpareRoom()
        if isFresh { freshSymbolSize = symbols.size }
        return snapshot(of: directory, revision, tables, next)
    }

    /// Compiles what changed since the last snapshot that this builder made, and shares the rest with it.
    ///
    /// Answers are those of `build`, always. Costs a copy of the tables of principals, whatever the store's size.
    ///
    /// - Parameter last: the last snapshot that `build` or `update` gave.
    /// - Parameter changed: every entity in which `directory` differs from that snapshot's.
    /// - Returns: `nil` when a change is not of those that can be made by themselves: then `build` is to be called.
    /// - Throws: `SnapshotError`, and then the builder is as good as before.
    public func update(
        _ last: Snapshot, to directory: Directory, changed: Set<EntityKey>, revision: String
    ) throws(SnapshotError) -> Snapshot? {
        guard let state, state.ledger.isOf(last.tables), !state.ledger.isWasteful, !areSymbolsOld,
            let update = SnapshotUpdate(from: last.directory, to: directory, changed: changed)
        else { return nil }
        let placed = try update.compiled(DocumentCompiler(symbols: symbols)) {
            documents.compiled($0) ?? prepared[$0]
        }
        prepared = [:]
        // From here on slots and the last tables may differ: if this does not end well, only `build` helps.
        self.state = nil
        let renewed = update.place(placed, in: &documents)
        guard
            let (tables, next) = update.tables(
                after: state, symbols: symbols, documents: documents, renewed: renewed)
        else { return nil }
        return snapshot(of: directory, revision, tables, next)
    }

    /// Compiles a document ahead of the snapshot that will have it, so that the document need not be kept until then.
    ///
    /// - Parameter isResourcePolicy: whether it is one on a resource, a role or the resources of an organization.
    /// - Returns: whether it is compiled; what could not be is met again when the snapshot is built.
    public func prepare(_ source: PolicySource, isResourcePolicy: Bool) -> Bool {
        let digest = DocumentDigest(source, isResourcePolicy: isResourcePolicy)
        if documents.compiled(digest) != nil || prepared[digest] != nil { return true }
        // What the next snapshot compiles with new symbols anyway is left to it.
        guard !areSymbolsOld else { return false }
        guard let document = source.readDocument,
            let compiled = try? DocumentCompiler(symbols: symbols).compile(document, completesARNs: !isResourcePolicy)
        else { return false }
        prepared[digest] = compiled
        return true
    }

    /// Lets go of what was prepared, where no snapshot comes of it.
    public func forgetPrepared() { prepared = [:] }

    private var areSymbolsOld: Bool {
        // Before the first snapshot there is nothing that they could have grown by.
        documents.count > 0 && symbols.size > max(freshSymbolSize * SnapshotBuilder.symbolGrowthMax, symbolsMin)
    }

    private func snapshot(
        of directory: Directory, _ revision: String, _ tables: DecisionTables, _ next: TablesState
    ) -> Snapshot {
        state = next
        return Snapshot(
            revision: revision, tables: tables,
            counts: DirectoryCounts(
                directory, documents, conditions: tables.conditionCount, tableBytes: tables.byteCount),
            directory: directory, slots: documents.slots, rankedResources: next.rankedResources)
    }
}
