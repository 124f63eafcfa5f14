internal import Crypto
internal import DecisionTree
internal import PolicyCompiler
internal import PolicySyntax

/// Why a directory cannot be put in force.
public enum SnapshotError: Error, Sendable, Hashable {
    /// The compiler made a tree that its verifier refuses: our own mistake, met before it can decide anything.
    case malformedTree(file: String, offset: Int, expectation: String)

    /// One line.
    public var message: String {
        switch self {
        case .malformedTree(let file, let offset, let expectation):
            "\(file): the compiled tree is not well formed at word \(offset): expected \(expectation); this is a bug of"
                + " Postern, please report it"
        }
    }
}

/// Names a document by its content, so that equal ones are compiled once and shared.
struct DocumentDigest: Hashable, Sendable {
    private let bytes: [UInt8]
    private let isResourcePolicy: Bool

    init(_ source: PolicySource, isResourcePolicy: Bool) {
        var hash = SHA256()
        unsafe source.text.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        bytes = Array(hash.finalize())
        self.isResourcePolicy = isResourcePolicy
    }
}

/// Makes snapshots, and keeps compiled documents from one to the next: a reload compiles only what changed.
///
/// Used by one thread at a time.
public final class SnapshotBuilder {
    private var symbols = Symbols()
    private var compiled: [DocumentDigest: CompiledDocument] = [:]
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
        if symbols.size > max(freshSymbolSize * SnapshotBuilder.symbolGrowthMax, symbolsMin) {
            renewals += compiled.isEmpty ? 0 : 1
            symbols = Symbols()
            compiled = [:]
        }
        let isFresh = compiled.isEmpty
        var assembly = SnapshotAssembly(
            directory: directory, compiler: DocumentCompiler(symbols: symbols), known: compiled)
        try assembly.compileAll()
        compiled = assembly.used
        if isFresh { freshSymbolSize = symbols.size }
        let (tables, rankedResources) = assembly.tables(symbols)
        return Snapshot(
            revision: revision, tables: tables, counts: assembly.counts(tables, conditions: tables.conditionCount),
            directory: directory, slots: assembly.sourceSlots, rankedResources: rankedResources)
    }
}
