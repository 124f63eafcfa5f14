public import Authorizer
public import DecisionTree
public import PolicyModel
public import PolicySyntax

extension Snapshot {
    /// Explains every action of an assumption (spec §8), in the order in which they are asked.
    ///
    /// Together they are the decision of `Authorizer.assumeRole`, whose arguments these are: the first with an explicit
    /// deny decides, else the first that is not allowed, else the assumption itself.
    ///
    /// - Throws: `RequestFault` as `Authorizer.assumeRole` does.
    public func explainActions(
        _ view: inout RequestView, assumption: AssumptionView, context: Range<Int>,
        sessionPolicies: (tables: DecisionTables, sources: [PolicySource])? = nil, scratch: inout Scratch, now: Instant
    ) throws(RequestFault) -> [(trace: Trace, explanation: Explanation)] {
        let traces = try Authorizer.traceAssumeRole(
            &view, assumption: assumption, context: context, tables: tables, sessionPolicies: sessionPolicies?.tables,
            scratch: &scratch, now: now)
        let asked = AskedQuestion(view, assumption)
        return traces.map { trace in
            let locator = PolicyLocator(self, asked, sessionPolicies: sessionPolicies?.sources ?? [], trace)
            return (trace, ExplanationWriter(trace, locator, asked, .everything).explanation())
        }
    }
}
