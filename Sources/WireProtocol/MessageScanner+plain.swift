public import DecisionTree

/// A question of a plain message; what it does not have has no bytes.
struct PlainQuestion: BitwiseCopyable {
    var principal = ByteView()
    var action = ByteView()
    var resource = ByteView()
    var firstEntry = 0
    var endEntry = 0
    var hasContext = false
}

/// Where the last messages' context keys were found in the table of keys: the next message most likely has the same ones.
///
/// A guess that is held against the table before it counts, so it may be as old as it likes.
struct KeyGuesses {
    /// As many keys as most questions have.
    static let count = 16
    private var offsets = InlineArray<16, UInt32>(repeating: 0)

    /// The symbol of a question's key number `position`.
    @inline(__always)
    mutating func symbol(of key: ByteView, at position: Int, in keys: SymbolTable) -> UInt32 {
        guard position < KeyGuesses.count else { return keys.id(of: key) }
        let guess = Int(offsets[position])
        if keys.isEntry(guess, named: key) { return keys.symbol(at: guess) }
        guard let found = keys.find(key) else { return SymbolTable.none }
        offsets[position] = UInt32(truncatingIfNeeded: found)
        return keys.symbol(at: found)
    }
}

// Plain messages: `Authorize` and `AuthorizeMany` as almost everybody writes them, read in one pass without tokens.
// Whatever is not plain, or not right, is read by the tape, which also says what is wrong with it.
extension MessageScanner {
    /// Contexts of more keys are looked through for repetitions by other means.
    private static let plainKeysMax = 16

    /// Reads a message into the view; `nil` if it is not plain: the view and the batch are then to be reset.
    mutating func scanPlain(_ message: ByteView, _ keys: SymbolTable) -> Incoming? {
        guard var reader = PlainReader(message), reader.take(UInt8(ascii: "{")) else { return nil }
        var method = ByteView()
        var parameters: PlainQuestion?
        var next = PlainReader.Next.another
        while next == .another {
            guard let name = reader.name() else { return nil }
            if name.count == 6, name.equals("method"), method.isEmpty {
                guard let value = reader.string() else { return nil }
                method = value
            } else if name.count == 10, name.equals("parameters"), parameters == nil {
                guard let read = plainQuestion(&reader, keys, isCall: true) else { return nil }
                parameters = read
            } else {
                return nil
            }
            next = reader.next(closing: UInt8(ascii: "}"))
        }
        guard next == .end, reader.isAtEnd, let parameters else { return nil }
        return plainCall(method, parameters)
    }

    private mutating func plainCall(_ method: ByteView, _ parameters: PlainQuestion) -> Incoming? {
        if method.equals("io.postern.Authorize") {
            guard !batch.isPlain, !parameters.principal.isEmpty, !parameters.action.isEmpty,
                !parameters.resource.isEmpty
            else { return nil }
            ask(parameters)
            return .authorize(explain: false)
        }
        guard method.equals("io.postern.AuthorizeMany"), batch.isPlain else { return nil }
        for index in 0..<plain.count {
            let isWhole =
                !(plain[index].principal.isEmpty && parameters.principal.isEmpty)
                && !(plain[index].action.isEmpty && parameters.action.isEmpty)
                && !(plain[index].resource.isEmpty && parameters.resource.isEmpty)
            guard isWhole else { return nil }
        }
        batch.plainDefaults = parameters
        batch.count = plain.count
        return .authorizeMany(count: batch.count, explain: false)
    }

    private mutating func ask(_ question: PlainQuestion) {
        view.principal = question.principal
        view.action = question.action
        view.resource = question.resource
        contextRange = question.firstEntry..<question.endEntry
    }

    /// The next question of a plain `AuthorizeMany`, with the call's defaults where it has nothing of its own.
    mutating func nextPlainQuestion() -> Range<Int> {
        let (own, defaults) = (plain[batch.done], batch.plainDefaults)
        batch.done += 1
        view.principal = own.principal.isEmpty ? defaults.principal : own.principal
        view.action = own.action.isEmpty ? defaults.action : own.action
        view.resource = own.resource.isEmpty ? defaults.resource : own.resource
        let context = own.hasContext ? own : defaults
        contextRange = context.firstEntry..<context.endEntry
        return contextRange
    }

    /// The principal of question number `index` of the call, where it is known before its turn and not that of the question
    /// before it; no bytes for others.
    public func principalAhead(_ index: Int) -> ByteView {
        guard batch.isPlain, index >= 0, index < batch.count else { return ByteView() }
        let principal = plain[index].principal
        guard index > 0, plain[index - 1].principal.equals(principal) else { return principal }
        return ByteView()
    }

