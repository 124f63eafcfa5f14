import Authorizer
import DecisionTree
import Directory
import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// The specification's rows, decided by tables that were written to an image and read back.
@Suite("The specification's rows, decided from images")
struct CaseImageTests {
    @Test("a question is decided as by what was compiled")
    func decisions() throws {
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        var count = 0
        for row in CaseFile.cases(.decision) {
            let deciding = try Deciding(ReferenceQuestion(row))
            let image = try Self.readBack(deciding.snapshot)
            #expect(SnapshotImage.difference(image, deciding.snapshot) == nil, "\(row)")
            let verdict = try Deciding.decide(deciding.question, deciding.principal, image, &view, &scratch)
            #expect(verdict == (try deciding.verdict()), "\(row)")
            #expect(try verdict.decision.rawValue == row.text("decision").string, "\(row)")
            count += 1
        }
        #expect(count > 138)
    }

    /// A snapshot as a start from its image has it: of the directory it knows the rules alone.
    private static func readBack(_ snapshot: Snapshot) throws -> Snapshot {
        let words = ImageWords(try #require(SnapshotImage.words(of: snapshot)))
        var rules = Directory()
        rules.declaredKeys = snapshot.directory.declaredKeys
        rules.organization = snapshot.directory.organization
        return try unsafe SnapshotImage.snapshot(
            in: words.buffer, owner: words, revision: snapshot.revision, rules: rules)
    }
}

/// Words that stay where they are.
@safe
private final class ImageWords: @unchecked Sendable {  // Filled once, and then only read.
    private let memory: UnsafeMutableBufferPointer<UInt32>

    init(_ words: [UInt32]) {
        unsafe memory = .allocate(capacity: words.count)
        _ = unsafe memory.initialize(from: words)
    }

    deinit { unsafe memory.deallocate() }

    var buffer: UnsafeBufferPointer<UInt32> { unsafe UnsafeBufferPointer(memory) }
}
