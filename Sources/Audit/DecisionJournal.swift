internal import NIOConcurrencyHelpers

/// A ring that many threads record into, one after the other: for those who decide on no thread of their own.
///
/// It takes a lock for every decision, which the loops of the native socket never do.
public final class DecisionJournal: Sendable {
    /// Used by the holder of the lock only, which is what makes it `Sendable`.
    private final class Writer: @unchecked Sendable {
        var recorder: DecisionRecorder

        init(_ recorder: consuming DecisionRecorder) { self.recorder = recorder }
    }

    private let log: DecisionLog
    private let writer: NIOLockedValueBox<Writer>

    /// The writing end of the ring with an index, which nobody else may have.
    public init(_ log: DecisionLog, ring index: Int) {
        self.log = log
        writer = NIOLockedValueBox(Writer(log.recorder(index)))
    }

    /// The number by which records name a revision; asked for once a request.
    public func number(of revision: String) -> UInt32 { log.number(of: revision) }

    /// Records a decision with its question, and wakes whoever writes the file; without room it is dropped and counted.
    public func record(_ facts: DecisionFacts, principal: String, action: String, resource: String) {
        var (principal, action, resource) = (principal, action, resource)
        principal.withUTF8 { principal in
            action.withUTF8 { action in
                resource.withUTF8 { resource in
                    writer.withLockedValue { writer in
                        unsafe writer.recorder.record(
                            facts, principal: UnsafeRawBufferPointer(principal),
                            action: UnsafeRawBufferPointer(action), resource: UnsafeRawBufferPointer(resource))
                        writer.recorder.offer()
                    }
                }
            }
        }
    }
}
