internal import Glibc
internal import NIOConcurrencyHelpers

/// The one thread of a store.
///
/// A pthread and not a task: it spends its life waiting in the kernel, which would hold up others in a pool.
final class WatchThread: Sendable {
    /// `nil` once it is joined.
    private let handle: NIOLockedValueBox<pthread_t?>

    /// Begins to run the watch; `nil` when the system has no thread to give.
    ///
    /// The caller gives the watch away: from here on only the thread touches it.
    init?(running watch: StoreWatch) {
        var thread = pthread_t()
        // One reference goes to the thread, which takes it back as its first act.
        let passed = unsafe Unmanaged.passRetained(watch)
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<StoreWatch>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, passed.toOpaque())
        guard result == 0 else {
            unsafe passed.release()
            return nil
        }
        handle = NIOLockedValueBox(thread)
    }

    /// Waits for the thread's end, once; from the thread itself, only lets it go.
    func join() {
        let taken = handle.withLockedValue { handle -> pthread_t? in
            defer { handle = nil }
            return handle
        }
        guard let taken else { return }
        if pthread_equal(taken, pthread_self()) != 0 {
            pthread_detach(taken)
        } else {
            pthread_join(taken, nil)
        }
    }
}
