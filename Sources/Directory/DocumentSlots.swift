internal import Crypto
internal import DecisionTree
internal import PolicyCompiler
internal import PolicyModel
internal import PolicySyntax

/// A document by where it stands.
enum SourceKey: Hashable, Sendable {
    case inline(EntityKey, Text)
    case managed(EntityKey)
    case resource(EntityKey)
    case trust(EntityKey)
    case control(EntityKey)
    case fullAccess

    /// Whether the document keeps its slot whatever its text becomes: then nothing that names the slot changes with it.
    ///
    /// Embedded policies with one text share a slot instead, so that their holders can share a set.
    var hasOwnSlot: Bool {
        if case .inline = self { false } else { true }
    }

    /// Short ARNs are completed in all but resource policies, trust policies and resource control policies (spec §2.5).
    var isResourcePolicy: Bool {
        switch self {
        case .resource, .trust, .control(.resourceControlPolicy): true
        case .inline, .managed, .control, .fullAccess: false
        }
    }
}

/// Names a document by its content, so that equal ones are compiled once.
struct DocumentDigest: Hashable, Sendable {
    // Four words and no vector, which would be aligned to as much room again in a table.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ source: PolicySource, isResourcePolicy: Bool) {
        var hash = SHA256()
        let kind: UInt8 = isResourcePolicy ? 1 : 0
        unsafe withUnsafeBytes(of: kind) { unsafe hash.update(bufferPointer: $0) }
        unsafe source.packedText.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        words = unsafe hash.finalize().withUnsafeBytes {
            unsafe $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
        }
    }

    static func == (lhs: DocumentDigest, rhs: DocumentDigest) -> Bool { lhs.words == rhs.words }

    // What is a digest already need not be mixed once more than the table does.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// A document that is about to get a slot.
struct PlacedDocument: Sendable {
    let key: SourceKey
    let digest: DocumentDigest
    let document: CompiledDocument
}

/// Which compiled document stands in which slot, and on whose behalf.
struct DocumentSlots: Sendable {
    /// The documents by slot.
    private(set) var documents: [CompiledDocument] = []
    /// The slot of each document, by where it stands.
    private(set) var slots: [SourceKey: UInt32] = [:]
    private var digests: [DocumentDigest?] = []
    /// How many documents stand in each slot.
    private var uses: [UInt32] = []
    private var vacant: [UInt32] = []
    private var known: [DocumentDigest: Known] = [:]

    /// What is known of a text.
    private struct Known {
        let document: CompiledDocument
        /// How many slots have it.
        var slots: UInt32
        /// The slot that those share who have none of their own.
        var shared: UInt32?
    }

    /// A document that was compiled already.
    func compiled(_ digest: DocumentDigest) -> CompiledDocument? { known[digest]?.document }

    /// Distinct documents.
    var count: Int { known.count }

    /// Statements of the distinct documents.
    var statementCount: Int { known.values.reduce(0) { $0 + $1.document.statementCount } }

    /// Gives up the room to go on: after everything has been placed little more comes.
    mutating func giveUpSpareRoom() {
        documents = documents.withoutSpareRoom
        digests = digests.withoutSpareRoom
        uses = uses.withoutSpareRoom
    }

    /// Gives a document its slot, in place of what stood there.
    ///
    /// - Returns: the slot, if it keeps its number and sets must learn something else of it.
    @discardableResult
    mutating func place(_ placed: PlacedDocument) -> UInt32? {
        guard let slot = slots[placed.key] else {
            slots[placed.key] = newSlot(placed)
            return nil
        }
        let index = Int(slot)
        if digests[index] == placed.digest { return nil }
        guard placed.key.hasOwnSlot else {
            // The new one first: a text that both have is not forgotten in between.
            slots[placed.key] = newSlot(placed)
            release(slot)
            return nil
        }
        let last = documents[index]
        let digest = digests[index]
        fill(index, placed)
        forget(digest)
        return last.header.flags != placed.document.header.flags ? slot : nil
    }

    /// Takes a document away.
    mutating func remove(_ key: SourceKey) {
        if let slot = slots.removeValue(forKey: key) { release(slot) }
    }

    private mutating func newSlot(_ placed: PlacedDocument) -> UInt32 {
        if !placed.key.hasOwnSlot, let slot = known[placed.digest]?.shared {
            uses[Int(slot)] += 1
            return slot
        }
        let slot = vacant.popLast() ?? UInt32(documents.count)
        if Int(slot) == documents.count {
            documents.append(.vacant)
            digests.append(nil)
            uses.append(0)
        }
        fill(Int(slot), placed)
        uses[Int(slot)] = 1
        if !placed.key.hasOwnSlot { known[placed.digest]?.shared = slot }
        return slot
    }

    private mutating func fill(_ index: Int, _ placed: PlacedDocument) {
        known[placed.digest, default: Known(document: placed.document, slots: 0)].slots += 1
        documents[index] = placed.document
        digests[index] = placed.digest
    }

    private mutating func release(_ slot: UInt32) {
        let index = Int(slot)
        uses[index] -= 1
        guard uses[index] == 0 else { return }
        if let digest = digests[index], known[digest]?.shared == slot { known[digest]?.shared = nil }
        forget(digests[index])
        documents[index] = .vacant
        digests[index] = nil
        vacant.append(slot)
    }

    private mutating func forget(_ digest: DocumentDigest?) {
        guard let digest, let entry = known[digest] else { return }
        if entry.slots > 1 { known[digest]?.slots -= 1 } else { known[digest] = nil }
    }
}
