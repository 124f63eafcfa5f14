import Directory
import Foundation
import Glibc
import PolicyModel
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

    @Test func `is made where its parent hands its group on`() throws {
        let store = try TemporaryStore()
        let parent = store.base + "/volume"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
        #expect(unsafe chmod(parent, 0o2775) == 0)
        for _ in 0..<2 { #expect(Self.message(parent + "/cache") == nil) }
        let attributes = try FileManager.default.attributesOfItem(atPath: parent + "/cache")
        #expect(attributes[.posixPermissions] as? Int == 0o2700)
    }

    @Test func `is the same with slashes behind it, and no link by them`() throws {
        let store = try TemporaryStore()
        #expect(Self.message(store.base + "/real//") == nil)
        #expect(Self.message(store.base + "/real") == nil)
        try store.link(store.base + "/link", to: "real")
        for name in ["link", "link/", "link//"] {
            let message = try #require(Self.message(store.base + "/" + name))
            #expect(message.contains("a link to one does not do"), "\(name)")
        }
        for name in ["link/.", "link/./", "real/."] {
            #expect(try #require(Self.message(store.base + "/" + name)).contains("its last name is `.`"), "\(name)")
        }
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
        let revision = String(repeating: "e", count: 32)
        let foreign: Set = [
            "README", "ubuntu.image", "1-\(revision).image", "a-0123456789abcdef-\(revision).image",
            "1-0123456789ABCDEF-\(revision).image", "1-0123456789abcdef-\(revision).image.bak", ".part-of-something",
            ".part-1-1-0123456789abcdef-\(revision).image", ".part-0123456789abcdef-ubuntu.image",
        ]
        let old = ".part-0123456789abcdef-1-0123456789abcdef-\(revision).image"
        let young = ".part-fedcba9876543210-1-0123456789abcdef-\(revision).image"
        for name in foreign.union([old, young]) {
            try store.writeAbsolute(store.base + "/cache/" + name, "")
            try age(store.base + "/cache/" + name, hours: 2)
        }
        try age(store.base + "/cache/" + young, hours: 0)
        var snapshots: [Snapshot] = []
        for number in 1...6 {
            snapshots.append(try Self.snapshot(number))
            #expect(try folder.write(snapshots[number - 1]))
            usleep(20_000)
        }
        let names = try Set(FileManager.default.contentsOfDirectory(atPath: store.base + "/cache"))
        let kept = snapshots.suffix(ImageFolder.imagesMax).map { folder.name(of: $0.revision) }
        #expect(names == foreign.union(kept + [young]))
        // What a killed process left is also removed when nothing is written.
        try age(store.base + "/cache/" + young, hours: 2)
        _ = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.base + "/cache").contains(young) == false)
    }

    private func age(_ file: String, hours: Int) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: Double(hours * -3_600))], ofItemAtPath: file)
    }

    /// Two sidecars of one folder, each with what it writes under way while the other tidies.
    @Test func `two that write at once do not disturb each other`() async throws {
        let store = try TemporaryStore()
        let folders = try (0..<2).map { _ in try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test)) }
        let snapshot = try Self.snapshot(1)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for folder in folders {
                group.addTask { try (0..<20).allSatisfy { _ in try folder.write(snapshot) } }
            }
            for try await isWritten in group { #expect(isWritten) }
        }
        let name = folders[0].name(of: snapshot.revision)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.base + "/cache") == [name])
        #expect(try folders[0].snapshot(of: snapshot.revision, rules: Directory()) != nil)
    }

    @Test func `nothing is left of an image for which there is no room`() async {
        await #expect(processExitsWith: .success) {
            let store = try TemporaryStore()
            let folder = try ImageFolder(path: store.base + "/cache", build: RunningBuild(.test))
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let snapshot = try Self.snapshot(1)
            do throws(FileFailure) {
                _ = try folder.write(snapshot)
                preconditionFailure("it was written")
            } catch {
                precondition(error.code == EFBIG)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: store.base + "/cache")
            precondition(names.isEmpty)
        }
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
        let file = store.base + "/cache/" + folder.name(of: snapshot.revision)
        let root = try RootFolder(path: store.base + "/cache")
        // Whoever reads has the old file open, whose bytes nobody touches.
        let reader = try root.open(Text(folder.name(of: snapshot.revision)))
        #expect(unsafe chmod(file, 0o400) == 0)
        let before = try reader.stamp()
        #expect(try folder.write(snapshot))
        let after = try reader.stamp()
        #expect(after.isSameFile(as: before) && after.size == before.size && after.links == 0)
        #expect(after.modifiedNanoseconds == before.modifiedNanoseconds)
        #expect(try !root.open(Text(folder.name(of: snapshot.revision))).stamp().isSameFile(as: before))
    }

    @Test func `the libraries of the process are part of the build`() {
        let libraries = BuildIdentity.libraries()
        #expect(!libraries.isEmpty && libraries.allSatisfy { !$0.isEmpty && $0.count < 256 })
        #expect(libraries == BuildIdentity.libraries())
        // Of the C library the id is known: its own file has it.
        let lines = TemporaryStore.memoryMaps.split(separator: "\n")
        let path = lines.first { $0.contains("/libc.so") }?.split(separator: " ").last
        let bytes = path.flatMap { try? Data(contentsOf: URL(fileURLWithPath: String($0))) }
        #expect(libraries.contains { id in bytes?.range(of: Data(id)) != nil })
    }
}
