public import DecisionTree
public import PolicyModel

/// The replies to an `Authorize` without explanation by one revision, written once instead of for every question.
@safe
public final class PreparedReplies: @unchecked Sendable {  // Immutable after `init`.
    // INVARIANT: `base` has the bytes of all three replies, and is written before anybody sees it.
    private let base: UnsafeMutablePointer<UInt8>
    /// The replies, good for as long as this object lives.
    public let views: Views

    /// A whole reply for each decision.
    @frozen
    public struct Views: Sendable {
        let allowed: ByteView
        let explicitDeny: ByteView
        let implicitDeny: ByteView

        /// The reply that says a decision.
        public subscript(decision: Decision) -> ByteView {
            switch decision {
            case .allowed: allowed
            case .explicitDeny: explicitDeny
            case .implicitDeny: implicitDeny
            }
        }
    }

    /// Writes the replies that carry a revision.
    public init(revision: String) {
        var buffer = WireBuffer()
        var ends: [Int] = []
        for decision in [Decision.allowed, .explicitDeny, .implicitDeny] {
            buffer.appendAuthorizeReply(decision, revision: revision)
            ends.append(buffer.count)
        }
        let bytes = buffer.bytes
        unsafe base = .allocate(capacity: bytes.count)
        unsafe base.update(from: bytes, count: bytes.count)
        let all = unsafe ByteView(base: base, count: bytes.count)
        views = Views(
            allowed: all.slice(0, ends[0]), explicitDeny: all.slice(ends[0], ends[1]),
            implicitDeny: all.slice(ends[1], ends[2]))
    }

    deinit { unsafe base.deallocate() }
}
