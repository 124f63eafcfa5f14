internal import CLinux
internal import Glibc

/// Where the watcher hears of changes; tests bring their own.
///
/// All but `wake` is called on the watcher's thread alone (and before it starts, on the thread that opens the store).
protocol ChangeSource: AnyObject {
    /// A reading begins: watches that it does not renew are dropped at its end.
    func beginReading()
    /// Watches the folder behind an open descriptor; called before the folder is listed.
    func watch(folder: CInt)
    /// Watches the folder at a path, for links in it.
    func watch(path: String)
    /// The reading is over.
    func endReading()
    /// Waits for changes, a wake-up or the end of the time; says whether anything may have changed.
    func wait(milliseconds: Int64) -> Bool
    /// Ends a wait from any thread; a wake-up before the wait ends it at once.
    var waker: Waker { get }
    /// Something went wrong with watching that a person should know, once; the periodic comparison goes on.
    var trouble: String? { get }
}

/// Wakes the watcher's thread, from any thread.
final class Waker: Sendable {
    private let event: Descriptor

    init() throws(FileFailure) {
        event = try Descriptor(clinux_wake_open())
    }

    /// Ends the present wait, or the next one.
    func wake() { _ = clinux_wake_send(event.number) }

    /// Waits for a wake-up, for the other descriptor to have something to read, or for the end of the time.
    func wait(orFor other: CInt = -1, milliseconds: Int64) {
        clinux_wait_readable(event.number, other, CInt(clamping: milliseconds))
        _ = clinux_wake_drain(event.number)
    }
}

/// Hears nothing: only the periodic comparison finds changes.
final class NoChanges: ChangeSource {
    let waker: Waker
    var trouble: String? { nil }

    init() throws(FileFailure) {
        waker = try Waker()
    }

    func beginReading() {}
    func watch(folder: CInt) {}
    func watch(path: String) {}
    func endReading() {}

    func wait(milliseconds: Int64) -> Bool {
        waker.wait(milliseconds: milliseconds)
        return false
    }
}

/// Hears of changes through inotify.
final class InotifyChanges: ChangeSource {
    let waker: Waker
    private(set) var trouble: String?
    private let inotify: Descriptor
    private var watches: Set<CInt> = []
    private var renewed: Set<CInt> = []

    init() throws(FileFailure) {
        waker = try Waker()
        inotify = try Descriptor(clinux_inotify_open())
    }

    func beginReading() { renewed = [] }

    func watch(folder: CInt) { note(clinux_inotify_watch(inotify.number, folder)) }

    func watch(path: String) { note(unsafe clinux_inotify_watch_path(inotify.number, path)) }

    private func note(_ result: CInt) {
        if result >= 0 {
            renewed.insert(result)
        } else if result == -ENOSPC {
            trouble = "no more folders can be watched (fs.inotify.max_user_watches): changes are found more slowly"
        }
    }

    func endReading() {
        for watch in watches.subtracting(renewed) { _ = clinux_inotify_forget(inotify.number, watch) }
        watches = renewed
    }

    func wait(milliseconds: Int64) -> Bool {
        waker.wait(orFor: inotify.number, milliseconds: milliseconds)
        return drain()
    }

    /// Empties the queue.
    ///
    /// What changed is not looked at: a reading compares every stamp, so an overflow is a change like any other. The end
    /// of a watch (`IN_IGNORED`, also the answer to dropping one) is none.
    private func drain() -> Bool {
        var events = Events()
        var result: CInt = 1
        while result == 1 {
            result = unsafe withUnsafeMutablePointer(to: &events) { pointer in
                unsafe clinux_inotify_drain(
                    inotify.number,
                    { context, watch, events in
                        // The context is the value above, which outlives the call; nobody else looks at it meanwhile.
                        guard let context = unsafe context else { return }
                        unsafe context.assumingMemoryBound(to: Events.self).pointee.add(watch, events)
                    }, pointer)
            }
        }
        watches.subtract(events.forgotten)
        return events.areChanges || result < 0
    }
}

/// What one emptying of the queue brought.
private struct Events {
    var areChanges = false
    var forgotten: Set<CInt> = []

    mutating func add(_ watch: CInt, _ events: CInt) {
        if Int(events) & (CLINUX_EVENT_CHANGED | CLINUX_EVENT_OVERFLOW) != 0 { areChanges = true }
        if Int(events) & CLINUX_EVENT_FORGOTTEN != 0 { forgotten.insert(watch) }
    }
}
