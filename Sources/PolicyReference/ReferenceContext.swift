public import PolicyModel

/// The keys of a request with what they hold (spec §7): "Lookup is case-insensitive".
public struct ReferenceContext: Sendable, Hashable {
    /// What each key holds, by the key without ASCII case.
    public private(set) var held: [Text: ContextValue] = [:]
    /// What a schema declares of application keys, by the key without ASCII case.
    public var declaredKeys: [Text: KeyDeclaration]

    /// A context without keys.
    public init(declaredKeys: [Text: KeyDeclaration] = [:]) {
        self.declaredKeys = declaredKeys
    }

    /// A context of the keys given; no two of them are equal without ASCII case.
    public init(_ entries: [Request.ContextEntry], declaredKeys: [Text: KeyDeclaration] = [:]) {
        self.init(declaredKeys: declaredKeys)
        for entry in entries { self[entry.key] = entry.value }
    }

    /// What a key holds; `nil` when it is missing.
    public subscript(key: Text) -> ContextValue? {
        get { held[key.foldedASCII] }
        set { held[key.foldedASCII] = newValue }
    }

    /// The values of a key as a list; `nil` when it is missing.
    public func values(of key: Text) -> [Text]? {
        self[key]?.values
    }

    /// Whether a key is multi-valued; an empty list is absent, and says nothing.
    ///
    /// "'Multi-valued' is a property of the **key's declaration** (registry), else of the JSON type the caller sent
    /// (array vs scalar)" (spec §4).
    public func isMultiValued(_ key: Text) -> Bool {
        let folded = key.foldedASCII
        if let declaration = ConditionKeys.declaration(ofFolded: folded) ?? declaredKeys[folded] {
            return declaration.isMultiValued
        }
        guard case .multiple(let values) = held[folded] else { return false }
        return !values.isEmpty
    }
}
