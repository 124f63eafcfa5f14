import Authorizer
import DecisionTree
import Directory
import Foundation
import PolicyGenerators
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("An image of a snapshot")
struct SnapshotImageTests {
    private static func sample() throws -> (snapshot: Snapshot, rules: Directory) {
        let store = try ImageSample.store()
        let loaded = store.load()
        try #require(loaded.isGood, "\(loaded.diagnostics.map(\.line))")
        var rules = Directory()
        (rules.declaredKeys, rules.organization) = (loaded.directory.declaredKeys, loaded.directory.organization)
        return (try SnapshotBuilder().build(loaded.directory, revision: loaded.revision), rules)
    }

    private static func read(_ bytes: [UInt8], _ snapshot: Snapshot, _ rules: Directory) throws -> Snapshot {
        try ImageFile.snapshot(
            in: AnonymousMemory.holding(bytes), revision: snapshot.revision, build: .test, rules: rules)
    }

    @Test func `decides and counts as what it is of, and is the same again`() throws {
        let (snapshot, rules) = try Self.sample()
        let bytes = try #require(ImageFile.bytes(of: snapshot, build: .test))
        let image = try Self.read(bytes, snapshot, rules)
        #expect(!image.isComplete && snapshot.isComplete)
        #expect(image.revision == snapshot.revision && image.counts == snapshot.counts)
        #expect(SnapshotImage.difference(image, snapshot) == nil)
        #expect(ImageFile.bytes(of: image, build: .test) == bytes)
        let answers = ImageSample.answers(snapshot)
        #expect(ImageSample.answers(image) == answers)
        for decision in [Decision.allowed, .explicitDeny, .implicitDeny] {
            #expect(answers.count { $0?.decision == decision } > 5, "\(decision)")
        }
    }

