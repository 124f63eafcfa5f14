import Foundation
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

@Suite("Files that are read on several threads")
struct ReadingLineTests {
    private static let home = "accounts/111122223333"
    private static let limits = { () -> StoreLimits in
        var limits = StoreLimits()
        limits.fileBytesMax = 500
        return limits
    }()
    private let store: TemporaryStore

    /// Users, every hundredth of which is larger than a file may be.
    init() throws {
        store = try TemporaryStore()
        try store.write("organization.json", Company.organization())
        for number in 0..<700 {
            let blanks = String(repeating: " ", count: number % 100 == 7 ? 500 : number % 50)
            try store.write("\(ReadingLineTests.home)/users/u\(number).json", Sample.user("u\(number)") + blanks)
        }
    }

    private func reading(isTogether: Bool, _ limits: StoreLimits = ReadingLineTests.limits) throws -> StoreReading {
        try StoreReader(path: store.path, limits: limits, clock: .system, parses: false).read(isTogether: isTogether)
    }

    @Test func `are what they are on one thread, with the same errors and revision`() throws {
        let (together, alone) = (try reading(isTogether: true), try reading(isTogether: false))
        #expect(together.isSame(as: alone) && together.cache.files.count == 701)
        #expect(together.scan.files.mapValues(\.diagnostics) == alone.scan.files.mapValues(\.diagnostics))
        #expect(together.cache.files.values.count { $0.digest == nil } == 7)
        #expect(together.cache.rules == alone.cache.rules)
        #expect(
            together.cache.files.mapValues { $0.unparsed?.bytes } == alone.cache.files.mapValues { $0.unparsed?.bytes })
        let verdicts = [together, alone].map { reading in
            var reading = reading
            reading.parse(ReadingShare())
            return StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: ReadingLineTests.limits)
        }
        #expect(verdicts[0].errors == verdicts[1].errors && verdicts[0].errors.count == 7)
        #expect(verdicts[0].revision == verdicts[1].revision)
        let large = try reading(isTogether: true, StoreLimits())
        let small = try reading(isTogether: false, StoreLimits())
        #expect(large.revisionIfGood != nil && large.revisionIfGood == small.revisionIfGood)
        for reading in [large, small] {
            #expect(reading.pathsInOrder.count == 701 && Set(reading.pathsInOrder) == Set(reading.cache.files.keys))
        }
        // The order decides nothing.
        var (mixed, unknown) = (large, large)
        mixed.pathsInOrder.reverse()
        unknown.pathsInOrder = []
        #expect(mixed.revisionIfGood == large.revisionIfGood && unknown.revisionIfGood == large.revisionIfGood)
    }

    @Test func `count while they are on their way`() throws {
        var limits = ReadingLineTests.limits
        limits.filesMax = 701
        #expect(try reading(isTogether: true, limits).scan.files.count == 701)
        limits.filesMax = 700
        #expect(throws: StoreFailure(message: "the store has over 700 files")) {
            try reading(isTogether: true, limits)
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 64, 700])
    func `come back in their order, also those that are gone`(count: Int) throws {
        let root = try RootFolder(path: store.path)
        let account = try #require(AccountID("111122223333"))
        let files = try (0..<count).map { number in
            let path = Text("\(ReadingLineTests.home)/users/u\(number).json")
            return ReadingLine.File(path: path, physical: path, place: .user(account), stamp: try root.stamp(path))
        }
        for number in stride(from: 3, to: count, by: 10) {
            try store.delete("\(ReadingLineTests.home)/users/u\(number).json")
        }
        let sharing = ReadingShare()
        let line = ReadingLine(root: root, limits: ReadingLineTests.limits, clock: .system)
        defer { line.end() }
        for part in [files.prefix(count / 3), files.dropFirst(count / 3)] {
            var outcomes: [ReadingLine.Outcome] = []
            for file in part { outcomes += line.add(file, sharing) }
            outcomes += line.takeAll(sharing)
            #expect(outcomes.map(\.file.path) == part.map(\.path))
            for (file, entry) in outcomes {
                let alone = FileReader(
                    root: root, limits: ReadingLineTests.limits, clock: .system, rules: PolicyRules(),
                    sharing: ReadingShare(), parses: false
                ).entry(of: file, old: nil)
                #expect(entry?.digest == alone?.digest && (entry == nil) == (alone == nil))
                #expect(entry?.reading.diagnostics == alone?.reading.diagnostics)
            }
        }
        #expect(line.takeAll(sharing).isEmpty)
    }

    @Test func `are read to their end, however large they were said to be`() throws {
        let file = store.base + "/file"
        try store.writeBytes(file, Array(0..<100))
        for expected in [0, 1, 50, 99, 100, 101, 5_000] {
            let root = try RootFolder(path: store.base)
            #expect(try root.open("file").read(bytesMax: 1_000, expected: expected) == Array(0..<100))
            #expect(try root.open("file").read(bytesMax: 40, expected: expected) == Array(0..<41))
            #expect(try root.open("file").read(bytesMax: 100, expected: expected) == Array(0..<100))
        }
    }
}
