import Foundation
import JSONDocument
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("What `check` shows of files")
struct ExcerptTests {
    private static let users = "accounts/111122223333/users"

    @Test("what is shown is what was judged, of files inside the store and of no others")
    func shown() throws {
        let store = try TemporaryStore()
        try store.writeAbsolute(store.base + "/secret.json", "a secret")
        try store.write("\(Self.users)/broken.json", "{\"UserName\": 7}")
        try store.link(store.absolute("\(Self.users)/out.json"), to: "../../../../secret.json")
        try store.link(store.absolute("\(Self.users)/device.json"), to: "/dev/zero")
        _ = unsafe mkfifo(store.absolute("\(Self.users)/pipe.json"), 0o600)
        let result = StoreLoader().check(store.path)
        #expect(result.diagnostics.count == 4)
        #expect(result.excerpts.map(\.key.file) == ["\(Self.users)/broken.json"])
        #expect(result.excerpts.values.first?.text == "{\"UserName\": 7}")
        #expect(result.excerpts.values.first?.scalarsBefore == 13)
        #expect(StoreLoader().load(store.path).excerpts.isEmpty)
    }

    @Test("a file that is another one by now is not shown")
    func changed() throws {
        let store = try TemporaryStore()
        let path = "\(Self.users)/u.json"
        try store.write(path, "{\"UserName\": 7}")
        let diagnostics = store.load().diagnostics
        func excerpts(_ text: String) throws -> Int {
            let reader = ExcerptReader(
                root: try RootFolder(path: store.path), limits: StoreLimits(),
                digests: [Text(path): FileDigest(of: Array(text.utf8))])
            return reader.excerpts(of: diagnostics).count
        }
        #expect(try excerpts("{\"UserName\": 7}") == 1)
        #expect(try excerpts("{\"UserName\": 8}") == 0)
    }

    @Test("documents of a folder are found in order, read beneath it, and links do not lead around in circles")
    func folder() throws {
        let store = try TemporaryStore()
        try store.writeAbsolute(store.base + "/secret.json", "a secret")
        for name in ["b.json", "a/x.json", "..data/sub/m.json", ".hidden.json", "note.txt"] {
            try store.write(name, name)
        }
        try store.link(store.absolute("c.json"), to: "../secret.json")
        try store.link(store.absolute("out"), to: "..")
        try store.link(store.absolute("loop"), to: "a")
        try store.link(store.absolute("a/loop"), to: "..")
        try store.link(store.absolute("sub"), to: "..data/sub")
        _ = unsafe mkfifo(store.absolute("pipe.json"), 0o600)
        var found: [String] = []
        let folder = try DocumentFolder(store.path)
        for path in folder.paths {
            switch folder.content(of: path) {
            case .success(let bytes): found.append("\(path): \(String(decoding: bytes, as: UTF8.self))")
            case .failure(let diagnostic): found.append("\(path) [\(diagnostic.code)]")
            }
        }
        #expect(
            found == [
                "a/x.json: a/x.json", "b.json: b.json", "c.json [unreadable-file]", "out [ignored-name]",
                "pipe.json [unreadable-file]", "sub/m.json: ..data/sub/m.json",
            ])
    }

    @Test("a folder that cannot be listed, or has too many names, is refused")
    func refused() throws {
        let store = try TemporaryStore()
        for name in ["a.json", "b/c.json"] { try store.write(name, "{}") }
        #expect(throws: StoreDiagnostic.self) { try DocumentFolder(store.path + "/nowhere") }
        var limits = StoreLimits()
        limits.namesMax = 2
        #expect(throws: StoreDiagnostic.self) { try DocumentFolder(store.path, limits: limits) }
        limits.namesMax = 3
        #expect(try DocumentFolder(store.path, limits: limits).paths == ["a.json", "b/c.json"])
    }
}
