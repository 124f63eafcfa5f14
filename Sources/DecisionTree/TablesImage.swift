/// Decision tables as one run of words, to be read back by the same build: see "The compiled format".
public enum TablesImage {
    /// First word: "PT" and the version of everything behind it.
    public static let magic: UInt32 = 0x5054_0003

    /// Every storage begins at a multiple of so many words.
    static let alignment = 4

    /// Words of the header: magic, conditions, only account, organization, documents, where their list is, all words, and one
    /// of filling; then place and size of each segment.
    static let headerSize = 8
    static let segmentCount = 12

    /// The words of tables, behind others; equal tables have equal words.
    ///
    /// `nil` for tables that 32-bit offsets do not reach. They are the only copy that is made, of a size that is known before.
    public static func words(of tables: DecisionTables, behind words: consuming [UInt32] = []) -> [UInt32]? {
        let segments = tables.segments
        words.reserveCapacity(words.count + wordsMax(of: tables))
        var writer = TablesImageWriter(behind: words, documentCount: segments.documents.count)
        for storage in segments.listed { writer.append(segment: storage) }
        for storage in segments.documents { writer.append(document: storage) }
        return writer.words(
            conditionCount: segments.conditionCount, onlyAccount: tables.view.onlyAccount,
            organization: tables.view.organization)
    }

    /// As many words as tables have at most.
    public static func wordsMax(of tables: DecisionTables) -> Int {
        let segments = tables.segments
        let documents = Dictionary(
            segments.documents.map { (ObjectIdentifier($0), $0.image.count) }, uniquingKeysWith: { one, _ in one })
        let storages = segments.listed.map(\.image.count) + documents.values
        let header = headerSize + segmentCount * 2 + segments.documents.count * 2
        return storages.reduce(header) { $0 + $1 + alignment - 1 }
    }

    /// Tables that read their words where they are.
    ///
    /// Anything may be in the words: what is not as it should be is refused, and nothing else happens.
    ///
    /// - Parameter words: aligned; they stay as they are for as long as `owner` lives.
    /// - Throws: `VerificationFailure` with the place in the part that its expectation names.
    @unsafe
    public static func tables(
        in words: UnsafeBufferPointer<UInt32>, owner: any AnyObject & Sendable
    ) throws(VerificationFailure) -> DecisionTables {
        var reader = unsafe TablesImageReader(words, owner)
        let segments = try reader.segments()
        let (onlyAccount, organization) = reader.records
        var verifier = TablesVerifier(segments, onlyAccount: onlyAccount, organization: organization)
        try verifier.verify()
        return DecisionTables(segments, onlyAccount: onlyAccount, organization: organization)
    }

    /// Where two tables differ, in words; `nil` when they are the same.
    public static func difference(_ one: DecisionTables, _ other: DecisionTables) -> String? {
        let (mine, theirs) = (one.segments, other.segments)
        if mine.conditionCount != theirs.conditionCount { return "the number of conditions" }
        if one.view.onlyAccount != other.view.onlyAccount { return "the only account" }
        if one.view.organization != other.view.organization { return "the organization" }
        for (name, pair) in zip(DecisionTables.Segments.names, zip(mine.listed, theirs.listed)) {
            if let offset = pair.0.image.difference(from: pair.1.image) { return "word \(offset) of the \(name)" }
        }
        if mine.documents.count != theirs.documents.count { return "the number of documents" }
        for (slot, pair) in zip(mine.documents, theirs.documents).enumerated() {
            if let offset = pair.0.image.difference(from: pair.1.image) { return "word \(offset) of document \(slot)" }
        }
        return nil
    }
}

extension DecisionTables.Segments {
    /// All but the documents, in the order of the format.
    fileprivate var listed: [ImageStorage] {
        [
            actions, services, keys, keyFlags, conditions, directory, users, roles, roleARNs, managedPolicies, accounts,
            registry,
        ]
    }

    fileprivate static let names = [
        "actions", "services", "keys", "flags of keys", "conditions", "directory", "users", "roles", "ARNs of roles",
        "managed policies", "accounts", "registry",
    ]

    /// Segments in the order of the format.
    fileprivate init(listed: [ImageStorage], documents: [ImageStorage], conditionCount: Int) {
        self.init(
            actions: listed[0], services: listed[1], keys: listed[2], keyFlags: listed[3], conditions: listed[4],
            conditionCount: conditionCount, documents: documents, directory: listed[5], users: listed[6],
            roles: listed[7], roleARNs: listed[8], managedPolicies: listed[9], accounts: listed[10],
            registry: listed[11])
    }
}

/// Puts storages behind one another.
private struct TablesImageWriter {
    private var words: [UInt32]
    /// Where the tables begin in the words.
    private let start: Int
    private var next: Int
    private var documents: Int
    private let documentCount: Int
    /// Where a document is that several slots have.
    private var places: [ObjectIdentifier: Int] = [:]

