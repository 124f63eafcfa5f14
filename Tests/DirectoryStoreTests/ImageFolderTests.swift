import Directory
import Foundation
import Glibc
import Testing

@testable import DirectoryStore

@Suite("The folder of images")
struct ImageFolderTests {
    private static func message(_ path: String) -> String? {
        do throws(StoreError) {
            _ = try ImageFolder(path: path, build: RunningBuild(.test))
            return nil
        } catch {
            return error.description
        }
    }

    private static func snapshot(_ number: Int) throws -> Snapshot {
        let digits = String(number, radix: 16)
        return try SnapshotBuilder().build(
            Directory(), revision: String(repeating: "0", count: 32 - digits.count) + digits)
    }

    @Test func `is made for us alone, and so are its files`() throws {
        let store = try TemporaryStore()
        let path = store.base + "/cache"
        let folder = try ImageFolder(path: path, build: RunningBuild(.test))
        let snapshot = try Self.snapshot(1)
        #expect(try folder.write(snapshot))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [folder.name(of: snapshot.revision)])
        for (file, mode) in [(path, 0o700), (path + "/" + folder.name(of: snapshot.revision), 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(file)")
        }
        #expect(Self.message(path) == nil)
        let read = try #require(try folder.snapshot(of: snapshot.revision, rules: Directory()))
        #expect(SnapshotImage.difference(read, snapshot) == nil)
        #expect(try folder.snapshot(of: String(repeating: "f", count: 32), rules: Directory()) == nil)
    }

    @Test(arguments: [0o755, 0o750, 0o701, 0o500, 0o1700])
    func `is refused in one line where others could look or write into it`(mode: Int) throws {
        let store = try TemporaryStore()
        let path = store.base + "/cache"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(unsafe chmod(path, mode_t(mode)) == 0)
        let message = try #require(Self.message(path))
        #expect(message.contains("its mode is \(String(mode, radix: 8)), and must be 700"))
        #expect(!message.contains("\n"))
    }

    @Test func `is refused where it is a link, a file or nowhere`() throws {
        let store = try TemporaryStore()
        try FileManager.default.createDirectory(
            atPath: store.base + "/real", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try store.link(store.base + "/link", to: "real")
        try store.writeAbsolute(store.base + "/file", "")
        for (name, text) in [
            ("link", "a link to one does not do"), ("file", "it is no folder"), ("none/cache", "there is no such file"),
        ] {
            let message = try #require(Self.message(store.base + "/" + name))
            #expect(message.contains(text) && message.contains("cannot be used: "), "\(message)")
        }
    }

    @Test func `is refused where it belongs to another user`() throws {
        let store = try TemporaryStore()
        var path = "/"
        if geteuid() == 0 {
            path = store.base + "/cache"
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            #expect(unsafe chown(path, 12_345, 12_345) == 0)
        }
        #expect(try #require(Self.message(path)).contains("it belongs to another user"))
    }

    @Test func `an image that others could have written is refused`() throws {
        let store = try TemporaryStore()
        let folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
        let snapshot = try Self.snapshot(1)
        let file = store.base + "/cache/" + folder.name(of: snapshot.revision)
        #expect(try folder.write(snapshot))
        #expect(unsafe chmod(file, 0o640) == 0)
        #expect(throws: SnapshotImageError("it is not a file of ours alone")) {
            try folder.snapshot(of: snapshot.revision, rules: Directory())
        }
        #expect(unsafe chmod(file, 0o600) == 0)
        try store.move(file, file + ".real")
        try store.link(file, to: folder.name(of: snapshot.revision) + ".real")
        #expect(throws: SnapshotImageError.self) { try folder.snapshot(of: snapshot.revision, rules: Directory()) }
        unsafe unlink(file)
        #expect(unsafe mkfifo(file, 0o600) == 0)
        #expect(throws: SnapshotImageError.self) { try folder.snapshot(of: snapshot.revision, rules: Directory()) }
    }

    @Test func `keeps the newest images, and what is none of ours`() throws {
        let store = try TemporaryStore()
        let folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
        try store.writeAbsolute(store.base + "/cache/README", "")
        try store.writeAbsolute(store.base + "/cache/.part-1-left", "")
        var snapshots: [Snapshot] = []
        for number in 1...6 {
            snapshots.append(try Self.snapshot(number))
            #expect(try folder.write(snapshots[number - 1]))
            usleep(20_000)
        }
        let names = try Set(FileManager.default.contentsOfDirectory(atPath: store.base + "/cache"))
        #expect(names == Set(snapshots.suffix(ImageFolder.imagesMax).map { folder.name(of: $0.revision) } + ["README"]))
    }

    @Test func `the running build is found, always the same`() throws {
        let build = try #require(RunningBuild().identity)
        #expect(build == BuildIdentity.running() && build != .test)
        #expect(build.short.utf8.count == 16)
    }

    @Test func `an image is written over, never into`() throws {
        let store = try TemporaryStore()
        let folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
        let snapshot = try Self.snapshot(1)
        #expect(try folder.write(snapshot))
        let old = try #require(try folder.snapshot(of: snapshot.revision, rules: Directory()))
        #expect(try folder.write(snapshot))
        #expect(SnapshotImage.difference(old, snapshot) == nil)
    }
}
