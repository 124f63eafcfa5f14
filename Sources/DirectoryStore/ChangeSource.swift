internal import CLinux
internal import Glibc
internal import PolicyModel

/// What may differ from the last reading.
enum ReportedChanges: Sendable, Hashable {
    /// These names at most, by path relative to the store: files in its ordinary folders.
    case names(Set<Text>)
    /// Anything.
    case anything

    /// Nothing.
    static let none = ReportedChanges.names([])

    /// Past this many names a reading of everything costs less.
    static let namesMax = 256

    /// Both.
    mutating func add(_ other: ReportedChanges) {
        guard case .names(let mine) = self, case .names(let theirs) = other else { return self = .anything }
        let all = mine.union(theirs)
        self = all.count <= ReportedChanges.namesMax ? .names(all) : .anything
    }
}

/// Where the watcher hears of changes; tests bring their own.
///
/// All but `wake` is called on the watcher's thread alone (and before it starts, on the thread that opens the store).
protocol ChangeSource: AnyObject {
    /// A reading begins: watches that it does not renew are dropped at its end.
    func beginReading()
    /// Watches the folder behind an open descriptor; called before the folder is listed.
    ///
    /// `path` is the folder's, relative to the store; `nil` where a name in it is not what it seems: under a ConfigMap.
    func watch(folder: CInt, path: Text?)
    /// Watches the folder at a path, for links in it.
    func watch(path: String)
    /// The reading is over; one that was given up never is, and drops no watch.
    func endReading()
    /// Waits for changes, a wake-up or the end of the time; says whether anything may have changed.
    func wait(milliseconds: Int64) -> Bool
    /// Whether a wait would end at once, for a change or a wake-up; neither is taken away.
    var isAwaited: Bool { get }
    /// What the waits since the last call have heard of.
    func takeReported() -> ReportedChanges
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
        _ = clinux_wait_readable(event.number, other, CInt(clamping: milliseconds))
        _ = clinux_wake_drain(event.number)
    }

    /// Whether a wait would end at once; nothing is taken away.
    func isAwaited(orBy other: CInt = -1) -> Bool { clinux_wait_readable(event.number, other, 0) != 0 }
}

/// Hears nothing: only the periodic comparison finds changes.
final class NoChanges: ChangeSource {
    let waker: Waker
    var trouble: String? { nil }

    init() throws(FileFailure) {
        waker = try Waker()
    }

    func beginReading() {}
    func watch(folder: CInt, path: Text?) {}
    func watch(path: String) {}
    func endReading() {}
    func takeReported() -> ReportedChanges { .anything }
    var isAwaited: Bool { waker.isAwaited() }

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
    private var watches: [CInt: WatchedFolder] = [:]
    private var renewed: [CInt: WatchedFolder] = [:]
    private var reported = ReportedChanges.none

    init() throws(FileFailure) {
        waker = try Waker()
        inotify = try Descriptor(clinux_inotify_open())
    }

    func beginReading() { renewed = [:] }

    func watch(folder: CInt, path: Text?) { note(clinux_inotify_watch(inotify.number, folder), path) }

    func watch(path: String) { note(unsafe clinux_inotify_watch_path(inotify.number, path), nil) }

    private func note(_ result: CInt, _ path: Text?) {
        if result >= 0 {
            let folder = WatchedFolder(path: path)
            // A folder that two paths lead to has one watch.
            renewed[result] = renewed[result] ?? folder == folder ? folder : WatchedFolder(path: nil)
        } else if result == -ENOSPC {
            trouble = "no more folders can be watched (fs.inotify.max_user_watches): changes are found more slowly"
        }
    }

    func endReading() {
        for watch in watches.keys where renewed[watch] == nil { _ = clinux_inotify_forget(inotify.number, watch) }
        watches = renewed
    }

    func wait(milliseconds: Int64) -> Bool {
        waker.wait(orFor: inotify.number, milliseconds: milliseconds)
        return drain()
    }

    var isAwaited: Bool { waker.isAwaited(orBy: inotify.number) }

    func takeReported() -> ReportedChanges {
        defer { reported = .none }
        return reported
    }

    /// Empties the queue.
    ///
    /// What has changed in a file is not looked at: a reading compares its stamp. The end of a watch (`IN_IGNORED`, also
    /// the answer to dropping one) is no change.
    private func drain() -> Bool {
        var events = Events(watches: watches)
        var result: CInt = 1
        while result == 1 {
            result = unsafe withUnsafeMutablePointer(to: &events) { pointer in
                unsafe clinux_inotify_drain(
                    inotify.number,
                    { context, watch, events, name in
                        // The context is the value above, which outlives the call; nobody else looks at it meanwhile.
                        guard let context = unsafe context else { return }
                        let text = unsafe name.flatMap { unsafe String(validatingCString: $0) }
                        unsafe context.assumingMemoryBound(to: Events.self).pointee.add(watch, events, text)
                    }, pointer)
            }
        }
        if result < 0 { events.changes = .anything }
        for watch in events.forgotten { watches[watch] = nil }
        reported.add(events.changes)
        return events.changes != .none
    }
}

/// The folder that a watch stands for.
private struct WatchedFolder: Hashable {
    /// `nil` for one whose names are not what they seem.
    let path: Text?
}

/// What one emptying of the queue brought.
private struct Events {
    let watches: [CInt: WatchedFolder]
    var changes = ReportedChanges.none
    var forgotten: Set<CInt> = []

    init(watches: [CInt: WatchedFolder]) { self.watches = watches }

    /// `name` is `nil` for an event of the folder itself, and for a name that is not UTF-8.
    mutating func add(_ watch: CInt, _ events: CInt, _ name: String?) {
        if Int(events) & CLINUX_EVENT_FORGOTTEN != 0 { forgotten.insert(watch) }
        guard Int(events) & (CLINUX_EVENT_CHANGED | CLINUX_EVENT_OVERFLOW) != 0 else { return }
        guard Int(events) & (CLINUX_EVENT_FOLDER | CLINUX_EVENT_OVERFLOW) == 0, let name,
            let folder = watches[watch]?.path
        else { return changes = .anything }
        changes.add(.names([folder.isEmpty ? Text(name) : Text("\(folder)/\(name)")]))
    }
}