    @Test func `nothing can be written to it once it is in use`() throws {
        let (snapshot, rules) = try Self.sample()
        let memory = try AnonymousMemory.holding(try #require(ImageFile.bytes(of: snapshot, build: .test)))
        let address = UInt(bitPattern: unsafe memory.bytes.baseAddress)
        func rights() -> Substring? {
            for line in TemporaryStore.memoryMaps.split(separator: "\n") {
                let fields = line.split(separator: " ")
                let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                if ends.count == 2, (ends[0]..<ends[1]).contains(address) { return fields[1] }
            }
            return nil
        }
        #expect(rights() == "rw-p")
        _ = try ImageFile.snapshot(in: memory, revision: snapshot.revision, build: .test, rules: rules)
        #expect(rights() == "r--p")
    }

    @Test func `two builders of one directory have the same words`() throws {
        let (first, second) = (try Self.sample().snapshot, try Self.sample().snapshot)
        #expect(ImageFile.bytes(of: first, build: .test) == ImageFile.bytes(of: second, build: .test))
    }

    @Test func `what differs is named`() throws {
        let (snapshot, _) = try Self.sample()
        let store = try ImageSample.store()
        try store.write("managed/M.json", Sample.document("docs:*", effect: "Deny"))
        let other = try SnapshotBuilder().build(store.load().directory, revision: snapshot.revision)
        let difference = try #require(SnapshotImage.difference(snapshot, other))
        #expect(difference.contains("word"))
    }

    @Test func `no byte of a file may be another, and no file shorter or longer`() throws {
        let (snapshot, rules) = try Self.sample()
        let bytes = try #require(ImageFile.bytes(of: snapshot, build: .test))
        // One mapping for all: what is read of it is what a file would have held.
        for index in bytes.indices where index < 200 || index % 97 == 0 {
            var mutated = bytes
            mutated[index] ^= 1 << UInt8(index % 8)
            #expect(throws: SnapshotImageError.self, "byte \(index)") { try Self.read(mutated, snapshot, rules) }
        }
        for count in [1, 31, 127, 128, 129, bytes.count - 4, bytes.count - 1] {
            #expect(throws: SnapshotImageError.self) { try Self.read(Array(bytes[..<count]), snapshot, rules) }
        }
        #expect(throws: SnapshotImageError.self) { try Self.read(bytes + [0, 0, 0, 0], snapshot, rules) }
    }

    @Test func `another build's, another revision's and another version's is refused`() throws {
        let (snapshot, rules) = try Self.sample()
        let foreign = BuildIdentity(digest: FileDigest(of: [1]))
        let bytes = try #require(ImageFile.bytes(of: snapshot, build: foreign))
        #expect(throws: SnapshotImageError("it is of another build or revision")) {
            try Self.read(bytes, snapshot, rules)
        }
        let other = try SnapshotBuilder().build(Directory(), revision: String(repeating: "0", count: 32))
        let empty = try #require(ImageFile.bytes(of: other, build: .test))
        #expect(throws: SnapshotImageError("it is of another build or revision")) {
            try Self.read(empty, snapshot, rules)
        }
        var newer = try #require(ImageFile.bytes(of: snapshot, build: .test))
        newer[8] += 1
        #expect(throws: SnapshotImageError("it is no image of this version and length")) {
            try Self.read(newer, snapshot, rules)
        }
        #expect(ImageFile.bytes(of: try SnapshotBuilder().build(Directory(), revision: "r"), build: .test) == nil)
    }

    /// Words that some writer put there on purpose, digest and all.
    private static func walk(
        _ words: [UInt32], _ snapshot: Snapshot, _ rules: Directory, _ counts: inout (refused: Int, walked: Int)
    ) {
        let owner = HeldWords(words)
        guard
            let image = try? unsafe SnapshotImage.snapshot(
                in: owner.buffer, owner: owner, revision: snapshot.revision, rules: rules)
        else {
            counts.refused += 1
            return
        }
        counts.walked += 1
        _ = ImageSample.answers(image)
    }

    /// A word's neighbours, what stands for nothing, and what is far out.
    private static func values(_ word: UInt32, count: Int) -> Set<UInt32> {
        Set([0, 1, word &+ 1, word &- 1, UInt32(count), .max]).subtracting([word])
    }

    @Test func `whatever single word was written instead, it is refused or does no harm`() async {
        await #expect(processExitsWith: .success) {
            let (snapshot, rules) = try Self.sample()
            let words = SnapshotImage.words(of: snapshot) ?? []
            var counts = (refused: 0, walked: 0)
            for index in words.indices {
                for value in Self.values(words[index], count: words.count).sorted() {
                    var mutated = words
                    mutated[index] = value
                    Self.walk(mutated, snapshot, rules, &counts)
                }
                guard index + 2 < words.count, (1...Format.Piece.variable).contains(words[index]) else { continue }
                // A piece of a pattern that stands for what the caller is.
                var mutated = words
                (mutated[index], mutated[index + 1], mutated[index + 2]) = (Format.Piece.variable, 7, 0)
                Self.walk(mutated, snapshot, rules, &counts)
            }
            precondition(counts.refused > 2_000 && counts.walked > 300, "\(counts) of both sorts")
        }
    }

    @Test func `whatever words were exchanged, it is refused or does no harm`() async {
        await #expect(processExitsWith: .success) {
            let (snapshot, rules) = try Self.sample()
            let words = SnapshotImage.words(of: snapshot) ?? []
            var counts = (refused: 0, walked: 0)
            for seed in PropertySeeds.all([1, 2, 3]) {
                var random = SeededRandom(seed: seed)
                for _ in 0..<1_500 {
                    var mutated = words
                    for _ in 0..<random.pick([1, 2, 4]) {
                        let index = Int.random(in: 24..<words.count, using: &random)
                        mutated[index] = random.pick([
                            words[Int.random(in: 24..<words.count, using: &random)],
                            words[index] ^ (1 << UInt32.random(in: 0..<32, using: &random)),
                            UInt32.random(in: 0..<256, using: &random),
                        ])
                    }
                    Self.walk(mutated, snapshot, rules, &counts)
                }
            }
            precondition(counts.refused > 1_000 && counts.walked > 100, "\(counts) of both sorts")
        }
    }

    @Test func `no beginning of it passes`() throws {
        let (snapshot, rules) = try Self.sample()
        let words = try #require(SnapshotImage.words(of: snapshot))
        for count in words.indices where count < 120 || count % 31 == 0 {
            let owner = HeldWords(Array(words[..<count]))
            #expect(throws: SnapshotImageError.self, "\(count) words") {
                _ = try unsafe SnapshotImage.snapshot(
                    in: owner.buffer, owner: owner, revision: snapshot.revision, rules: rules)
            }
        }
    }
}
