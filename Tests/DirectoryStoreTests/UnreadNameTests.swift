import Directory
import Testing

@testable import DirectoryStore

@Suite("DirectoryStore: names that lead to no file")
struct UnreadNameTests {
    static let alice = "\(Sample.account)/users/alice.json"
    static let bob = "\(Sample.account)/users/bob.json"

    private func sample() throws -> TemporaryStore {
        let store = try TemporaryStore()
        try store.write(UnreadNameTests.alice, Sample.user())
        try store.write(UnreadNameTests.bob, Sample.user())
        return store
    }

    @Test(arguments: Hearing.allCases)
    func `a link that leads nowhere is told about while it is there, though no file changed`(hearing: Hearing) throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: hearing.options)
        defer { store.stop() }
        let link = "\(Sample.account)/users/carol.json"
        try files.link(files.absolute(link), to: "nowhere")
        #expect(store.reports("\(link):1:1: the name cannot be followed"))
        #expect(store.current.status.isStale)
        try files.delete(link)
        #expect(store.catchesUp(with: files))
        #expect(store.current.status.troubleSince == nil)
    }

    @Test(arguments: Hearing.allCases)
    func `a deletion holds of a name that could not be read any more`(hearing: Hearing) throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: hearing.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try files.swapLink(files.absolute(UnreadNameTests.alice), to: "nowhere")
        #expect(store.reports("\(UnreadNameTests.alice):1:1: the name cannot be followed"))
        #expect(store.current.status.revision == before, "the last good version stays")
        try files.delete(UnreadNameTests.alice)
        #expect(store.catchesUp(with: files))
        #expect(store.current.status.revision != before, "it is gone")
    }

    @Test func `one such name in the place of another is told about`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let links = ["carol", "dave"].map { "\(Sample.account)/users/\($0).json" }
        try files.link(files.absolute(links[0]), to: "nowhere")
        #expect(store.reports(links[0]))
        try files.move(files.absolute(links[0]), files.absolute(links[1]))
        #expect(store.reports(links[1]))
        #expect(!store.current.status.errors.contains { $0.contains(links[0]) })
    }
}
