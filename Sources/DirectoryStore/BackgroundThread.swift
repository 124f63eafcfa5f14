internal import CLinux
internal import Glibc

/// A thread for what can take its time: others go first, and nobody waits for its end.
enum BackgroundThread {
    private final class Body: Sendable {
        let isUrgent: Bool
        let run: @Sendable () -> Void

        init(isUrgent: Bool, _ run: @escaping @Sendable () -> Void) { (self.isUrgent, self.run) = (isUrgent, run) }
    }

    /// Runs the body on a thread of its own; `false`, and it is not run, when the system has no thread to give.
    ///
    /// The process may end while it runs.
    /// - Parameter isUrgent: whether somebody waits for it after all.
    static func start(isUrgent: Bool = false, _ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        // One reference goes to the thread, which takes it back as its first act.
        let passed = unsafe Unmanaged.passRetained(Body(isUrgent: isUrgent, body))
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                if !body.isUrgent { _ = clinux_lower_this_thread() }
                body.run()
                return nil
            }, passed.toOpaque())
        guard result == 0 else {
            unsafe passed.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
