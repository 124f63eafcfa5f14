internal import Authorizer
internal import PolicyModel

/// What the keys of a question held, for comparing with what is written in policies.
struct HeldKeys {
    private let records: [Text: Trace.ContextRecord]

    init(_ trace: Trace) {
        records = Dictionary(trace.context.map { ($0.key, $0) }) { first, _ in first }
    }

    /// The values of a key; `nil` when it was missing.
    func values(of key: Text) -> [Text]? { records[key.foldedASCII]?.values }

    /// Puts what a policy says beside what there is, as far as the allowance goes.
    func comparison(
        wanted: [Text], expandsVariables: Bool, actual: [Text]?, _ allowance: inout ByteAllowance
    ) -> Explanation.Comparison {
        let (shown, wantedLeftOut) = allowance.values(wanted)
        var comparison = Explanation.Comparison(wanted: shown)
        comparison.wantedLeftOut = wantedLeftOut
        if expandsVariables { comparison.resolved = resolved(Array(wanted.prefix(shown.count)), &allowance) }
        guard let actual else { return comparison }
        (comparison.actual, comparison.actualLeftOut) = allowance.values(actual)
        return comparison
    }

    /// The texts with their variables replaced; `nil` when none has any, or there is no room to say it.
    private func resolved(_ texts: [Text], _ allowance: inout ByteAllowance) -> [String?]? {
        let parts = texts.map(HeldKeys.parts)
        guard parts.contains(where: { $0?.hasVariables ?? false }) else { return nil }
        var resolved: [String?] = []
        for (text, part) in zip(texts, parts) {
            guard let value = part.map({ self.text($0) }) ?? text else {
                resolved.append(nil)
                continue
            }
            guard let shown = allowance.values([value]).shown.first else { return nil }
            resolved.append(shown)
        }
        return resolved
    }

    private static func parts(_ text: Text) -> VariableText? {
        guard text.hasVariableMark else { return nil }
        do throws(VariableText.Malformed) {
            return try VariableText(expanding: text)
        } catch {
            return nil
        }
    }

    /// The text that the parts stand for; `nil` when a variable of them stands for nothing.
    private func text(_ parts: VariableText) -> Text? {
        var text = ""
        for part in parts.parts {
            switch part {
            case .text(let plain), .literal(let plain): text += plain.string
            case .variable(let key, let fallback):
                guard let value = value(of: key, default: fallback) else { return nil }
                text += value.string
            }
        }
        return Text(text)
    }

    /// "The value of a key that is present and not empty, else the default; a multi-valued key has none" (spec §3.4).
    private func value(of key: Text, default fallback: Text?) -> Text? {
        guard let record = records[key.foldedASCII] else { return fallback }
        guard !record.isMultiValued else { return nil }
        guard record.values.count == 1, let value = record.values.first, !value.isEmpty else { return fallback }
        return value
    }
}
