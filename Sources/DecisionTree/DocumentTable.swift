/// The compiled documents of a snapshot by slot, read without reference counting, and what their headers say.
///
/// What a decision asks of every document in play stands in columns: those of all documents of a large store stay in the
/// nearest caches, where a line a document would not.
@frozen
@safe
public struct DocumentTable: @unchecked Sendable, BitwiseCopyable {  // Read-only; kept alive by its storage.
    /// Which services a document's denies are about.
    @frozen
    @usableFromInline
    struct Denies: BitwiseCopyable {
        /// `Format.Document.denyMask`.
        @usableFromInline let mask: UInt64
        /// `Format.Document.denyGate`.
        @usableFromInline let gate: UInt32
        /// Under which number a question remembers how the gate came out.
        @usableFromInline let gateNumber: UInt32
    }

    // INVARIANT: `count` elements can be read at each of them.
    @usableFromInline let images: UnsafePointer<Image>
    @usableFromInline let allowMasks: UnsafePointer<UInt64>
    /// The masks of denies, with all services for a document that has a Deny with `NotAction`.
    @usableFromInline let wideDenyMasks: UnsafePointer<UInt64>
    @usableFromInline let openMasks: UnsafePointer<UInt64>
    @usableFromInline let denies: UnsafePointer<Denies>
    /// How many slots there are.
    public let count: Int

    /// The words of the document in a slot; out of range ends the process, which verified tables never do.
    @inlinable
    public subscript(slot: Int) -> Image { unsafe value(images, slot) }

    /// Whether a document has an Allow that can be about a service.
    @inlinable
    @inline(__always)
    func allows(_ slot: Int, _ service: UInt64) -> Bool { unsafe value(allowMasks, slot) & service != 0 }

    /// Whether a document allows every question of a service.
    @inlinable
    @inline(__always)
    func isOpen(_ slot: Int, _ service: UInt64) -> Bool { unsafe value(openMasks, slot) & service != 0 }

    /// Whether a document has a Deny that can be about a service, if its gate holds.
    @inlinable
    @inline(__always)
    func mayDeny(_ slot: Int, _ service: UInt64) -> Bool { unsafe value(wideDenyMasks, slot) & service != 0 }

    /// Which services the denies of a document are about.
    @inlinable
    @inline(__always)
    func denies(_ slot: Int) -> Denies { unsafe value(denies, slot) }

    /// What one of the columns has for a slot.
    @inlinable
    @inline(__always)
    @unsafe
    func value<Value>(_ column: UnsafePointer<Value>, _ slot: Int) -> Value {
        precondition(slot >= 0 && slot < count, "document slot out of range")
        return unsafe column[slot]
    }
}

/// Owns what a `DocumentTable` reads.
@safe
final class DocumentTableStorage: @unchecked Sendable {  // Immutable after `init`.
    private let storages: [ImageStorage]
    let table: DocumentTable

    /// - Parameter storages: documents; one without words has nothing about any service.
    /// - Parameter conditions: those that the documents name.
    init(_ storages: [ImageStorage], conditions: Image) {
        self.storages = storages
        let count = storages.count
        let (images, allowMasks) = unsafe (column(of: Image.self, count), column(of: UInt64.self, count))
        let (wideDenyMasks, openMasks) = unsafe (column(of: UInt64.self, count), column(of: UInt64.self, count))
        let denies = unsafe column(of: DocumentTable.Denies.self, count)
        for (slot, storage) in storages.enumerated() {
            let header = DocumentHeader(storage.image)
            let deniesOthers = header.flags & Format.DocumentFlag.deniesOthers != 0
            unsafe (images + slot).initialize(to: storage.image)
            unsafe (allowMasks + slot).initialize(to: header.allowMask)
            unsafe (wideDenyMasks + slot).initialize(to: deniesOthers ? .max : header.denyMask)
            unsafe (openMasks + slot).initialize(to: header.openMask)
            let number = header.denyGate == 0 ? 0 : conditions[Int(header.denyGate) + Format.Condition.memo]
            unsafe (denies + slot).initialize(
                to: DocumentTable.Denies(mask: header.denyMask, gate: header.denyGate, gateNumber: number))
        }
        unsafe table = DocumentTable(
            images: images, allowMasks: allowMasks, wideDenyMasks: wideDenyMasks, openMasks: openMasks,
            denies: denies, count: count)
    }

    deinit {
        unsafe table.images.deallocate()
        unsafe table.allowMasks.deallocate()
        unsafe table.wideDenyMasks.deallocate()
        unsafe table.openMasks.deallocate()
        unsafe table.denies.deallocate()
    }

    var byteCount: Int {
        let slot = MemoryLayout<Image>.size + 3 * MemoryLayout<UInt64>.size + MemoryLayout<DocumentTable.Denies>.stride
        return storages.reduce(0) { $0 + $1.byteCount + slot }
    }
}

/// Room for a value a document.
private func column<Value: BitwiseCopyable>(of _: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
    .allocate(capacity: max(count, 1))
}

/// What a document's header says of all of it (`Format.Document`).
public struct DocumentHeader: Sendable {
    /// How many statements it has.
    public let statementCount: UInt32
    /// The services that an Allow can match, a bit each; all ones for `*`, `*:…` and `NotAction`.
    public let allowMask: UInt64
    /// The same of denies, but for those with `NotAction`.
    public let denyMask: UInt64
    /// The services of which every question is allowed, without conditions: what a ceiling that is open to a service says.
    public let openMask: UInt64
    /// `Format.DocumentFlag` bits.
    public let flags: UInt32
    /// A condition that every Deny with `NotAction` has, or 0.
    public let denyGate: UInt32

    /// Reads the header of a document; of no words everything is 0: nothing in it is about anything.
    public init(_ image: Image) {
        let isVacant = image.count == 0
        statementCount = isVacant ? 0 : image[Format.Document.statementCount]
        allowMask = isVacant ? 0 : image.pair(Format.Document.allowMask)
        denyMask = isVacant ? 0 : image.pair(Format.Document.denyMask)
        openMask = isVacant ? 0 : image.pair(Format.Document.openMask)
        flags = isVacant ? 0 : image[Format.Document.flags]
        denyGate = isVacant ? 0 : image[Format.Document.denyGate]
    }
}
