/// A question as the hot path sees it: where its parts stand in the message, and what each context key holds.
///
/// One view a loop, used again for every question; nothing is allocated once it has seen its largest question. The
/// scanner fills `principal`, `action`, `resource` and the entries; the authorizer adds the keys the engine computes and
/// binds all of them to the key slots that conditions and variables read.
@safe
public struct RequestView: ~Copyable {
    /// A context key with what it holds.
    @frozen
    public struct Entry: BitwiseCopyable {
        /// The key as written, escapes resolved.
        public var key: ByteView
        /// The key's symbol in the snapshot, or `SymbolTable.none` when nothing there tests it.
        public var keyID: UInt32
        /// Where its values begin in `values`.
        public var firstValue: Int
        /// How many values it has; 0 for `[]`.
        public var valueCount: Int
        /// Whether it came as an array.
        public var isList: Bool

        /// Makes an entry.
        @inlinable
        public init(key: ByteView, keyID: UInt32, firstValue: Int, valueCount: Int, isList: Bool) {
            self.key = key
            self.keyID = keyID
            self.firstValue = firstValue
            self.valueCount = valueCount
            self.isList = isList
        }
    }

    private let inPlace = InPlace()

    /// The principal as given.
    public var principal = ByteView()
    /// The action as given.
    public var action = ByteView()
    /// The resource as given.
    public var resource = ByteView()
    /// The context keys: those of the caller first, then those of the engine.
    public var entries: TrivialBuffer<Entry>
    /// The values of all entries, one after the other.
    public var values: TrivialBuffer<ByteView>
    /// What is said of the credentials.
    public var session = SessionView()
    /// Tags of the session and of an assumption.
    public var sessionTags: TrivialBuffer<TagView>
    /// ARNs and tag keys of the session and of an assumption.
    public var sessionTexts: TrivialBuffer<ByteView>
    /// Session policies as they stand in the message.
    public var sessionPolicies: TrivialBuffer<ByteView>
    /// Unescaped and computed bytes.
    public var arena: Arena

    /// For each key symbol, the binding's number in the upper half and the entry's index in the lower.
    @usableFromInline var slots: TrivialBuffer<UInt64>
    @usableFromInline var binding: UInt32 = 0

    /// Bytes that the engine computes for one question at the most: copies of names, times, tag keys.
    public static let engineBytesMax = 64 * 1024

    /// A view whose arena can hold the strings of a message of `messageBytesMax` bytes.
    public init(messageBytesMax: Int) {
        entries = TrivialBuffer(capacity: 256)
        values = TrivialBuffer(capacity: 512)
        slots = TrivialBuffer(capacity: 256)
        sessionTags = TrivialBuffer(capacity: 64)
        sessionTexts = TrivialBuffer(capacity: 64)
        sessionPolicies = TrivialBuffer(capacity: 16)
        arena = Arena(capacity: messageBytesMax + RequestView.engineBytesMax)
    }

    /// Forgets the last message.
    public mutating func reset() {
        principal = ByteView()
        action = ByteView()
        resource = ByteView()
        session = SessionView()
        sessionTags.truncate(to: 0)
        sessionTexts.truncate(to: 0)
        sessionPolicies.truncate(to: 0)
        entries.truncate(to: 0)
        values.truncate(to: 0)
        arena.reset()
    }

    /// Adds a single-valued entry.
    @inlinable
    public mutating func append(key: ByteView, keyID: UInt32, value: ByteView) {
        values.append(value)
        entries.append(Entry(key: key, keyID: keyID, firstValue: values.count - 1, valueCount: 1, isList: false))
    }

    /// Begins a question on a snapshot with `keyCount` key symbols: no key holds anything.
    public mutating func beginBinding(keyCount: Int) {
        if slots.count < keyCount { slots.resize(to: keyCount, with: 0) }
        if binding == .max {
            // The number is about to come round: forget every old one.
            for index in 0..<slots.count { slots[index] = 0 }
            binding = 0
        }
        binding += 1
    }

    /// Lets key symbol `keyID` hold the entry at `index`; `false` when it already holds one.
    @inlinable
    public mutating func bind(_ keyID: UInt32, toEntry index: Int) -> Bool {
        guard entry(of: keyID) == nil else { return false }
        slots[Int(keyID)] = UInt64(binding) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
        return true
    }

    /// Binds entries for as long as they are ordinary.
    ///
    /// That is one value of a key that the snapshot knows, that is declared as the address it is or not at all, that
    /// belongs to no family and that holds nothing yet. A key that nothing names cannot change an answer; it is passed over,
    /// unless its name might be of a family.
    ///
    /// - Returns: the index of the first entry that has to be looked at, or `end`.
    public mutating func bindOrdinary(from start: Int, to end: Int, keyFlags: Image) -> Int {
        precondition(start >= 0 && end <= entries.count, "entries are bound that there are")
        precondition(keyFlags.count <= slots.count, "every key of the binding has a slot")
        let special = Format.KeyFlag.isEngineOwned | Format.KeyFlag.isOfFamily
        let (mark, known) = (UInt64(binding) << 32, keyFlags.count)
        var index = start
        // Both buffers were checked above; a key is held against the number of keys.
        while index < end {
            let entry = unsafe entries.base + index
            let key = unsafe Int(entry.pointee.keyID)
            if unsafe entry.pointee.keyID == SymbolTable.none {
                guard unsafe !isOfLanguage(entry.pointee.key) else { return index }
                index &+= 1
                continue
            }
            guard key < known, unsafe keyFlags.base[key] & special == 0 && !entry.pointee.isList else { return index }
            if unsafe keyFlags.base[key] & Format.KeyFlag.isDeclared != 0 {
                guard unsafe isDeclaredAddress(entry.pointee, keyFlags.base[key]) else { return index }
            }
            let slot = unsafe slots.base + key
            guard unsafe slot.pointee >> 32 != UInt64(binding) else { return index }
            unsafe slot.pointee = mark | UInt64(UInt32(truncatingIfNeeded: index))
            index &+= 1
        }
        return index
    }

    /// Whether a key begins as those of every family do: `aws:` or `saml:`, without case.
    @inline(__always)
    private func isOfLanguage(_ key: ByteView) -> Bool {
        guard key.count >= 4, let base = unsafe key.baseAddress else { return false }
        let start = unsafe Words.folded(Words.loadHalf(base, 0))
        // The first of the bytes is the lowest.
        return start == 0x3A73_7761 || start == 0x6C6D_6173
    }

    /// Whether a key is declared as one IP address, and holds one: `aws:SourceIp`, which most questions bring.
    @inline(__always)
    private func isDeclaredAddress(_ entry: Entry, _ flags: UInt32) -> Bool {
        flags & Format.KeyFlag.isMultiValued == 0 && flags >> Format.KeyFlag.typeShift == Format.KeyFlag.typeIP
            && entry.valueCount == 1 && values[entry.firstValue].ipAddress != nil
    }

    /// The index of the entry that a key symbol holds in this question.
    @inlinable
    public func entry(of keyID: UInt32) -> Int? {
        let slot = slots[Int(keyID)]
        return slot >> 32 == UInt64(binding) ? Int(slot & 0xFFFF_FFFF) : nil
    }
}
