public import PolicyModel

/// One scalar of a policy value after its variables have been replaced (spec §3.4).
public enum Symbol: Sendable, Hashable {
    /// As the policy writes it: `*`, `?` and `:` have their meaning.
    case written(Unicode.Scalar)
    /// From a variable or an escape: "`*`, `?`, `$`, `:` coming from a value are never special".
    case substituted(Unicode.Scalar)

    /// The scalar, whatever it came from.
    public var scalar: Unicode.Scalar {
        switch self {
        case .written(let scalar), .substituted(let scalar): scalar
        }
    }

    /// What the symbol takes where `*` and `?` are wildcards that may cross `:`.
    public var wildcardPiece: Glob.Piece {
        switch self {
        case .written("*"): .anyRun
        case .written("?"): .oneScalar
        default: .scalar(scalar)
        }
    }
}

/// Policy variables, read anew from the raw text (spec §3.4).
public enum VariableRules {
    /// The text with its variables replaced; `nil` when the entry is unresolvable, and so matches nothing.
    ///
    /// "In a 2008 (or Version-less) policy `${…}` is plain text and any `*`/`?` in it is a wildcard."
    public static func substitute(_ text: Text, expands: Bool, in context: ReferenceContext) -> [Symbol]? {
        var rest = scalars(text)[...]
        var symbols: [Symbol] = []
        while let first = rest.first {
            guard expands, first == "$", rest.dropFirst().first == "{" else {
                symbols.append(.written(first))
                rest = rest.dropFirst()
                continue
            }
            guard let variable = takeVariable(from: &rest), let value = value(of: variable, in: context) else {
                return nil
            }
            // "One pass": what has been substituted is not looked at again.
            symbols += value.map { .substituted($0) }
        }
        return symbols
    }

    /// Every key that a `${…}` of the text names, without ASCII case; escapes name none.
    public static func keys(in text: Text) -> [Text] {
        var rest = scalars(text)[...]
        var keys: [Text] = []
        while let first = rest.first {
            if first == "$", rest.dropFirst().first == "{", let variable = takeVariable(from: &rest) {
                if !isEscape(variable) { keys.append(makeText(variable.name).foldedASCII) }
            } else {
                rest = rest.dropFirst()
            }
        }
        return keys
    }

    private struct Variable {
        var name: [Unicode.Scalar]
        var fallback: [Unicode.Scalar]?
    }

    private static func isEscape(_ variable: Variable) -> Bool {
        variable.fallback == nil && [["*"], ["?"], ["$"]].contains(variable.name)
    }

    /// "`${key}`, `${key, 'default'}` (blanks around the comma optional; default in single quotes, no escapes)".
    ///
    /// Takes it from the front of `rest`; `nil`, and nothing taken, when it is malformed.
    private static func takeVariable(from rest: inout ArraySlice<Unicode.Scalar>) -> Variable? {
        var ahead = rest.dropFirst(2)
        var name = Array(ahead.prefix { $0 != "}" && $0 != "," })
        ahead = ahead.dropFirst(name.count)
        var fallback: [Unicode.Scalar]?
        if ahead.first == "," {
            while name.last == " " { name.removeLast() }
            ahead = ahead.dropFirst().drop { $0 == " " }
            guard ahead.first == "'" else { return nil }
            let quoted = Array(ahead.dropFirst().prefix { $0 != "'" })
            ahead = ahead.dropFirst(1 + quoted.count)
            guard ahead.first == "'" else { return nil }
            ahead = ahead.dropFirst()
            fallback = quoted
        }
        guard ahead.first == "}", !name.isEmpty else { return nil }
        rest = ahead.dropFirst()
        return Variable(name: name, fallback: fallback)
    }

    /// What stands in for a variable; `nil` when it is unresolvable.
    ///
    /// "Missing key, or value `""`: use the default if given; else the entry is *unresolvable*."
    ///
    /// "Known multi-valued keys: reject on write; at run time unresolvable": whatever default is given.
    private static func value(of variable: Variable, in context: ReferenceContext) -> [Unicode.Scalar]? {
        // "`${*}` `${?}` `${$}` = literal `*` `?` `$`".
        if isEscape(variable) { return variable.name }
        let key = makeText(variable.name)
        if context.isMultiValued(key) { return nil }
        guard let value = context.values(of: key)?.first, !value.isEmpty else { return variable.fallback }
        return scalars(value)
    }

    private static func makeText(_ scalars: [Unicode.Scalar]) -> Text {
        var string = ""
        string.unicodeScalars.append(contentsOf: scalars)
        return Text(string)
    }
}
