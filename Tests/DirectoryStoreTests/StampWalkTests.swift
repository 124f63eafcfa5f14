import Foundation
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("A store that is held against its last reading by stamps")
struct StampWalkTests {
    private let store: TemporaryStore
    private static let file = "\(ImageSample.home)/policies/P.json"

    init() throws { store = try ImageSample.store() }

    /// A reader by whose clock everything was written long ago.
    private func reader(secondsLater: Int64 = 3_600) -> StoreReader {
        let clock = StoreClock(
            monotonicMilliseconds: StoreClock.system.monotonicMilliseconds,
            realtimeNanoseconds: { StoreClock.system.realtimeNanoseconds() + secondsLater * 1_000_000_000 })
        return StoreReader(path: store.path, limits: StoreLimits(), clock: clock)
    }

    /// The paths of the files that had to be read, if everything is the same.
    private func renewed(_ last: StoreReading, secondsLater: Int64 = 3_600) throws -> Set<Text>? {
        let comparison = try reader(secondsLater: secondsLater).compare(
            with: last, watch: { _, _ in }, unless: { false })
        if case .same(let renewed) = comparison { return Set(renewed.keys) }
        return nil
    }

    @Test func `is the same without a file being read`() throws {
        let last = try reader().read()
        #expect(last.cache.files.count > 10)
        #expect(try renewed(last.judged) == [])
        var folders: [Text?] = []
        _ = try reader().compare(with: last.judged, watch: { folders.append($1) }, unless: { false })
        #expect(folders.contains("") && folders.contains(Text("\(ImageSample.home)/policies")))
    }

    /// What was just written may have been written again within one tick of the file system's clock.
    @Test func `is read where a stamp proves nothing yet`() throws {
        // By its clock everything is yet to be written.
        let young = try reader(secondsLater: -3_600).read()
        let paths = Set(young.cache.files.filter(\.value.isYoung).keys)
        #expect(paths.count == young.cache.files.count)
        #expect(try renewed(young.judged) == paths)
        // Another content behind the same stamp.
        var changed = young.judged
        changed.cache.files[Text(StampWalkTests.file)] = changed.cache.files[Text(StampWalkTests.file)].map { entry in
            CachedReading(
                stamp: entry.stamp, isYoung: true, place: entry.place, digest: FileDigest(of: [1]),
                reading: entry.reading)
        }
        #expect(try renewed(changed) == nil)
    }

    @Test func `is read where there is another stamp`() throws {
        let last = try reader().read().judged
        let text = try String(contentsOfFile: store.absolute(StampWalkTests.file), encoding: .utf8)
        try store.replace(StampWalkTests.file, text)
        #expect(try renewed(last) == [Text(StampWalkTests.file)])
    }

    enum Change: CaseIterable, Sendable {
        case content, sameLength, added, removed, renamed, hidden, foreign, link, secondName, folder, unknownFolder,
            root
    }

    @Test(arguments: Change.allCases)
    func `is another after any change that a whole reading sees`(change: Change) throws {
        // By the reader's clock the sample is old: what follows must not fall into the tick in which it was written.
        usleep(20_000)
        let last = try reader().read()
        let path = store.absolute(StampWalkTests.file)
        switch change {
        case .content: try store.write(StampWalkTests.file, Sample.document("docs:Print"))
        case .sameLength:
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try store.write(StampWalkTests.file, text.replacingOccurrences(of: "Allow", with: "Alloy"))
        case .added: try store.write("\(ImageSample.home)/policies/New.json", Sample.document())
        case .removed: try store.delete(StampWalkTests.file)
        case .renamed: try store.move(path, store.absolute("\(ImageSample.home)/policies/New.json"))
        case .hidden: try store.write("\(ImageSample.home)/policies/.swap", "x")
        case .foreign: try store.write("notes.txt", "x")
        case .link:
            try store.move(path, store.base + "/P.json")
            try store.link(path, to: "../../../../P.json")
        case .secondName:
            #expect(unsafe Glibc.link(path, store.base + "/P.json") == 0)
        case .folder: try store.write("accounts/777788889999/users/m.json", Sample.user())
        case .unknownFolder: try store.makeFolder("\(ImageSample.home)/user")
        case .root:
            try store.move(store.path, store.base + "/old")
            try FileManager.default.copyItem(atPath: store.base + "/old", toPath: store.path)
        }
        #expect(try renewed(last.judged) == nil)
        // What lies elsewhere, or where it may not, is left to a whole reading for good.
        let isPlain = ![.link, .secondName, .unknownFolder].contains(change)
        #expect(try renewed(try reader().read().judged) == (isPlain ? [] : nil))
    }

    @Test func `is left to a whole reading where it has trouble or is no plain folder`() throws {
        try store.makeFolder("\(ImageSample.home)/user")
        #expect(try renewed(try reader().read().judged) == nil)
    }

    @Test func `is put off for whoever waits`() throws {
        for number in 0..<100 { try store.write("\(ImageSample.home)/users/u\(number).json", Sample.user()) }
        let last = try reader().read()
        #expect(throws: StoreFailure.givenUp) {
            try reader().compare(with: last.judged, watch: { _, _ in }, unless: { true })
        }
    }
}
