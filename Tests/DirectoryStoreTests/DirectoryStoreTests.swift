import Directory
import NIOConcurrencyHelpers
import PolicyModel
import Testing

@testable import DirectoryStore

/// How a store under test hears of changes.
enum Hearing: CaseIterable, Sendable {
    case inotify, comparison

    var options: StoreOptions {
        var options = StoreOptions()
        options.usesInotify = self == .inotify
        // With inotify the comparison is put off so far that it cannot help; without, it comes soon.
        options.comparisonMilliseconds = self == .inotify ? 3_600_000 : 20
        return options
    }
}

@Suite("DirectoryStore: a watched folder")
struct DirectoryStoreTests {
    static let alice = "\(Sample.account)/users/alice.json"
    static let staff = "\(Sample.account)/groups/Staff.json"

    private func sample() throws -> TemporaryStore {
        let store = try TemporaryStore()
        try store.write(DirectoryStoreTests.alice, Sample.user(groups: ["Staff"]))
        try store.write(DirectoryStoreTests.staff, Sample.group("docs:Read"))
        return store
    }

    @Test(arguments: Hearing.allCases)
    func `every way of changing files comes into force`(hearing: Hearing) throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: hearing.options)
        defer { store.stop() }
        #expect(store.catchesUp(with: files))
        try files.write(DirectoryStoreTests.staff, Sample.group("docs:Write"))
        #expect(store.catchesUp(with: files), "written in place")
        try files.replace(DirectoryStoreTests.staff, Sample.group("docs:List"))
        #expect(store.catchesUp(with: files), "renamed over")
        try files.write("\(Sample.account)/roles/ops.json", Sample.role())
        #expect(store.catchesUp(with: files), "a file in a new folder")
        try files.write("accounts/444455556666/users/bob.json", Sample.user())
        #expect(store.catchesUp(with: files), "a new account")
        try files.write("accounts/444455556666/users/bob.json", Sample.user(inline: [Sample.document()]))
        #expect(store.catchesUp(with: files), "an edit in the new account")
        try files.delete("accounts/444455556666")
        #expect(store.catchesUp(with: files), "a folder deleted")
        try files.move(files.absolute(DirectoryStoreTests.alice), files.absolute("\(Sample.account)/users/al.json"))
        #expect(store.catchesUp(with: files), "renamed")
        #expect(store.current.status.reloads >= 6)
        #expect(store.current.status.troubleSince == nil)
    }

    @Test(arguments: Hearing.allCases)
    func `a broken file keeps its last good version and is told about until it is mended`(hearing: Hearing) throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: hearing.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try files.write(DirectoryStoreTests.staff, "{\n  \"GroupPolicyList\": oops")
        #expect(store.reports("accounts/111122223333/groups/Staff.json:2:22: "))
        let status = store.current.status
        #expect(status.revision == before)
        #expect(status.isStale && !status.lastReloadSucceeded && status.troubleSince != nil)
        // Others are not held up by it.
        try files.write("\(Sample.account)/users/bob.json", Sample.user())
        #expect(eventually { store.current.status.revision != before })
        #expect(store.current.status.troubleSince == status.troubleSince)
        try files.write(DirectoryStoreTests.staff, Sample.group("docs:Write"))
        #expect(store.catchesUp(with: files))
        #expect(store.current.status.troubleSince == nil)
    }

    @Test func `a half-written file is judged as what it is, and again when it is whole`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let before = store.current.status.revision
        let whole = Sample.group("docs:Write")
        try files.write(DirectoryStoreTests.staff, String(whole.prefix(whole.count / 2)))
        #expect(store.reports("Staff.json"))
        #expect(store.current.status.revision == before)
        try files.write(DirectoryStoreTests.staff, whole)
        #expect(store.catchesUp(with: files))
    }

    @Test func `a deleted group quarantines its users until it is back`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        try files.delete(DirectoryStoreTests.staff)
        #expect(store.reports("alice.json:1:15: user `alice` of 111122223333 is quarantined"))
        #expect(store.current.status.quarantined == ["user `alice` of 111122223333"])
        try files.write(DirectoryStoreTests.staff, Sample.group())
        #expect(store.catchesUp(with: files))
        #expect(store.current.status.quarantined == [])
    }

    @Test func `an overflow of the event queue is a change like any other`() throws {
        let files = try sample()
        let script = try ScriptedChanges.Script()
        let store = try DirectoryStore(
            path: files.path, options: Hearing.inotify.options, clock: .system, changes: ScriptedChanges(script))
        defer { store.stop() }
        try files.write(DirectoryStoreTests.staff, Sample.group("docs:Write"))
        try files.write("\(Sample.account)/users/bob.json", Sample.user())
        script.overflow()
        #expect(store.catchesUp(with: files))
    }

    // A comparison of many files is given up for what is heard of, and comes to its end all the same.
    @Test func `a comparison for which others never let it time is put off and not left out`() throws {
        let files = try sample()
        for number in 0..<200 {
            try files.write("\(Sample.account)/users/user\(number).json", Sample.user())
        }
        let script = try ScriptedChanges.Script()
        script.askedOften.withLockedValue { $0 = 0 }
        var options = Hearing.comparison.options
        options.comparisonMilliseconds = 100
        let store = try DirectoryStore(
            path: files.path, options: options, clock: .system, changes: ScriptedChanges(script))
        defer { store.stop() }
        try files.write(DirectoryStoreTests.staff, Sample.group("docs:Write"))
        #expect(store.catchesUp(with: files))
        // Once in each that was given up.
        #expect((script.askedOften.withLockedValue { $0 } ?? 0) >= 50)
    }

    @Test func `a reload on demand answers with the revision or every error`() throws {
        let files = try sample()
        var options = Hearing.comparison.options
        options.comparisonMilliseconds = 3_600_000
        let store = try DirectoryStore.open(files.path, options: options)
        defer { store.stop() }
        try files.write(DirectoryStoreTests.staff, Sample.group("docs:Write"))
        #expect(try store.reloaded()?.get() == files.load().revision)
        try files.write(DirectoryStoreTests.staff, "{}x")
        try files.write(DirectoryStoreTests.alice, "[]")
        #expect(throws: ReloadFailure.self) { try store.reloaded()?.get() }
        #expect(store.current.status.errors.count == 2)
        #expect(store.current.status.errors.allSatisfy { $0.hasPrefix("accounts/111122223333/") })
    }

    @Test func `a stopped store still serves, and refuses to reload`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path)
        store.stop()
        store.stop()
        #expect(store.current.status.revision == files.load().revision)
        #expect(throws: ReloadFailure(errors: ["the store is closed"])) { try store.reloaded()?.get() }
    }

    @Test func `listeners hear every change in order`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let heard = NIOLockedValueBox<[String]>([])
        store.subscribe { snapshot, status in
            heard.withLockedValue { $0.append(snapshot.revision == status.revision ? status.revision : "mismatch") }
        }
        var revisions: [String] = []
        for action in ["docs:A", "docs:B", "docs:C"] {
            try files.write(DirectoryStoreTests.staff, Sample.group(action))
            #expect(store.catchesUp(with: files))
            revisions.append(store.current.status.revision)
        }
        #expect(eventually { heard.withLockedValue { $0.last == revisions.last } })
        let distinct = heard.withLockedValue { all in all.filter { revisions.contains($0) } }
        #expect(distinct.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } } == revisions)
    }

    @Test func `a bad store does not open, and every error is listed`() throws {
        let files = try sample()
        try files.write(DirectoryStoreTests.staff, "{")
        try files.write("\(Sample.account)/users/bob.json", #"{"Nonsense":1}"#)
        let error = #expect(throws: StoreError.self) { try DirectoryStore.open(files.path) }
        let lines = error?.diagnostics.filter(\.isError).map(\.line) ?? []
        #expect(lines.contains { $0.hasPrefix("accounts/111122223333/groups/Staff.json:1:2: ") })
        #expect(lines.contains { $0.hasPrefix("accounts/111122223333/users/bob.json:1:2: unknown member `Nonsense`") })
    }

    @Test func `a missing store is one clear line`() throws {
        let error = #expect(throws: StoreError.self) { try DirectoryStore.open("/nowhere/at/all") }
        #expect(
            error?.description
                == "error: the store `/nowhere/at/all` cannot be read: there is no such file [unreadable-store]")
    }

    @Test func `a store that vanishes stays in force, and is read again when it is back`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.comparison.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try files.move(files.path, files.path + ".away")
        #expect(store.reports("cannot be read"))
        #expect(store.current.status.revision == before && store.current.status.isStale)
        try files.move(files.path + ".away", files.path)
        #expect(store.catchesUp(with: files))
    }

    @Test func `--reload whole keeps the whole tree when one file is broken`() throws {
        let files = try sample()
        var options = Hearing.inotify.options
        options.reloadMode = .whole
        let store = try DirectoryStore.open(files.path, options: options)
        defer { store.stop() }
        let before = store.current.status.revision
        try files.write("\(Sample.account)/users/bob.json", "{")
        try files.delete(DirectoryStoreTests.staff)
        #expect(store.reports("bob.json"))
        #expect(eventually { store.current.status.errors.contains { $0.contains("Staff") } == false })
        #expect(store.current.status.revision == before)
        #expect(store.current.status.quarantined == [])
        try files.delete("\(Sample.account)/users/bob.json")
        #expect(store.reports("`Staff` does not exist"))
        #expect(store.current.status.revision == before)
        try files.write(DirectoryStoreTests.alice, Sample.user())
        #expect(store.catchesUp(with: files))
    }

    @Test func `a broken organization that appears is an error and changes nothing`() throws {
        let files = try sample()
        let store = try DirectoryStore.open(files.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try files.write("organization.json", "{}")
        #expect(store.reports("organization.json:1:1: the organization needs the member `Root`"))
        #expect(store.current.status.revision == before)
    }
}
