internal import NIOConcurrencyHelpers

/// Carries a poller to the thread that will own it.
///
/// A poller is made before its thread, so that its failure is thrown by `start`; a closure cannot own what is not
/// copyable, so it is handed over in this box, once.
final class LoopPoller: Sendable {
}
