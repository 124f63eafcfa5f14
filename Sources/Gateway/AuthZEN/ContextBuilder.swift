internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import WireProtocol

/// Which condition keys matter to the policies in force.
struct ConditionKeyUse: Sendable {
    private let snapshot: Snapshot

    init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
    }

    /// Whether an answer may depend on a key: some policy names it, or it is of the language, which makes keys of others.
    func matters(_ key: Text) -> Bool {
        if key.foldedASCII.hasPrefix("aws:") { return true }
        let tables = snapshot.tables
        defer { extendLifetime(tables) }
        var string = key.string
        return string.withUTF8 { bytes in
            // The view is not kept beyond the look-up.
            tables.keys.id(of: unsafe ByteView(base: bytes.baseAddress, count: bytes.count)) != SymbolTable.none
        }
    }
}

/// Makes the context of a question: one key for each property that a policy asks about.
///
/// What no policy names is left out: properties that a request has in addition change nothing (AZ-EV-7), whatever their form
/// and number. What a policy does name and no key can hold is a deny: a value that is there must not be taken for one that is
/// not.
struct ContextBuilder {
    private let mapping: AuthZENMapping
    private let keys: ConditionKeyUse
    private var entries: [WireContextEntry] = []
    private var nulls: [String] = []
    private var isUnfit = false

    /// Lists the places of a request that hold `null`, for policies that tell it from nothing (AZ-SC-4).
    static let nullsKey: Text = "authzen:NullProperties"

    init(mapping: AuthZENMapping, keys: ConditionKeyUse) {
        self.mapping = mapping
        self.keys = keys
    }

    /// Adds the properties of a holder.
    mutating func add(_ properties: FlatProperties, of holder: PropertyHolder) {
        for entry in properties.entries {
            let key = key(holder, entry.path)
            guard keys.matters(key) else { continue }
            entries.append(WireContextEntry(key.string, WireContextValue(entry.value)))
        }
        for path in properties.unfit where keys.matters(key(holder, path)) { isUnfit = true }
        nulls += properties.nulls.map { RequestPlace.property(holder, $0).description }
    }

    /// Adds what is no property, if the mapping has a key for it.
    mutating func add(_ value: Text, at place: RequestPlace) {
        guard let key = mapping.contextKeys[place], keys.matters(key) else { return }
        entries.append(WireContextEntry(key.string, .string(value.string)))
    }

    /// The context; `nil` when a key that matters cannot hold its value.
    consuming func finish() -> [WireContextEntry]? {
        guard !isUnfit else { return nil }
        var entries = entries
        if !nulls.isEmpty, keys.matters(ContextBuilder.nullsKey) {
            entries.append(WireContextEntry(ContextBuilder.nullsKey.string, .list(nulls.map { .string($0) })))
        }
        return entries
    }

    private func key(_ holder: PropertyHolder, _ path: Text) -> Text {
        mapping.contextKeys[.property(holder, path)] ?? Text(holder.keyPrefix.string + path.string)
    }
}

extension WireContextValue {
    fileprivate init(_ value: FlatProperties.Value) {
        switch value {
        case .single(let scalar): self = WireContextValue(scalar)
        case .list(let scalars): self = .list(scalars.map { WireContextValue($0) })
        }
    }

    private init(_ scalar: FlatProperties.Scalar) {
        switch scalar {
        case .boolean(let flag): self = .boolean(flag)
        case .number(let text): self = .number(text.string)
        case .string(let text): self = .string(text.string)
        }
    }
}
