public import Authorizer
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
    /// What it was compiled from, for explanations.
    public let directory: Directory
    let slots: [DocumentDigest: UInt32]

    init(
        revision: String, tables: DecisionTables, counts: DirectoryCounts, directory: Directory,
        slots: [DocumentDigest: UInt32]
    ) {
        self.revision = revision
        self.tables = tables
        self.counts = counts
        self.directory = directory
        self.slots = slots
    }

    /// Compiles inline session policies by themselves, for questions that bring them (design §3.3).
    ///
    /// - Parameter sources: documents that passed the write-time rules of session policies.
    /// - Throws: `SnapshotError` when a tree is not well formed, which is our own mistake.
    public func compileSessionPolicies(_ sources: [PolicySource]) throws(SnapshotError) -> DecisionTables {
        let symbols = Symbols()
        let compiler = DocumentCompiler(symbols: symbols)
        var documents: [CompiledDocument] = []
        for source in sources {
            do throws(VerificationFailure) {
                // "Short ARN: reject" for session policies (spec §2.5).
                documents.append(try compiler.compile(source.document, completesARNs: false))
            } catch {
                throw .malformedTree(file: source.file, offset: error.offset, expectation: error.expectation)
            }
        }
        var builder = TablesBuilder(symbols: symbols, documents: documents)
        let declared = directory.declaredKeys.sorted { $0.key < $1.key }
        return builder.build(declaredKeys: declared.map { ($0.key, $0.value) })
    }

    /// Decides the question in `view` and says why; never called on the hot path.
    ///
    /// The decision is that of `Authorizer.decide`, whose arguments these are.
    ///
    /// - Parameter sessionPolicies: the inline session policies and what they were compiled to.
    /// - Parameter seeksNearest: whether to look for the Allow that came closest, which takes a second walk.
    /// - Throws: `RequestFault` as `Authorizer.decide` does.
    public func explain(
        _ view: inout RequestView, context: Range<Int>,
        sessionPolicies: (tables: DecisionTables, sources: [PolicySource])? = nil,
        mode: AuthorizerMode = .enforce, seeksNearest: Bool = true, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> (trace: Trace, explanation: Explanation) {
        let trace = try Authorizer.trace(
            &view, context: context, tables: tables, sessionPolicies: sessionPolicies?.tables, mode: mode,
            scratch: &scratch, now: now)
        let locator = PolicyLocator(snapshot: self, view, sessionPolicies: sessionPolicies?.sources ?? [])
        var explanation = Explanation(trace, locator, principal: view.principal.text, resource: view.resource.text)
        guard seeksNearest, let wanted = trace.layerToMend else {
            return (trace, explanation)
        }
        let search = NearestAllow(layer: wanted, trace: trace, locator: locator)
        guard let candidates = search.documents(), let tables = compiled(candidates) else {
            return (trace, explanation)
        }
        let probe = try Authorizer.trace(
            &view, context: context, tables: self.tables, sessionPolicies: tables, mode: mode, scratch: &scratch,
            now: now)
        explanation.nearestAllow = search.nearest(
            by: probe, action: trace.action, resource: view.resource.text, principal: view.principal.text)
        return (trace, explanation)
    }

    /// Explains the action of an assumption that decided it (spec §8).
    ///
    /// - Throws: `RequestFault` as `Authorizer.assumeRole` does.
    public func explainAssumeRole(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>,
        sessionPolicies: (tables: DecisionTables, sources: [PolicySource])? = nil, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Explanation? {
        let traces = try Authorizer.traceAssumeRole(
            &view, assumption: assumption, context: context, tables: tables, sessionPolicies: sessionPolicies?.tables,
            scratch: &scratch, now: now)
        let locator = PolicyLocator(snapshot: self, view, sessionPolicies: sessionPolicies?.sources ?? [])
        // The action that decided: an explicit deny, else the first that is not allowed, else the assumption itself.
        let told =
            traces.first { $0.verdict.decision == .explicitDeny } ?? traces.first { $0.verdict.decision != .allowed }
            ?? traces.first
        guard let told else { return nil }
        var explanation = Explanation(told, locator, principal: view.principal.text, resource: view.resource.text)
        guard let wanted = told.layerToMend else { return explanation }
        // A trust policy that names the caller itself needs no identity policy: it may be the nearer one.
        for layer in wanted == .identityPolicy ? [wanted, .resourcePolicy] : [wanted] {
            let search = NearestAllow(layer: layer, trace: told, locator: locator)
            guard let candidates = search.documents(), let tables = compiled(candidates) else { continue }
            let probes = try Authorizer.traceAssumeRole(
                &view, assumption: assumption, context: context, tables: self.tables, sessionPolicies: tables,
                scratch: &scratch, now: now)
            explanation.nearestAllow = probes.first { $0.action == told.action }.flatMap {
                search.nearest(
                    by: $0, action: told.action, resource: view.resource.text, principal: view.principal.text)
            }
            if explanation.nearestAllow != nil { break }
        }
        return explanation
    }

    private func compiled(_ documents: [Document]) -> DecisionTables? {
        let sources = documents.map { PolicySource(document: $0, text: [], file: "", statementPositions: []) }
        do {
            return try compileSessionPolicies(sources)
        } catch {
            return nil
        }
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
