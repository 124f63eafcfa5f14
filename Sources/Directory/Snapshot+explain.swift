public import Authorizer
public import DecisionTree
public import PolicyModel
public import PolicySyntax

/// How a question is explained.
public struct ExplanationOptions {
    /// How much is shown.
    public var bounds = ExplanationBounds.reply
    /// Whether to look for the Allow that came closest, which takes a further walk.
    public var seeksNearest = true
    /// Asked between walks: once it says yes, nobody waits for the explanation, and no further walk is begun.
    public var isStopped: () -> Bool = { false }

    /// What replies carry.
    public init() {}
}

extension Snapshot {
    /// Decides the question in `view` and says why; never called on the hot path.
    ///
    /// The decision is that of `Authorizer.decide`, whose arguments these are.
    ///
    /// - Parameter sessionPolicies: the inline session policies and what they were compiled to.
    /// - Throws: `RequestFault` as `Authorizer.decide` does.
    public func explain(
        _ view: inout RequestView, context: Range<Int>,
        sessionPolicies: (tables: DecisionTables, sources: [PolicySource])? = nil,
        mode: AuthorizerMode = .enforce, options: ExplanationOptions = ExplanationOptions(), scratch: inout Scratch,
        now: Instant
    ) throws(RequestFault) -> (trace: Trace, explanation: Explanation) {
        let trace = try Authorizer.trace(
            &view, context: context, tables: tables, sessionPolicies: sessionPolicies?.tables, mode: mode,
            scratch: &scratch, now: now)
        let asked = AskedQuestion(view)
        let locator = PolicyLocator(self, asked, sessionPolicies: sessionPolicies?.sources ?? [], trace)
        let writer = ExplanationWriter(trace, locator, asked, options.bounds)
        var explanation = written(writer)
        guard options.seeksNearest, !options.isStopped() else { return (trace, explanation) }
        explanation.nearestAllow = try nearest(writer) { tables, isTrust throws(RequestFault) in
            try Authorizer.probe(
                tables, &view, isTrust: isTrust, context: context, tables: self.tables, mode: mode,
                scratch: &scratch, now: now)
        }
        return (trace, explanation)
    }

    /// Explains the action of an assumption that decided it (spec §8).
    ///
    /// - Throws: `RequestFault` as `Authorizer.assumeRole` does.
    public func explainAssumeRole(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>,
        sessionPolicies: (tables: DecisionTables, sources: [PolicySource])? = nil,
        options: ExplanationOptions = ExplanationOptions(), scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> Explanation? {
        let traces = try Authorizer.traceAssumeRole(
            &view, assumption: assumption, context: context, tables: tables, sessionPolicies: sessionPolicies?.tables,
            scratch: &scratch, now: now, isStopped: options.isStopped)
        // The action that decided: an explicit deny, else the first that is not allowed, else the assumption itself.
        let told =
            traces.first { $0.verdict.decision == .explicitDeny } ?? traces.first { $0.verdict.decision != .allowed }
            ?? traces.first
        guard let told else { return nil }
        let asked = AskedQuestion(view, assumption)
        let locator = PolicyLocator(self, asked, sessionPolicies: sessionPolicies?.sources ?? [], told)
        let writer = ExplanationWriter(told, locator, asked, options.bounds)
        var explanation = written(writer)
        guard options.seeksNearest, !options.isStopped() else { return explanation }
        explanation.nearestAllow = try nearest(writer) { tables, isTrust throws(RequestFault) in
            try Authorizer.probe(
                tables, &view, assumption: (assumption, told.action), isTrust: isTrust, context: context,
                tables: self.tables, scratch: &scratch, now: now)
        }
        return explanation
    }

    private func written(_ writer: ExplanationWriter) -> Explanation {
        var explanation = writer.explanation()
        let hints = ExplanationHints(
            directory: directory, asked: writer.asked, trace: writer.trace, locator: writer.locator)
        var allowance = ByteAllowance(writer.bounds.bytesMax, writer.bounds)
        explanation.hints = hints.sentences.prefix(writer.bounds.hintsMax).map { allowance.name(Text($0)) }
        return explanation
    }

    /// Looks for the Allow that came closest, with what a probe of its documents finds.
    private func nearest(
        _ writer: ExplanationWriter, probe: (DecisionTables, _ isTrust: Bool) throws(RequestFault) -> Probe
    ) throws(RequestFault) -> Explanation.NearestStatement? {
        let search = NearestAllow(writer.trace, writer.locator, writer.asked)
        guard let documents = search.documents() else { return nil }
        let tables: DecisionTables
        do throws(SnapshotError) {
            tables = try compileApart(documents.map { ($0.document, "", $0.completesARNs) })
        } catch {
            // It is advice: without it the explanation still holds.
            return nil
        }
        return search.nearest(by: try probe(tables, writer.trace.caller.isTrustPolicy), writer.held, writer.bounds)
    }
}
