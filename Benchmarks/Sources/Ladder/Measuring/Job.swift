import Glibc

/// Something that runs on a thread of its own until it is joined.
///
/// INVARIANT: whoever starts it touches nothing that the body touches before `join` has returned.
final class Job {
    private let body: () throws -> Void
    private var thread = pthread_t()
    private var failure: (any Error)?

    init(_ body: @escaping () throws -> Void) throws {
        self.body = body
        // Released by the thread once it is done.
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, context)
        guard result == 0 else {
            unsafe Unmanaged<Job>.fromOpaque(context).release()
            throw BenchmarkFailure(description: "no thread to be had")
        }
    }

    private func run() {
        do {
            try body()
        } catch {
            failure = error
        }
    }

    func join() throws {
        pthread_join(thread, nil)
        if let failure { throw failure }
    }
}
