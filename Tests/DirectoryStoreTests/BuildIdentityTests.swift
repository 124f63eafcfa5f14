import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("Which build is running")
struct BuildIdentityTests {
    private static let part: Range<UInt64> = 100..<1_100
    private let store: TemporaryStore

    init() throws { store = try TemporaryStore() }

    private func identity(
        _ bytes: [UInt8], _ parts: [Range<UInt64>] = [BuildIdentityTests.part], _ libraries: [[UInt8]] = [[1, 2]]
    ) throws -> BuildIdentity? {
        try store.writeBytes(store.base + "/program", bytes)
        let file = try RootFolder(path: store.base).open("program")
        return BuildIdentity(file, parts: parts, libraries: libraries)
    }

    @Test func `is told by every byte that is loaded, and by no other`() throws {
        let bytes = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let build = try #require(try identity(bytes))
        #expect(try identity(bytes) == build)
        for place in [100, 101, 600, 1_099] {
            var other = bytes
            other[place] ^= 1
            #expect(try identity(other) != build)
        }
        for place in [0, 99, 1_100, 1_999] {
            var other = bytes
            other[place] ^= 1
            #expect(try identity(other) == build)
        }
        #expect(try identity(bytes, [100..<600, 600..<1_100]) != build)
        #expect(try identity(bytes, [101..<1_101]) != build)
        #expect(try identity(bytes, [BuildIdentityTests.part], [[1], [2]]) != build)
    }

    @Test func `is told by the linker's id and by every library`() {
        let id: [UInt8] = Array(0..<20)
        let build = BuildIdentity(id: id, libraries: [[1, 2]])
        #expect(build == BuildIdentity(id: id, libraries: [[1, 2]]))
        #expect(build != BuildIdentity(id: id.dropLast() + [7], libraries: [[1, 2]]))
        #expect(build != BuildIdentity(id: id, libraries: [[1], [2]]))
        #expect(build != BuildIdentity(id: id, libraries: []))
    }

    @Test func `is unknown where a part is missing`() throws {
        let bytes = [UInt8](repeating: 1, count: 1_000)
        #expect(try identity(bytes) == nil)
        #expect(try identity(bytes, []) == nil)
        #expect(try identity(bytes, [0..<1_000]) != nil)
    }

    @Test func `what is loaded is in the file, from its beginning`() throws {
        let parts = BuildIdentity.loadedParts()
        let executable = try RootFolder.stamp(path: "/proc/self/exe", followingLinks: true)
        #expect(parts.count > 1 && parts.contains { $0.lowerBound == 0 })
        #expect(parts.allSatisfy { $0.upperBound <= executable.size })
        let count = parts.reduce(0) { $0 + UInt64($1.count) }
        #expect(count > 10_000 && count <= executable.size)
    }
}
