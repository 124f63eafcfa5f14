public import PolicyModel

/// What is recorded of a decision, but for the texts of its question.
@frozen
public struct DecisionFacts: Sendable, Hashable, BitwiseCopyable {
    /// When the question was decided: the one reading of the clock that the decision had.
    public var seconds: Int64
    /// Nanoseconds of that second.
    public var nanoseconds: UInt32
    /// The user whose process asked, as the kernel told it when the connection was made.
    public var peerUser: UInt32
    /// Names the revision that decided: what `DecisionLog.number(of:)` gave for it.
    public var revision: UInt32
    /// How it came out.
    public var decision: Decision
    /// Why.
    public var reason: Reason

    /// Makes the facts of a decision.
    public init(now: Instant, peerUser: UInt32, revision: UInt32, decision: Decision, reason: Reason) {
        seconds = now.seconds
        nanoseconds = now.nanoseconds
        self.peerUser = peerUser
        self.revision = revision
        self.decision = decision
        self.reason = reason
    }
}

/// A decision as the drain reads it; its texts lie in the ring and are good until the next record is taken.
@safe
public struct DecisionRecord {
    /// Texts that were cut, as a set.
    public struct Cuts: OptionSet, Sendable, Hashable {
        /// The bits.
        public let rawValue: UInt8

        /// Takes bits as they are.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The principal was longer than `principalBytesMax`.
        public static let principal = Cuts(rawValue: 1)
        /// The action was longer than `actionBytesMax`.
        public static let action = Cuts(rawValue: 2)
        /// The resource was longer than `resourceBytesMax`.
        public static let resource = Cuts(rawValue: 4)
    }

    /// Bytes of a principal that are recorded; what is longer is cut and marked.
    public static let principalBytesMax = 512
    /// Bytes of an action that are recorded: as many as an action may have.
    public static let actionBytesMax = 256
    /// Bytes of a resource that are recorded; what is longer is cut and marked.
    public static let resourceBytesMax = 512

    /// Everything but the texts.
    public let facts: DecisionFacts
    /// Which texts were cut.
    public let cuts: Cuts
    /// The principal as asked.
    public let principal: UnsafeRawBufferPointer
    /// The action as asked.
    public let action: UnsafeRawBufferPointer
    /// The resource as asked.
    public let resource: UnsafeRawBufferPointer

    /// What stands before the texts of a record in the ring.
    struct Header: BitwiseCopyable {
        /// All bytes of the record, a multiple of `alignment`; 0 for "the next record is at the ring's beginning".
        var size: UInt32
        var cuts: UInt8
        var principalCount: UInt16
        var actionCount: UInt16
        var resourceCount: UInt16
        var facts: DecisionFacts
    }

    /// Where records begin in the ring; a header is aligned by it.
    static let alignment = 8
    /// Bytes of a record before its texts.
    static let headerBytes = (MemoryLayout<Header>.size + alignment - 1) / alignment * alignment
    /// The longest record.
    static let bytesMax = size(principalBytesMax + actionBytesMax + resourceBytesMax)

    /// How many bytes a record with so many bytes of text takes.
    static func size(_ textBytes: Int) -> Int { (headerBytes + textBytes + alignment - 1) & ~(alignment - 1) }
}
