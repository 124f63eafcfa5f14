public import DecisionTree
internal import PolicyCompiler
public import PolicyModel
public import PolicySyntax

/// Everything that decides at one moment, compiled; immutable and shared by all who ask (design §1).
public final class Snapshot: Sendable {
    /// Names the files in force (design §3.2).
    public let revision: String
    /// The compiled tables.
    public let tables: DecisionTables
    /// What is in it.
    public let counts: DirectoryCounts
    /// What it was compiled from, for explanations; of a snapshot that is not complete, the schema and the organization.
    public let directory: Directory
    /// Whether `directory` is all of it: one that was read from an image decides, and explains nothing.
    public let isComplete: Bool
    /// Where each document is in the tables, for explanations.
    let slots: [SourceKey: UInt32]
    /// The registry's entries by rank, for explanations.
    let rankedResources: [EntityKey]
    /// Documents that explanations have read again.
    let documentCache = DocumentCache()

    init(
        revision: String, tables: DecisionTables, counts: DirectoryCounts, directory: Directory,
        slots: [SourceKey: UInt32], rankedResources: [EntityKey], isComplete: Bool = true
    ) {
        self.revision = revision
        self.tables = tables
        self.counts = counts
        self.directory = directory
        self.slots = slots
        self.rankedResources = rankedResources
        self.isComplete = isComplete
    }

    /// Compiles inline session policies by themselves, for questions that bring them (design §3.3).
    ///
    /// - Parameter sources: documents that passed the write-time rules of session policies.
    /// - Throws: `SnapshotError` when a tree is not well formed, which is our own mistake.
    public func compileSessionPolicies(_ sources: [PolicySource]) throws(SnapshotError) -> DecisionTables {
        // "Short ARN: reject" for session policies (spec §2.5).
        try compileApart(sources.map { ($0.document, $0.file, false) })
    }

    /// Compiles documents by themselves, with symbols of their own.
    func compileApart(
        _ sources: [(document: Document, file: String, completesARNs: Bool)]
    ) throws(SnapshotError) -> DecisionTables {
        let symbols = Symbols()
        let compiler = DocumentCompiler(symbols: symbols)
        var documents: [CompiledDocument] = []
        for source in sources {
            do throws(VerificationFailure) {
                documents.append(try compiler.compile(source.document, completesARNs: source.completesARNs))
            } catch {
                throw .malformedTree(file: source.file, offset: error.offset, expectation: error.expectation)
            }
        }
        var builder = TablesBuilder(symbols: symbols, documents: documents)
        let inputs = SnapshotInputs(directory, slots: [:])
        guard let (tables, _) = builder.build(declaredKeys: inputs.declaredKeys) else { throw .noTables }
        return tables
    }
}

extension Directory {
    /// The managed policy with an ARN; its name is the part after the last slash.
    public func policy(named arn: Text) -> ManagedPolicy? {
        guard let parts = ARN(arn), let name = parts.resource.split(at: ASCII.slash).last else { return nil }
        let account = AccountID(parts.account)
        guard account != nil || parts.account == "aws" else { return nil }
        let policy = policies[.policy(account, name.foldedASCII)]
        return policy?.arn == arn ? policy : nil
    }
}
