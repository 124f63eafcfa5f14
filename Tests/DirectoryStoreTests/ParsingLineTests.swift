import Directory
import NIOConcurrencyHelpers
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

@Suite("Files that are parsed on several threads")
struct ParsingLineTests {
    private static let account = AccountID("111122223333")

    /// Policies, every seventh of which is broken, with an action of its own and one of ten that others have.
    private static func files(_ count: Int) -> [ParsingLine.File] {
        guard let account else { return [] }
        return (0..<count).map { number in
            let text = """
                {"Version": "2012-10-17", "Statement": [{"Effect": "\(number % 7 == 3 ? "Perhaps" : "Allow")",
                "Action": ["docs:Own\(number)", "docs:Shared\(number % 10)"], "Resource": "*"}]}
                """
            let bytes = Array(text.utf8)
            return ParsingLine.File(
                path: Text("accounts/111122223333/policies/P\(number).json"), place: .policy(account),
                digest: FileDigest(of: bytes), text: .array(bytes))
        }
    }

    private static func readings(
        _ files: [ParsingLine.File], _ sharing: ReadingShare = ReadingShare(), isAlone: Bool
    ) -> [(path: Text, reading: EntityReading)] {
        guard !isAlone else {
            return files.map { ($0.path, sharing.prepared($0.parsed(by: PolicyRules(), sharing.names))) }
        }
        let line = ParsingLine(PolicyRules(), sharing)
        for file in files { line.add(file) }
        return line.finish()
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1_000])
    func `say the same as on one thread, and are prepared one after the other in their order`(count: Int) {
        let files = ParsingLineTests.files(count)
        let prepared = NIOLockedValueBox<[Text]>([])
        let sharing = ReadingShare { file in
            prepared.withLockedValue { $0.append(file.path) }
            return file
        }
        let together = ParsingLineTests.readings(files, sharing, isAlone: false)
        let alone = ParsingLineTests.readings(files, isAlone: true)
        #expect(together.map(\.path) == files.map(\.path))
        #expect(together.map(\.reading.file?.entity) == alone.map(\.reading.file?.entity))
        #expect(together.map(\.reading.diagnostics) == alone.map(\.reading.diagnostics))
        #expect(prepared.withLockedValue { $0 } == alone.compactMap(\.reading.file?.path))
        #expect(alone.filter { $0.reading.file == nil }.count == (count + 3) / 7)
    }

    @Test func `compile to the same words as on one thread`() throws {
        let files = ParsingLineTests.files(1_000).enumerated().filter { $0.offset % 7 != 3 }.map(\.element)
        let snapshots = try [false, true].map { isAlone in
            let builder = SnapshotBuilder()
            var scan = StoreScan()
            for (path, reading) in ParsingLineTests.readings(
                files, ReadingShare(preparing: builder), isAlone: isAlone)
            {
                scan.files[path] = reading
            }
            let verdict = StoreJudge.judge(scan, inForce: [:], mode: .start)
            #expect(verdict.errors.isEmpty)
            return try builder.build(verdict.directory, revision: verdict.revision)
        }
        #expect(snapshots[0].counts.trees == files.count)
        #expect(SnapshotImage.difference(snapshots[0], snapshots[1]) == nil)
        #expect(snapshots[0].directory == snapshots[1].directory)
    }
}
