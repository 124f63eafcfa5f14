import Directory
import Glibc
import NIOConcurrencyHelpers
import PolicyModel

@testable import DirectoryStore

/// Waits for something that another thread brings about; generous, because only a failure waits that long.
func eventually(_ isTrue: () -> Bool) -> Bool {
    for _ in 0..<2_000 {
        if isTrue() { return true }
        usleep(10_000)
    }
    return isTrue()
}

extension DirectoryStore {
    /// Waits until what is in force is what a start with the present files would serve, without trouble.
    func catchesUp(with store: TemporaryStore) -> Bool {
        eventually {
            let loaded = store.load()
            let status = current.status
            return loaded.isGood && status.revision == loaded.revision && !status.isStale
        }
    }

    /// Waits until there is an error with the text.
    func reports(_ text: String) -> Bool {
        eventually { current.status.errors.contains { $0.contains(text) } }
    }

    /// Reloads and waits for the answer.
    func reloaded() -> Result<String, ReloadFailure>? {
        let answer = NIOLockedValueBox<Result<String, ReloadFailure>?>(nil)
        reload { result in answer.withLockedValue { $0 = result } }
        _ = eventually { answer.withLockedValue { $0 != nil } }
        return answer.withLockedValue { $0 }
    }
}

/// Changes that a test announces itself.
final class ScriptedChanges: ChangeSource {
    /// What the test and the watcher's thread share.
    final class Script: Sendable {
        let waker: Waker
        let pending = NIOLockedValueBox(0)
        /// How often the watcher has asked on its way, when somebody always waits for it; `nil` when nobody does.
        let askedOften = NIOLockedValueBox<Int?>(nil)

        init() throws { waker = try Waker() }

        /// As inotify answers when its queue was full: something changed, nobody knows what.
        func overflow() {
            pending.withLockedValue { $0 += 1 }
            waker.wake()
        }
    }

    let script: Script
    var waker: Waker { script.waker }
    var trouble: String? { nil }

    init(_ script: Script) { self.script = script }

    func beginReading() {}
    func watch(folder: CInt, path: Text?) {}
    func watch(path: String) {}
    func endReading() {}
    func takeReported() -> ReportedChanges { .anything }

    var isAwaited: Bool {
        let isAlways = script.askedOften.withLockedValue { count in
            count? += 1
            return count != nil
        }
        return isAlways || waker.isAwaited()
    }

    func wait(milliseconds: Int64) -> Bool {
        waker.wait(milliseconds: milliseconds)
        return script.pending.withLockedValue { count in
            defer { count = 0 }
            return count > 0
        }
    }
}
