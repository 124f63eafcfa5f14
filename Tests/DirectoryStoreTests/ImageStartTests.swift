import Authorizer
import Directory
import Foundation
import NIOConcurrencyHelpers
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("A start from an image")
struct ImageStartTests {
    private let store: TemporaryStore
    private let book = LogBook()
    private var cache: String { store.base + "/cache" }

    init() throws { store = try ImageSample.store() }

    private func options(quiet: Int64 = 3_600_000) -> StoreOptions {
        var options = Hearing.inotify.options
        options.cacheFolder = cache
        options.imageQuietMilliseconds = quiet
        options.comparisonMilliseconds = 50
        options.build = .test
        options.logger = book.logger
        return options
    }

    private var images: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
        return names.filter { $0.hasSuffix(".image") && !$0.hasPrefix(".") }
    }

    /// Starts once without an image, which leaves one.
    private func makeImage() throws -> Snapshot {
        let opened = try DirectoryStore.open(store.path, options: options())
        defer { opened.stop() }
        #expect(opened.current.status.image == nil && opened.current.snapshot.isComplete)
        #expect(eventually { images.count == 1 })
        return opened.current.snapshot
    }

    private func folder() throws -> ImageFolder { try ImageFolder(path: cache, build: RunningBuild(.test)) }

    /// Writes an image for the store's revision of something else.
    private func forge(_ directory: Directory, revision: String? = nil) throws {
        let snapshot = try SnapshotBuilder().build(directory, revision: revision ?? store.load().revision)
        #expect(try folder().write(snapshot))
    }

    @Test func `decides from the image, and then by what was compiled, which is the same`() throws {
        let first = try makeImage()
        let opened = try DirectoryStore.open(store.path, options: options())
        defer { opened.stop() }
        let (snapshot, status) = opened.current
        #expect(book.has("started from an image"))
        #expect(snapshot.revision == first.revision && snapshot.counts == first.counts)
        #expect(ImageSample.answers(snapshot) == ImageSample.answers(first))
        #expect(status.errors.isEmpty && !status.isStale && status.reloads == 0)
        #expect(eventually { opened.current.status.image == .equal && opened.current.snapshot.isComplete })
        #expect(opened.current.snapshot.directory == first.directory)
        #expect(opened.current.status.reloads == 0)
        #expect(!book.has("critical") && !book.has("new policies"))
    }

    @Test func `edits and reloads come into force behind it`() throws {
        let first = try makeImage()
        let opened = try DirectoryStore.open(store.path, options: options())
        defer { opened.stop() }
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        #expect(opened.catchesUp(with: store))
        #expect(opened.current.snapshot.revision != first.revision && opened.current.snapshot.isComplete)
        try store.write("\(ImageSample.home)/policies/P.json", "{")
        #expect(opened.reports("policies/P.json:1:2"))
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        #expect(opened.catchesUp(with: store))
    }

    /// No comparison comes to help: what wakes the thread during the check is all that there is.
    @Test func `a reload that is asked for at once waits for what is compiled, and no longer`() throws {
        _ = try makeImage()
        var options = options()
        options.comparisonMilliseconds = 3_600_000
        for _ in 0..<5 {
            let opened = try DirectoryStore.open(store.path, options: options)
            defer { opened.stop() }
            #expect(try opened.reloaded()?.get() == opened.current.status.revision)
            #expect(opened.current.snapshot.isComplete && opened.current.status.image == .equal)
        }
    }

    @Test func `a store that is stopped at once has done nothing`() throws {
        let first = try makeImage()
        let watch = try self.watch()
        watch.mailbox.withLockedValue { $0.isStopping = true }
        watch.changes.waker.wake()
        _ = try watch.start()
        watch.run()
        let current = try #require(watch.mailbox.withLockedValue { $0.current })
        #expect(current.status.image == .unchecked && current.snapshot.revision == first.revision)
        #expect(images.count == 1)
    }

    // MARK: By hand

    private func watch(_ changes: ScriptedChanges? = nil) throws -> StoreWatch {
        StoreWatch(
            path: store.path, options: options(), clock: .system,
            changes: try changes ?? ScriptedChanges(ScriptedChanges.Script()),
            mailbox: NIOLockedValueBox(StoreMailbox()), images: try folder())
    }

    /// An edit and a reload while the image decides.
    ///
    ///     start from the image ─▶ edit, reload asked for ─▶ check: equal, of the files as they were ─▶ the edit is due
    @Test func `an edit that is heard of meanwhile is an edit of what was compiled`() throws {
        let first = try makeImage()
        let changes = ScriptedChanges(try ScriptedChanges.Script())
        let watch = try self.watch(changes)
        #expect(try watch.start().status.image == .unchecked)
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        watch.mailbox.withLockedValue { $0.reloads.append { _ in } }
        changes.script.overflow()
        #expect(watch.checkImage())
        let current = try #require(watch.mailbox.withLockedValue { $0.current })
        #expect(current.status.image == .equal && current.snapshot.isComplete)
        #expect(current.status.revision == first.revision && SnapshotImage.difference(current.snapshot, first) == nil)
        #expect(watch.quiet.deadline != nil)
        #expect(watch.mailbox.withLockedValue { $0.reloads.count } == 1)
    }

    @Test func `whoever is in a hurry parses what is left, with the same result`() throws {
        let first = try makeImage()
        let reading = try StoreReader(path: store.path, limits: StoreLimits(), clock: .system, parses: false).read()
        let waker = try Waker()
        let parsing = BackgroundParsing(.init(reading: reading, builder: SnapshotBuilder()), waker: waker)
        parsing.hurry()
        parsing.start(book.logger)
        waker.wait(milliseconds: 60_000)
        var work = try #require(parsing.take())
        #expect(work.reading.cache.files.values.count { $0.unparsed != nil } > 10)
        var parsed = 0
        work.parse(unless: {
            parsed += 1
            return parsed > 3
        })
        work.parse()
        #expect(work.reading.cache.files.values.allSatisfy { $0.unparsed == nil })
        let snapshot = try #require(try Recompiled(work, StoreLimits()).snapshot?.get())
        #expect(SnapshotImage.difference(snapshot, first) == nil)
    }

    @Test func `where the policies do not compile, the image goes, and everything is denied`() throws {
        let first = try makeImage()
        let watch = try self.watch()
        _ = try watch.start()
        let verdict = StoreJudge.judge(
            try StoreReader(path: store.path, limits: StoreLimits(), clock: .system).read().scan, inForce: [:],
            mode: .start)
        let reading = try #require(watch.unparsed)
        watch.accept(
            Recompiled(reading: reading, verdict: verdict, builder: SnapshotBuilder(), snapshot: .failure(.noTables)))
        let current = try #require(watch.mailbox.withLockedValue { $0.current })
        #expect(current.status.image == .withdrawn && current.status.isStale)
        #expect(current.status.errors.contains { $0.hasPrefix("the policies cannot be compiled") })
        #expect(ImageSample.answers(current.snapshot).allSatisfy { $0?.decision != .allowed })
        #expect(ImageSample.answers(first).contains { $0?.decision == .allowed })
        #expect(images.isEmpty && book.has("everything is denied until it does"))
    }

    @Test func `a difference is an alarm, and what was compiled is in force`() throws {
        let first = try makeImage()
        let other = try ImageSample.store()
        try other.write("\(ImageSample.home)/groups/g.json", Sample.group("docs:Steal", policies: ["P"]))
        try forge(other.load().directory)
        let opened = try DirectoryStore.open(store.path, options: options())
        defer { opened.stop() }
        #expect(eventually { opened.current.status.image == .different && opened.current.snapshot.isComplete })
        #expect(SnapshotImage.difference(opened.current.snapshot, first) == nil)
        #expect(eventually { book.has("critical the image was not what its policies compile to: it differs in word") })
        #expect(opened.current.status.errors.isEmpty)
        // It stays known, whatever comes later, and the image is mended.
        #expect(try opened.reloaded()?.get() == first.revision)
        #expect(opened.current.status.image == .different)
        #expect(
            eventually {
                let mended = try? folder().snapshot(of: first.revision, rules: Directory())
                return mended.map { SnapshotImage.difference($0, first) == nil } ?? false
            })
    }

    /// What is broken, and whose image says that it is not.
    @Test(
        arguments: [
            "\(Company.scps)/S.json", "\(Company.rcps)/R.json", "\(ImageSample.home)/users/b.json",
            "\(ImageSample.home)/groups/g.json",
        ])
    func `of a store that would not start nothing is in force behind a forged image`(broken: String) throws {
        let good = store.load().directory
        let before = ImageSample.answers(try SnapshotBuilder().build(good, revision: "r"))
        let text = try String(contentsOfFile: store.absolute(broken), encoding: .utf8)
        try store.write(broken, "{")
        let reader = StoreReader(path: store.path, limits: StoreLimits(), clock: .system, parses: false)
        let revision: String = try #require(try reader.read().revisionIfGood)
        try forge(good, revision: revision)
        let opened = try DirectoryStore.open(store.path, options: options())
        #expect(eventually { opened.current.status.image == .withdrawn })
        let (snapshot, status) = opened.current
        #expect(status.isStale && status.errors.contains { $0.contains("\(broken):1:2") })
        #expect(ImageSample.answers(snapshot).allSatisfy { $0?.decision != .allowed })
        #expect(eventually { book.has("critical") && book.has("its store would not start") })
        // Another edit does not put a part of the store in force, and no image is made of one.
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        guard case .failure? = opened.reloaded() else { return #expect(Bool(false), "it reloads") }
        #expect(opened.current.status.image == .withdrawn)
        #expect(ImageSample.answers(opened.current.snapshot).allSatisfy { $0?.decision != .allowed })
        #expect(images.isEmpty)
        // A start says no; a store that starts is in force as a whole.
        var plain = options()
        plain.cacheFolder = nil
        #expect(throws: StoreError.self) { try DirectoryStore.open(store.path, options: plain) }
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("app:Run"))
        try store.write(broken, text)
        #expect(opened.catchesUp(with: store))
        #expect(opened.current.status.image == .different && opened.current.status.errors.isEmpty)
        #expect(ImageSample.answers(opened.current.snapshot) == before)
        opened.stop()
    }

    @Test func `a folder that nobody asked for is gone without where it cannot hold images`() throws {
        try FileManager.default.createDirectory(
            atPath: cache, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        var options = options()
        #expect(throws: StoreError.self) { try DirectoryStore.open(store.path, options: options) }
        options.isCacheOptional = true
        let opened = try DirectoryStore.open(store.path, options: options)
        defer { opened.stop() }
        #expect(opened.current.status.image == nil && images.isEmpty)
        #expect(book.all.count { $0.hasPrefix("warning no images are kept: ") && $0.contains("its mode is 755") } == 1)
    }

    @Test func `a layout that a start refuses is refused with an image, too`() throws {
        _ = try makeImage()
        try store.makeFolder("\(ImageSample.home)/user")
        #expect(throws: StoreError.self) { try DirectoryStore.open(store.path, options: options()) }
    }

    enum Harm: CaseIterable, Sendable { case flipped, truncated, empty, foreign, renamed, folder }

    @Test(arguments: Harm.allCases)
    func `an image that is harmed is not used, which one line says`(harm: Harm) throws {
        let first = try makeImage()
        let file = cache + "/" + (try folder().name(of: first.revision))
        switch harm {
        case .flipped:
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            bytes[bytes.count / 2] ^= 4
            try store.writeBytes(file, bytes)
        case .truncated:
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            try store.writeBytes(file, Array(bytes.dropLast(4)))
        case .empty: try store.writeBytes(file, [])
        case .foreign:
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        case .renamed:
            let other = try SnapshotBuilder().build(Directory(), revision: String(repeating: "a", count: 32))
            #expect(try folder().write(other))
            try store.move(cache + "/" + (try folder().name(of: other.revision)), file)
        case .folder:
            unsafe unlink(file)
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        }
        let opened = try DirectoryStore.open(store.path, options: options())
        defer { opened.stop() }
        #expect(opened.current.status.image == nil && opened.current.snapshot.isComplete)
        #expect(SnapshotImage.difference(opened.current.snapshot, first) == nil)
        #expect(book.all.count { $0.hasPrefix("warning the image `") && $0.contains("is not used: ") } == 1)
    }

    @Test func `an image of another build or revision is as good as none`() throws {
        _ = try makeImage()
        var options = options()
        options.build = BuildIdentity(digest: FileDigest(of: [2]))
        let opened = try DirectoryStore.open(store.path, options: options)
        #expect(opened.current.status.image == nil)
        opened.stop()
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        let again = try DirectoryStore.open(store.path, options: self.options())
        defer { again.stop() }
        #expect(again.current.status.image == nil)
        #expect(book.has("there is no image of the policies"))
    }

    @Test func `after an edit there is an image once the store is quiet, and it is that of a start`() throws {
        let opened = try DirectoryStore.open(store.path, options: options(quiet: 100))
        #expect(eventually { images.count == 1 })
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        #expect(opened.catchesUp(with: store))
        let revision = opened.current.status.revision
        let name = try folder().name(of: revision)
        #expect(eventually { images.contains(name) })
        // No image of a store with trouble.
        try store.write("\(ImageSample.home)/policies/P.json", "{")
        #expect(opened.reports("P.json"))
        opened.stop()
        try store.write("\(ImageSample.home)/policies/P.json", Sample.document("docs:Print"))
        let again = try DirectoryStore.open(store.path, options: options())
        defer { again.stop() }
        #expect(again.current.status.revision == revision)
        #expect(again.current.status.image != nil)
        #expect(eventually { again.current.status.image == .equal })
    }

    @Test func `a ConfigMap starts from an image, too`() throws {
        let mount = try TemporaryStore(named: "mount")
        try mount.makeFolder("..one")
        try mount.write("..one/accounts/111122223333/users/alice.json", Sample.user(inline: [Sample.document()]))
        try mount.link(mount.path + "/..data", to: "..one")
        try mount.link(mount.path + "/accounts", to: "..data/accounts")
        var options = options()
        options.cacheFolder = mount.base + "/cache"
        let first = try DirectoryStore.open(mount.path, options: options)
        #expect(
            eventually {
                let names = try? FileManager.default.contentsOfDirectory(atPath: mount.base + "/cache")
                return names?.count { $0.hasSuffix(".image") && !$0.hasPrefix(".") } == 1
            })
        first.stop()
        let second = try DirectoryStore.open(mount.path, options: options)
        defer { second.stop() }
        #expect(second.current.status.image != nil)
        #expect(eventually { second.current.status.image == .equal })
    }
}
