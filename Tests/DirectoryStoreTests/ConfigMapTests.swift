import Directory
import Testing

@testable import DirectoryStore

/// The three shapes in which a source swaps as a whole (design §3.2, reload rule 1).
enum SwapShape: String, CaseIterable, Sendable {
    /// The store's path is a link, as git-sync makes it.
    case linkedStore
    /// A ConfigMap or projected volume is the store: `..data` in the root.
    case dataInRoot
    /// A ConfigMap is mounted at one folder of the store.
    case dataInSubfolder
}

/// A store in one of the shapes, whose users are swapped as a whole.
struct SwappedStore {
    let shape: SwapShape
    let store: TemporaryStore
    private var version = 0

    static let users = "\(Sample.account)/users"

    init(_ shape: SwapShape, users: [String: String]) throws {
        self.shape = shape
        store = try TemporaryStore(named: shape == .linkedStore ? "link" : "store")
        if shape == .dataInSubfolder { try store.write("\(Sample.account)/groups/Staff.json", Sample.group()) }
        try swap(users: users)
    }

    /// Writes the next version beside and swaps to it, in the order of the kubelet's atomic writer and of git-sync.
    mutating func swap(users: [String: String]) throws {
        version += 1
        let old = "..v\(version - 1)"
        let new = "..v\(version)"
        switch shape {
        case .linkedStore:
            try fill(store.base + "/\(new)", users)
            try store.swapLink(store.path, to: new)
            try remove(store.base + "/\(old)")
        case .dataInRoot:
            try fill(store.absolute(new), users)
            try store.swapLink(store.absolute("..data"), to: new)
            if version == 1 { try store.link(store.absolute("accounts"), to: "..data/accounts") }
            try remove(store.absolute(old))
        case .dataInSubfolder:
            let mount = store.absolute(SwappedStore.users)
            for (name, text) in users { try store.writeAbsolute("\(mount)/\(new)/\(name).json", text) }
            try store.swapLink("\(mount)/..data", to: new)
            for name in users.keys { try? store.link("\(mount)/\(name).json", to: "..data/\(name).json") }
            try remove("\(mount)/\(old)")
        }
    }

    private func fill(_ root: String, _ users: [String: String]) throws {
        try store.writeAbsolute("\(root)/\(Sample.account)/groups/Staff.json", Sample.group())
        for (name, text) in users { try store.writeAbsolute("\(root)/\(SwappedStore.users)/\(name).json", text) }
    }

    private func remove(_ absolutePath: String) throws {
        if version > 1 { try store.removeAbsolute(absolutePath) }
    }
}

@Suite("DirectoryStore: sources that swap as a whole")
struct ConfigMapTests {
    private static let good = ["alice": Sample.user(groups: ["Staff"]), "bob": Sample.user()]

    @Test(arguments: SwapShape.allCases, Hearing.allCases)
    func `a swap comes into force, files that it lacks are gone`(shape: SwapShape, hearing: Hearing) throws {
        var swapped = try SwappedStore(shape, users: ConfigMapTests.good)
        let store = try DirectoryStore.open(swapped.store.path, options: hearing.options)
        defer { store.stop() }
        #expect(store.current.status.errors == [])
        #expect(swapped.store.load().directory.users.count == 2)
        try swapped.swap(users: ["alice": Sample.user(inline: [Sample.document()])])
        #expect(store.catchesUp(with: swapped.store))
        #expect(swapped.store.load().directory.users.count == 1)
        try swapped.swap(users: ConfigMapTests.good)
        #expect(store.catchesUp(with: swapped.store))
        #expect(store.current.status.reloads == 2)
    }

    @Test(arguments: SwapShape.allCases)
    func `a swap with one bad file changes nothing, not even by what it lacks`(shape: SwapShape) throws {
        var swapped = try SwappedStore(shape, users: ConfigMapTests.good)
        let store = try DirectoryStore.open(swapped.store.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try swapped.swap(users: ["alice": "{", "carol": Sample.user()])
        #expect(store.reports("users/alice.json:1:2: "))
        #expect(eventually { store.current.status.revision == before && store.current.status.isStale })
        #expect(store.current.status.quarantined == [])
        try swapped.swap(users: ["alice": Sample.user(groups: ["Nobody"]), "carol": Sample.user()])
        #expect(store.reports("users/alice.json:1:15: `Nobody` does not exist"))
        #expect(store.current.status.revision == before)
        try swapped.swap(users: ["carol": Sample.user()])
        #expect(store.catchesUp(with: swapped.store))
    }

    @Test func `files beside a mounted ConfigMap are judged by themselves`() throws {
        var swapped = try SwappedStore(.dataInSubfolder, users: ConfigMapTests.good)
        let store = try DirectoryStore.open(swapped.store.path, options: Hearing.inotify.options)
        defer { store.stop() }
        let before = store.current.status.revision
        try swapped.swap(users: ["alice": "{"])
        #expect(store.reports("users/alice.json"))
        try swapped.store.write("\(Sample.account)/groups/Staff.json", Sample.group("docs:Write"))
        #expect(eventually { store.current.status.revision != before })
        #expect(store.current.status.isStale)
        #expect(store.current.status.quarantined == [])
    }

    @Test func `all shapes of the same files have one revision, that of a plain folder`() throws {
        let plain = try TemporaryStore()
        try plain.write("\(Sample.account)/groups/Staff.json", Sample.group())
        for (name, text) in ConfigMapTests.good { try plain.write("\(SwappedStore.users)/\(name).json", text) }
        let revisions = try SwapShape.allCases.map {
            try SwappedStore($0, users: ConfigMapTests.good).store.load().revision
        }
        #expect(Set(revisions) == [plain.load().revision])
        #expect(plain.load().isGood)
    }

    @Test func `a folder put in the place of the store swaps as a whole`() throws {
        let store = try TemporaryStore()
        try store.write("\(SwappedStore.users)/alice.json", Sample.user())
        let watched = try DirectoryStore.open(store.path, options: Hearing.comparison.options)
        defer { watched.stop() }
        let before = watched.current.status.revision
        try store.writeAbsolute(store.base + "/next/\(SwappedStore.users)/bob.json", "{")
        try store.move(store.path, store.base + "/previous")
        try store.move(store.base + "/next", store.path)
        #expect(watched.reports("bob.json"))
        #expect(watched.current.status.revision == before, "alice is not deleted: the new folder is not taken")
        try store.write("\(SwappedStore.users)/bob.json", Sample.user())
        #expect(eventually { !watched.current.status.isStale })
    }

    @Test func `a link in the path of the store is followed when it moves`() throws {
        let store = try TemporaryStore(named: "repository/policies")
        for (version, action) in [("v1", "docs:A"), ("v2", "docs:B")] {
            try store.writeAbsolute(
                store.base + "/\(version)/policies/\(SwappedStore.users)/alice.json",
                Sample.user(inline: [Sample.document(action)]))
        }
        try store.link(store.base + "/repository", to: "v1")
        let watched = try DirectoryStore.open(store.path, options: Hearing.inotify.options)
        defer { watched.stop() }
        try store.swapLink(store.base + "/repository", to: "v2")
        #expect(watched.catchesUp(with: store))
        #expect(watched.current.status.reloads == 1)
    }
}