    // MARK: Objects

    /// Reads the members of a question or of a call's parameters.
    private mutating func plainQuestion(
        _ reader: inout PlainReader, _ keys: SymbolTable, isCall: Bool
    ) -> PlainQuestion? {
        guard reader.take(UInt8(ascii: "{")) else { return nil }
        var question = PlainQuestion()
        var next = PlainReader.Next.another
        while next == .another {
            guard let name = reader.name(), plainMember(name, &question, &reader, keys, isCall: isCall) else {
                return nil
            }
            next = reader.next(closing: UInt8(ascii: "}"))
        }
        return next == .end ? question : nil
    }

    @inline(__always)
    private mutating func plainMember(
        _ name: ByteView, _ question: inout PlainQuestion, _ reader: inout PlainReader, _ keys: SymbolTable,
        isCall: Bool
    ) -> Bool {
        switch name.count {
        case 6 where question.action.isEmpty && name.equals("action"):
            guard let value = reader.string(), value.count <= WireBounds.actionBytesMax else { return false }
            question.action = value
        case 7 where !question.hasContext && name.equals("context"):
            return plainContext(&question, &reader, keys)
        case 8 where question.resource.isEmpty && name.equals("resource"):
            guard let value = reader.string(), value.count <= WireBounds.resourceBytesMax else { return false }
            question.resource = value
        case 9 where question.principal.isEmpty && name.equals("principal"):
            guard let value = reader.string(), value.count <= WireBounds.principalBytesMax else { return false }
            question.principal = value
        case 9 where isCall && !batch.isPlain && name.equals("questions"):
            return plainQuestions(&reader, keys)
        default: return false
        }
        return true
    }

    private mutating func plainQuestions(_ reader: inout PlainReader, _ keys: SymbolTable) -> Bool {
        batch.isPlain = true
        plain.truncate(to: 0)
        guard reader.take(UInt8(ascii: "[")) else { return false }
        var next = PlainReader.Next.another
        while next == .another {
            guard plain.count < WireBounds.questionsMax,
                let question = plainQuestion(&reader, keys, isCall: false)
            else { return false }
            plain.append(question)
            next = reader.next(closing: UInt8(ascii: "]"))
        }
        return next == .end
    }

    // MARK: Context

    private mutating func plainContext(
        _ question: inout PlainQuestion, _ reader: inout PlainReader, _ keys: SymbolTable
    ) -> Bool {
        guard reader.take(UInt8(ascii: "{")) else { return false }
        let first = view.entries.count
        var next = PlainReader.Next.another
        while next == .another {
            guard let key = reader.name(), key.count <= WireBounds.contextNameBytesMax,
                view.entries.count - first < MessageScanner.plainKeysMax, !isRepeated(key, since: first),
                plainEntry(key, at: view.entries.count - first, &reader, keys)
            else { return false }
            next = reader.next(closing: UInt8(ascii: "}"))
        }
        (question.firstEntry, question.endEntry, question.hasContext) = (first, view.entries.count, true)
        return next == .end
    }

    /// Whether a key of the same context is the same without ASCII case.
    @inline(__always)
    private func isRepeated(_ key: ByteView, since first: Int) -> Bool {
        var index = first
        while index < view.entries.count {
            if view.entries[index].key.count == key.count, view.entries[index].key.equalsFolded(key) { return true }
            index &+= 1
        }
        return false
    }

    @inline(__always)
    private mutating func plainEntry(
        _ key: ByteView, at position: Int, _ reader: inout PlainReader, _ keys: SymbolTable
    ) -> Bool {
        let symbol = guesses.symbol(of: key, at: position, in: keys)
        if reader.take(UInt8(ascii: "[")) { return plainList(key, symbol, &reader) }
        guard let value = reader.scalar(), value.count <= WireBounds.contextValueBytesMax else { return false }
        view.append(key: key, keyID: symbol, value: value)
        return true
    }

    private mutating func plainList(_ key: ByteView, _ symbol: UInt32, _ reader: inout PlainReader) -> Bool {
        let first = view.values.count
        var next = PlainReader.Next.another
        while next == .another {
            guard view.values.count - first < WireBounds.contextListMax, let value = reader.scalar(),
                value.count <= WireBounds.contextValueBytesMax
            else { return false }
            view.values.append(value)
            next = reader.next(closing: UInt8(ascii: "]"))
        }
        view.entries.append(
            RequestView.Entry(
                key: key, keyID: symbol, firstValue: first, valueCount: view.values.count - first, isList: true))
        return next == .end
    }
}
