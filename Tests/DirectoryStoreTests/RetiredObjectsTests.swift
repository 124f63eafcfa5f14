import Directory
import Glibc
import NIOConcurrencyHelpers
import Testing

@testable import DirectoryStore

@Suite("What was replaced")
struct RetiredObjectsTests {
    /// Says on which thread it was taken apart.
    private final class Probe: Sendable {
        let ends: NIOLockedValueBox<[pthread_t]>

        init(_ ends: NIOLockedValueBox<[pthread_t]>) { self.ends = ends }

        deinit { ends.withLockedValue { $0.append(pthread_self()) } }
    }

    private let ends = NIOLockedValueBox<[pthread_t]>([])
    private let retired = RetiredObjects<Probe>()

    private var endsHere: Int { ends.withLockedValue { $0.count { pthread_equal($0, pthread_self()) != 0 } } }
    private var endsElsewhere: Int { ends.withLockedValue { $0.count } - endsHere }

    @Test func `is taken apart elsewhere once nobody has it, and not before`() {
        var held: [Probe] = [Probe(ends), Probe(ends)]
        for probe in held { retired.add(probe) }
        usleep(60_000)
        #expect(endsElsewhere == 0 && endsHere == 0)
        held.removeLast()
        #expect(eventually { endsElsewhere == 1 })
        retired.returnMemory()
        held = []
        #expect(eventually { endsElsewhere == 2 })
        // The thread that ended is followed by another.
        usleep(100_000)
        retired.add(Probe(ends))
        #expect(eventually { endsElsewhere == 3 })
        #expect(endsHere == 0)
    }

    @Test func `goes to whoever has it, when there is too much of it`() {
        var held = (0...RetiredObjects<Probe>.waitingMax).map { _ in Probe(ends) }
        for probe in held { retired.add(probe) }
        held.removeFirst()
        #expect(endsHere == 1)
        held = []
        #expect(eventually { endsElsewhere == RetiredObjects<Probe>.waitingMax })
        #expect(endsHere == 1)
    }

    @Test func `goes to whoever has it at the end`() {
        var held: [Probe] = [Probe(ends), Probe(ends)]
        retired.add(held[0])
        retired.close()
        retired.add(held[1])
        retired.returnMemory()
        held = []
        #expect(endsHere == 2)
    }
}

@Suite("Snapshots that were replaced")
struct RetiredSnapshotTests {
    /// Sees a snapshot for as long as somebody else has it.
    private struct Held {
        weak var snapshot: Snapshot?
    }

    private static let file = "\(ImageSample.home)/policies/P.json"

    /// The first one was once held for as long as the store.
    @Test(arguments: [false, true])
    func `are let go, the first one, too`(isFromImage: Bool) throws {
        let store = try ImageSample.store()
        var options = Hearing.inotify.options
        options.build = .test
        if isFromImage {
            options.cacheFolder = store.base + "/cache"
            let snapshot = try SnapshotBuilder().build(store.load().directory, revision: store.load().revision)
            let folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
            #expect(try folder.write(snapshot))
        }
        let opened = try DirectoryStore.open(store.path, options: options)
        defer { opened.stop() }
        let first = Held(snapshot: opened.current.snapshot)
        // An image may have been replaced by now, and taken apart.
        #expect(isFromImage || first.snapshot != nil)
        try store.write(RetiredSnapshotTests.file, Sample.document("docs:Print"))
        #expect(opened.catchesUp(with: store))
        #expect(eventually { first.snapshot == nil })
        let second = Held(snapshot: opened.current.snapshot)
        try store.write(RetiredSnapshotTests.file, Sample.document("docs:Read"))
        #expect(eventually { second.snapshot == nil })
        #expect(opened.catchesUp(with: store) && opened.current.snapshot.isComplete)
    }
}
