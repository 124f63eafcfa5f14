import Directory
import Foundation
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("An image that is read before it is known to be the right one")
struct EarlyImageTests {
    private let store: TemporaryStore
    private let folder: ImageFolder
    private var cache: String { store.base + "/cache" }

    init() throws {
        store = try TemporaryStore()
        folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
    }

    private static let revisions = ["a", "b", "c"].map { String(repeating: $0, count: 32) }

    /// Writes an image of each revision, a second apart; the last one is the newest.
    private func writeAll() throws {
        for (age, revision) in zip([20, 10, 0], EarlyImageTests.revisions) {
            #expect(try folder.write(SnapshotBuilder().build(Directory(), revision: revision)))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -Double(age))],
                ofItemAtPath: cache + "/" + folder.name(of: revision))
        }
    }

    @Test func `is the newest of this build, and of the revision that it says`() throws {
        #expect(folder.newest == nil)
        try writeAll()
        let newest = EarlyImageTests.revisions[2]
        #expect(folder.newest == folder.name(of: newest))
        let other = BuildIdentity(digest: FileDigest(of: [2]))
        #expect(try ImageFolder(path: cache, build: RunningBuild(other)).newest == nil)
        let image = try #require(try EarlyImage(folder).image(named: folder.name(of: newest)))
        var rules = Directory()
        if let account = AccountID("111122223333") { rules.accounts[account] = Account(id: account) }
        let snapshot = try image.snapshot(of: newest, rules: rules)
        #expect(snapshot.revision == newest && !snapshot.isComplete && snapshot.directory == rules)
        #expect(throws: SnapshotImageError.self) { try image.snapshot(of: EarlyImageTests.revisions[0], rules: rules) }
    }

    @Test func `is let go where another is asked for, which is read then`() throws {
        try writeAll()
        let early = EarlyImage(folder)
        for revision in EarlyImageTests.revisions.dropLast() {
            #expect(try early.image(named: folder.name(of: revision)) == nil)
            #expect(try folder.snapshot(of: revision, rules: Directory(), early: early)?.revision == revision)
        }
        let unknown = String(repeating: "d", count: 32)
        #expect(try folder.snapshot(of: unknown, rules: Directory(), early: early) == nil)
    }

    /// What was read is used, whatever becomes of the file; a file that is harmed is refused once and for all.
    @Test func `is read once`() throws {
        try writeAll()
        let newest = EarlyImageTests.revisions[2]
        let name = folder.name(of: newest)
        let early = EarlyImage(folder)
        _ = try early.image(named: name)
        try store.removeAbsolute(cache + "/" + name)
        #expect(try folder.snapshot(of: newest, rules: Directory(), early: early)?.revision == newest)
        #expect(try folder.snapshot(of: newest, rules: Directory()) == nil)
        try store.writeBytes(cache + "/" + name, [1, 2, 3])
        let harmed = EarlyImage(folder)
        #expect(throws: SnapshotImageError.self) { try folder.snapshot(of: newest, rules: Directory(), early: harmed) }
    }
}