    init(behind words: consuming [UInt32], documentCount: Int) {
        self.documentCount = documentCount
        next = TablesImage.headerSize
        documents = next + TablesImage.segmentCount * 2
        start = words.count
        self.words = words
        self.words.append(contentsOf: repeatElement(0, count: documents + documentCount * 2))
    }

    mutating func append(segment: ImageStorage) {
        list(put(segment), segment, at: next)
        next += 2
    }

    mutating func append(document: ImageStorage) {
        let place = places[ObjectIdentifier(document)] ?? put(document)
        places[ObjectIdentifier(document)] = place
        list(place, document, at: documents)
        documents += 2
    }

    /// Offsets that are too large make `words` give nothing.
    private mutating func list(_ place: Int, _ storage: ImageStorage, at offset: Int) {
        words[start + offset] = UInt32(truncatingIfNeeded: place)
        words[start + offset + 1] = UInt32(truncatingIfNeeded: storage.image.count)
    }

    private mutating func put(_ storage: ImageStorage) -> Int {
        while (words.count - start) % TablesImage.alignment != 0 { words.append(0) }
        let place = words.count - start
        storage.image.append(to: &words)
        return place
    }

    consuming func words(conditionCount: Int, onlyAccount: Int, organization: Int) -> [UInt32]? {
        let list = TablesImage.headerSize + TablesImage.segmentCount * 2
        let header = [conditionCount, onlyAccount, organization, documentCount, list, words.count - start]
        words[start] = TablesImage.magic
        for (index, value) in header.enumerated() {
            guard let word = UInt32(exactly: value) else { return nil }
            words[start + index + 1] = word
        }
        return words
    }
}

/// Finds storages in words that nobody has vouched for.
@safe
private struct TablesImageReader {
    private let image: Image
    private let base: UnsafePointer<UInt32>?
    private let owner: any AnyObject & Sendable
    private var documents: [UInt64: ImageStorage] = [:]

    @unsafe
    init(_ words: UnsafeBufferPointer<UInt32>, _ owner: any AnyObject & Sendable) {
        unsafe base = words.baseAddress
        self.owner = owner
        // Without an address there are no words, and none is read.
        image = unsafe words.baseAddress.map { unsafe Image(base: $0, count: words.count) } ?? ImageStorage.empty.image
    }

    /// The records of the only account and of the organization; not vouched for.
    var records: (onlyAccount: Int, organization: Int) { (image.offset(2), image.offset(3)) }

    mutating func segments() throws(VerificationFailure) -> DecisionTables.Segments {
        let header = TablesImage.headerSize + TablesImage.segmentCount * 2
        try VerificationFailure.expect(image.count >= header, 0, "a header")
        try VerificationFailure.expect(image[0] == TablesImage.magic, 0, "the format's magic word")
        try VerificationFailure.expect(image.offset(5) == header, 5, "the list of documents behind the header")
        try VerificationFailure.expect(image.offset(6) == image.count, 6, "as many words as there are")
        let count = image.offset(4)
        try VerificationFailure.expect(count <= (image.count - header) / 2, 4, "as many documents as are listed")
        var listed: [ImageStorage] = []
        for index in 0..<TablesImage.segmentCount {
            listed.append(try storage(TablesImage.headerSize + index * 2, behind: header + count * 2))
        }
        var slots: [ImageStorage] = []
        slots.reserveCapacity(count)
        // No word is in two documents, so that all of them are verified in the time that the image takes.
        var wordsLeft = image.count
        for slot in 0..<count {
            let at = header + slot * 2
            let place = image.pair(at)
            if let known = documents[place] {
                slots.append(known)
                continue
            }
            let document = try storage(at, behind: header + count * 2)
            wordsLeft -= document.image.count
            try VerificationFailure.expect(wordsLeft >= 0, at, "documents that share no words")
            documents[place] = document
            slots.append(document)
        }
        return DecisionTables.Segments(listed: listed, documents: slots, conditionCount: image.offset(1))
    }

    private func storage(_ at: Int, behind header: Int) throws(VerificationFailure) -> ImageStorage {
        let (place, count) = (image.offset(at), image.offset(at + 1))
        try VerificationFailure.expect(place >= header && count <= image.count - place, at, "words of the image")
        try VerificationFailure.expect(place % TablesImage.alignment == 0, at, "words where they may begin")
        guard let base = unsafe base else { return ImageStorage.empty }
        return unsafe ImageStorage(base: base + place, count: count, owner: owner)
    }
}

extension ImageStorage {
    /// No words.
    fileprivate static let empty = ImageStorage([])
}

extension Image {
    /// The first word that another image has otherwise or not at all; `nil` when both are the same.
    fileprivate func difference(from other: Image) -> Int? {
        let common = Swift.min(count, other.count)
        for offset in 0..<common where self[offset] != other[offset] { return offset }
        return count == other.count ? nil : common
    }

    fileprivate func append(to words: inout [UInt32]) {
        unsafe words.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }
}
