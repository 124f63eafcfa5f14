internal import CLinux
internal import Glibc
internal import NIOConcurrencyHelpers

/// Takes apart what was replaced, once nobody else has it any more, on a thread before which others go.
///
/// Whoever lets go last would have to do it else: a loop between two answers, or the store's thread before the next
/// change, and does where more waits than may. The thread is there only while something waits.
final class RetiredObjects<Object: AnyObject & Sendable>: Sendable {
    fileprivate struct State {
        var waiting: [Object] = []
        /// Whether the system is to have back what was freed.
        var owesMemory = false
        var hasThread = false
        var isClosed = false
        /// Microseconds until the thread looks again.
        var pause = RetiredObjects.pauseMin
    }

    /// Whoever is awake lets go within less; an old snapshot is as large as the new one.
    private static var pauseMin: UInt32 { 20_000 }
    /// Between looks at what somebody keeps for long.
    private static var pauseMax: UInt32 { 640_000 }
    /// Under a writer that never rests, the oldest goes to whoever lets go of it last.
    static var waitingMax: Int { 8 }

    private let state = NIOLockedValueBox(State())

    /// Takes over an object; whoever else has it lets go of it in his own time.
    func add(_ object: Object) {
        let surplus = state.withLockedValue { state -> Object? in
            // After the end whoever lets go last takes it apart.
            guard !state.isClosed else { return nil }
            state.waiting.append(object)
            state.pause = RetiredObjects.pauseMin
            return state.waiting.count > RetiredObjects.waitingMax ? state.waiting.removeFirst() : nil
        }
        _ = consume surplus
        startThread()
    }

    /// Gives the system back what has been freed, once nothing waits any more.
    func returnMemory() {
        state.withLockedValue { $0.owesMemory = !$0.isClosed }
        startThread()
    }

    /// Nothing is taken over any more, and what waits goes to whoever has it.
    func close() {
        let waiting = state.withLockedValue { state in
            (state.isClosed, state.owesMemory) = (true, false)
            defer { state.waiting = [] }
            return state.waiting
        }
        _ = consume waiting
    }

    private func startThread() {
        let isNeeded = state.withLockedValue { state in
            guard !state.hasThread, !state.waiting.isEmpty || state.owesMemory else { return false }
            state.hasThread = true
            return true
        }
        guard isNeeded else { return }
        let isStarted = BackgroundThread.start { [self] in
            _ = clinux_lower_this_thread()
            while look() {}
        }
        guard !isStarted else { return }
        // Without a thread nothing may wait here.
        let waiting = state.withLockedValue { state in
            (state.hasThread, state.owesMemory) = (false, false)
            defer { state.waiting = [] }
            return state.waiting
        }
        _ = consume waiting
    }

    /// Waits, and takes apart what nobody else has by then; whether there is more to do.
    private func look() -> Bool {
        usleep(state.withLockedValue { $0.pause })
        let free = state.withLockedValue { $0.takeFree() }
        _ = consume free
        let (isDone, returnsMemory) = state.withLockedValue { $0.whatFollows() }
        // Whoever allocates waits for it here and there, so that it goes before nobody.
        if returnsMemory { _ = BackgroundThread.start { clinux_return_memory() } }
        return !isDone
    }
}

extension RetiredObjects.State {
    /// What nobody else has.
    fileprivate mutating func takeFree() -> [Object] {
        var free: [Object] = []
        for index in waiting.indices.reversed() where isKnownUniquelyReferenced(&waiting[index]) {
            free.append(waiting.remove(at: index))
        }
        pause = free.isEmpty ? min(pause * 2, RetiredObjects.pauseMax) : RetiredObjects.pauseMin
        return free
    }

    /// Whether the thread is to end, and whether memory goes back before.
    fileprivate mutating func whatFollows() -> (isDone: Bool, returnsMemory: Bool) {
        // Nobody's memory waits for what somebody keeps.
        let returnsMemory = owesMemory && (waiting.isEmpty || pause == RetiredObjects.pauseMax)
        if returnsMemory { owesMemory = false }
        // In one go with what was seen: whoever adds something now starts another.
        if waiting.isEmpty, !returnsMemory { hasThread = false }
        return (waiting.isEmpty && !returnsMemory, returnsMemory)
    }
}
