internal import CLinux
internal import Glibc
internal import Logging

/// A thread for what can take its time: others go first, and nobody waits for its end.
enum BackgroundThread {
    /// How many help whoever has many files: the other processors, but seven at most.
    ///
    /// More would wait for whoever finds the files, or prepares them one after the other.
    static var helpersMax: Int { min(max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1, 0), 7) }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs the body on a thread before which others go; `false`, and it is not run, when the system has no thread to give.
    ///
    /// The process may end while it runs.
    /// - Parameter logger: told when the system does not let others go first.
    static func start(_ logger: Logger, _ body: @escaping @Sendable () -> Void) -> Bool {
        start {
            let result = clinux_lower_this_thread()
            if result < 0 {
                logger.notice(
                    """
                    what is compiled in the background has the priority of decisions, for the system refuses another: \
                    \(FileFailure(code: -result))
                    """)
            }
            body()
        }
    }

    /// The same for what somebody waits for after all.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var thread = pthread_t()
        // One reference goes to the thread, which takes it back as its first act.
        let passed = unsafe Unmanaged.passRetained(Body(body))
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
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
