import Directory
import DirectoryStore
import Glibc
import JSONDocument
import Testing

@testable import Commands

@Suite("The store that `init` makes")
struct ExampleStoreTests {
    @Test("it loads without an error or a warning")
    func loads() throws {
        try TemporaryFolder.use { folder in
            #expect(CommandLineTool.run(["init", folder + "/company", "--json"]) == 0)
            let result = StoreLoader().load(folder + "/company")
            #expect(result.diagnostics.map(\.fullLine) == [])
            #expect(result.directory.users.count == 3)
            #expect(result.directory.groups.count == 1)
            #expect(result.directory.roles.count == 1)
            #expect(result.directory.documentCount == 10)
            #expect(result.ignoredFiles == 1)
        }
    }

    @Test("a folder that is not empty, or no folder, is left as it is")
    func refuses() throws {
        try TemporaryFolder.use { folder in
            try Files.create(folder + "/note", text: "mine")
            #expect(CommandLineTool.run(["init", folder]) == 2)
            #expect(CommandLineTool.run(["init", folder + "/note"]) == 2)
            #expect(try Files.names(in: folder) == ["note"])
        }
    }

    @Test("every file ends in a newline and every JSON file is JSON")
    func files() throws {
        for file in ExampleStore.files {
            #expect(file.text.hasSuffix("\n"), "\(file.path)")
            guard file.path.hasSuffix(".json") else { continue }
            #expect(throws: Never.self, "\(file.path)") { try JSONDocument(Array(file.text.utf8), limits: .file) }
        }
    }
}

/// Folders that go when the test is over.
enum TemporaryFolder {
    static func use(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/postern-commands-XXXXXX\0".utf8).map { CChar(bitPattern: $0) }
        let made = try #require(unsafe mkdtemp(&template).map { unsafe String(cString: $0) })
        defer { remove(made) }
        try body(made)
    }

    private static func remove(_ path: String) {
        if (try? Files.kind(of: path)) == .folder {
            for name in (try? Files.names(in: path)) ?? [] { remove("\(path)/\(name)") }
            _ = unsafe rmdir(path)
        } else {
            _ = unsafe unlink(path)
        }
    }
}
