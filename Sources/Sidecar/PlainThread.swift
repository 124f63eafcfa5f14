internal import CLinux
internal import Glibc

/// A thread of our own: loops wait in the kernel, which a task of Swift's pool must not.
@safe
package struct PlainThread: Sendable {
    private let thread: pthread_t

    private final class Body {
        private let name: String
        private let body: @Sendable () -> Void

        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            // At most 15 bytes; a longer name is refused, and only a debugger would have shown it.
            _ = unsafe clinux_name_this_thread(name)
            body()
        }
    }

    /// Starts a thread.
    package init(_ name: String, _ run: @escaping @Sendable () -> Void) throws(SidecarError) {
        var started = pthread_t()
        // The thread takes over the one reference that is made here.
        let body = unsafe Unmanaged.passRetained(Body(name, run))
        let failure = unsafe pthread_create(
            &started, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, body.toOpaque())
        guard failure == 0 else {
            unsafe body.release()
            throw .system(doing: "start a thread", errno: failure)
        }
        thread = started
    }

    /// Waits for the end of the thread; once.
    package func join() {
        _ = pthread_join(thread, nil)
    }
}
