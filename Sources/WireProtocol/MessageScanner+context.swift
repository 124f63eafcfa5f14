internal import DecisionTree

// The context of a question (design §3.3): string, number, boolean, or an array of those; `null` is absent.
extension MessageScanner {
    /// Appends the entries of a context to `view`, and gives their range.
    mutating func scanContext(_ object: Int, _ keys: SymbolTable) throws(WireError) -> Range<Int> {
        let container = tape.tokens[object]
        guard container.kind == .object else { throw .invalidParameter("context") }
        guard container.count <= WireBounds.contextKeysMax else {
            throw .badRequest("`context` has more than \(WireBounds.contextKeysMax) keys")
        }
        if let name = tape.names.repeatedName(of: object, in: tape.tokens, foldsCase: true) {
            throw .badRequest("the context key \(UserText.quoted(tape.tokens[name].text)) is given in two spellings")
        }
        let first = view.entries.count
        var name = object + 1
        while name < Int(container.next) {
            try scanEntry(name, keys)
            name = Int(tape.tokens[name + 1].next)
        }
        return first..<view.entries.count
    }

    private mutating func scanEntry(_ name: Int, _ keys: SymbolTable) throws(WireError) {
        let key = tape.tokens[name].text
        guard key.count <= WireBounds.contextNameBytesMax else {
            throw .badRequest(
                "the context key \(UserText.quoted(key)) is longer than \(WireBounds.contextNameBytesMax) bytes")
        }
        switch tape.tokens[name + 1].kind {
        case .null: return
        case .object: throw .badRequest("the context key \(UserText.quoted(key)) holds an object")
        case .array: try scanList(name + 1, key, keys)
        default: view.append(key: key, keyID: keys.id(of: key), value: try contextValue(name + 1, key))
        }
    }

    private mutating func scanList(_ array: Int, _ key: ByteView, _ keys: SymbolTable) throws(WireError) {
        let container = tape.tokens[array]
        guard container.count <= WireBounds.contextListMax else {
            throw .badRequest(
                "the context key \(UserText.quoted(key)) has more than \(WireBounds.contextListMax) values")
        }
        let first = view.values.count
        var element = array + 1
        while element < Int(container.next) {
            view.values.append(try contextValue(element, key))
            element = Int(tape.tokens[element].next)
        }
        view.entries.append(
            RequestView.Entry(
                key: key, keyID: keys.id(of: key), firstValue: first, valueCount: view.values.count - first,
                isList: true))
    }

    private mutating func contextValue(_ token: Int, _ key: ByteView) throws(WireError) -> ByteView {
        let value = tape.tokens[token]
        switch value.kind {
        case .string:
            guard value.text.count <= WireBounds.contextValueBytesMax else {
                throw .badRequest(
                    "a value of the context key \(UserText.quoted(key)) is longer than "
                        + "\(WireBounds.contextValueBytesMax) bytes")
            }
            return value.text
        case .number: return value.text
        case .true: return ByteView(literal: "true")
        case .false: return ByteView(literal: "false")
        case .object, .array, .null:
            throw .badRequest("the context key \(UserText.quoted(key)) holds a list with \(value.kind.name) in it")
        }
    }
}

extension ByteView {
    /// The bytes of a literal, which live as long as the program.
    init(literal: StaticString) {
        unsafe self.init(base: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }
}
