import DecisionTree
import Directory
import Testing

@testable import DirectoryStore

/// Words that would keep the verifier, or a decision, for as long as somebody likes.
@Suite("What a verification may cost")
struct VerifierBoundTests {
    /// As many resource indexes as a list has bodies, each of which leads to that list.
    private static func sharing(_ size: Int) -> [UInt32] {
        var words: [UInt32] = Array(repeating: 0, count: Format.Document.size)
        (words[Format.Document.magic], words[Format.Document.statementCount]) = (Format.documentMagic, 1)
        words[Format.Document.flags] = Format.DocumentFlag.hasAllow
        let body = words.count
        words += [0, 0, 0]
        let list = words.count
        words += [UInt32(size)] + Array(repeating: UInt32(body), count: size)
        let first = words.count
        for _ in 0..<size { words += [UInt32(list), 0, 0] }
        let leaf = words.count
        words += [UInt32(size)] + (0..<size).map { UInt32(first + $0 * 3) }
        let table = words.count
        words += [1, 0, UInt32(leaf), .max, 0]
        words[Format.Document.allow] = UInt32(words.count)
        words += [UInt32(table), 0, 0, 0]
        return words
    }

    private static func failure(_ size: Int) -> String? {
        let verifier = Verifier(document: sharing(size), conditions: [0, 0], conditionCount: 0, keyCount: 0)
        do throws(VerificationFailure) {
            try verifier.verify()
            return nil
        } catch {
            return error.expectation
        }
    }

    @Test func `a list may be shared by some, and not by everything`() {
        #expect(Self.failure(20) == nil)
        #expect(Self.failure(2_000) == "words that few others share")
    }

    @Test func `a variable in a pattern of the registry is refused, for nobody has a value yet`() async {
        await #expect(processExitsWith: .success) {
            let loaded = try ImageSample.store().load()
            let snapshot = try SnapshotBuilder().build(loaded.directory, revision: loaded.revision)
            let words = SnapshotImage.words(of: snapshot) ?? []
            // Behind 24 words of counts and 8 of the header: the last of twelve segments.
            let (place, count) = (24 + Int(words[24 + 8 + 22]), Int(words[24 + 8 + 23]))
            var refusals = 0
            for index in place..<place + count - 2 where (1..<Format.Piece.variable).contains(words[index]) {
                var mutated = words
                (mutated[index], mutated[index + 1], mutated[index + 2]) = (Format.Piece.variable, 7, 0)
                let held = HeldWords(mutated)
                do throws(SnapshotImageError) {
                    let image = try unsafe SnapshotImage.snapshot(
                        in: held.buffer, owner: held, revision: snapshot.revision, rules: Directory())
                    _ = ImageSample.answers(image)
                } catch {
                    if error.message.contains("a known key symbol (registry)") { refusals += 1 }
                }
            }
            precondition(refusals > 0, "no piece of a pattern was found")
        }
    }

    @Test func `documents that share words are refused, for each would be verified`() throws {
        let loaded = try ImageSample.store().load()
        let snapshot = try SnapshotBuilder().build(loaded.directory, revision: loaded.revision)
        var words = try #require(SnapshotImage.words(of: snapshot))
        // Behind 24 words of counts: the header, whose fifth word is how many documents there are, and their list.
        let (count, list) = (Int(words[24 + 4]), 24 + 32)
        let tables = words.count - 24
        for slot in 0..<count {
            let place = (32 + count * 2 + 3) / 4 * 4 + slot * 4
            (words[list + slot * 2], words[list + slot * 2 + 1]) = (UInt32(place), UInt32(tables - place))
        }
        let held = HeldWords(words)
        let error = #expect(throws: SnapshotImageError.self) {
            _ = try unsafe SnapshotImage.snapshot(
                in: held.buffer, owner: held, revision: snapshot.revision, rules: Directory())
        }
        #expect(error?.message.contains("documents that share no words") == true)
    }

    @Test func `what stands in an image is only as large as was said`() throws {
        let store = try ImageSample.store()
        let loaded = store.load()
        let snapshot = try SnapshotBuilder().build(loaded.directory, revision: loaded.revision)
        let words = try #require(ImageFile.words(of: snapshot, build: .test))
        #expect(words.capacity < words.count + words.count / 4)
        #expect(ImageFile.words(of: snapshot, build: .test, bytesMax: words.count * 4 - 256) == nil)
        #expect(ImageFile.words(of: snapshot, build: .test, bytesMax: words.count * 4 + 4_096) == words)
        #expect(TablesImage.wordsMax(of: snapshot.tables) >= words.count - 32 - 24)
    }
}

/// Words that stay where they are.
@safe
final class HeldWords: @unchecked Sendable {  // Filled once, and then only read.
    private let memory: UnsafeMutableBufferPointer<UInt32>

    init(_ words: [UInt32]) {
        unsafe memory = .allocate(capacity: words.count)
        _ = unsafe memory.initialize(from: words)
    }

    deinit { unsafe memory.deallocate() }

    var buffer: UnsafeBufferPointer<UInt32> { unsafe UnsafeBufferPointer(memory) }
}
