import Testing

@Suite("The arrows between rooms")
struct ArchitectureTests {
    private let architecture = Architecture.postern
    private let tree = SourceTree()

    @Test("every import of every room follows an arrow of the design")
    func importsFollowArrows() throws {
        let files = try tree.files(under: "Sources") { $0.hasSuffix(".swift") }
        #expect(files.count > 20, "the sources were not found in the working copy")
        #expect(architecture.faults(in: files) == [])
    }

    @Test("Package.swift draws no arrow that the design does not have")
    func packageDrawsNoMore() throws {
        let rooms = PackageManifest(try tree.file(at: "Package.swift").text).rooms
        #expect(rooms.count > 10)
        for (name, dependencies) in rooms {
            let room = try #require(architecture.rooms[name], "Package.swift has a room `\(name)` that the table lacks")
            for dependency in dependencies where !architecture.allows(dependency, in: room) {
                Issue.record("Package.swift lets `\(name)` look into `\(dependency)`")
            }
        }
    }

    @Test("no chain of arrows leads back to its beginning")
    func arrowsPointOneWay() {
        for room in architecture.rooms.values {
            #expect(!architecture.reachable(from: room).contains(room.name), "`\(room.name)` reaches itself")
        }
    }

    @Test("every arrow leads to a room of the table")
    func arrowsLeadSomewhere() {
        for room in architecture.rooms.values {
            #expect(room.looksInto.isSubset(of: architecture.rooms.keys), "`\(room.name)`")
        }
    }

    @Test("the reference evaluator is linked into no other room")
    func referenceIsForTests() {
        for room in architecture.rooms.values {
            #expect(architecture.reachable(from: room).isDisjoint(with: ["PolicyReference", "PolicyGenerators"]))
        }
    }

    @Test(
        "an import that follows no arrow is named with its file and line",
        arguments: [
            ("PolicyModel", "public import Directory", "Directory"),
            ("PolicyModel", "import Foundation", "Foundation"),
            ("DecisionTree", "import Logging", "Logging"),
            ("Authorizer", "internal import NIOConcurrencyHelpers", "NIOConcurrencyHelpers"),
            ("WireProtocol", "@preconcurrency import FoundationEssentials", "FoundationEssentials"),
            ("PolicyCompiler", "@_spi(Hot) public import Authorizer", "Authorizer"),
            ("Sidecar", "internal import JSONDocument", "JSONDocument"),
            ("DirectoryStore", "import CJansson", "CJansson"),
            ("Commands", "import PolicyReference", "PolicyReference"),
            ("postern", "import struct Sidecar.Server", "Sidecar"),
        ])
    func wrongArrowIsNamed(room: String, line: String, module: String) {
        let file = SourceFile(path: "Sources/\(room)/A/B.swift", text: "\n\(line)\n")
        let fault = "Sources/\(room)/A/B.swift:2: `\(room)` may not look into `\(module)`"
        #expect(architecture.faults(in: [file]) == [fault])
    }

    @Test(
        "an import that follows an arrow passes",
        arguments: [
            ("Directory", "public import PolicyModel"), ("DirectoryStore", "internal import PolicySyntax"),
            ("PosternClient", "@_spi(Hot) internal import DecisionTree"), ("Sidecar", "import Glibc"),
            ("Commands", "internal import ArgumentParser"), ("PolicyGenerators", "public import PolicyModel"),
        ])
    func rightArrowPasses(room: String, line: String) {
        #expect(architecture.faults(in: [SourceFile(path: "Sources/\(room)/A.swift", text: line)]) == [])
    }

    @Test("a folder of sources that is not in the table is a fault")
    func unknownRoomIsNamed() {
        let file = SourceFile(path: "Sources/Cellar/A.swift", text: "import Glibc\n")
        #expect(architecture.faults(in: [file]) == ["Sources/Cellar/A.swift:1: `Cellar` is not a room of the design"])
    }
}

@Suite("Import lines")
struct ImportLineTests {
    @Test(
        "the module is found behind attributes, access and kind",
        arguments: [
            ("import A", "A"), ("public import A", "A"), ("internal  import A", "A"), ("  private import A", "A"),
            ("@testable import A", "A"), ("@preconcurrency import A", "A"), ("@_spi(Hot) public import A", "A"),
            ("@_spi(Hot) @preconcurrency package import A", "A"), ("import struct A.B", "A"), ("import A.B.C", "A"),
            ("import A // why", "A"), ("import A;", "A"),
        ])
    func moduleIsFound(line: String, module: String) {
        #expect(ImportLine(line)?.module == module)
    }

    @Test(
        "other lines are not imports",
        arguments: ["", "// import A", "/// import A", "let import_ = 1", "important(A)", "public enum A {}", "import"])
    func otherLinesAreNot(line: String) {
        #expect(ImportLine(line) == nil)
    }
}

extension Architecture {
    /// Every import in `files` that follows no arrow, as `file:line: what is wrong`, in the order of the files.
    func faults(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.lines.compactMap { line in
                ImportLine(line.text).flatMap { fault(of: $0, in: file.path) }
                    .map { "\(file.path):\(line.number): \($0)" }
            }
        }
    }

    private func fault(of line: ImportLine, in path: String) -> String? {
        let name = String(path.split(separator: "/").dropFirst().first ?? "")
        guard let room = rooms[name] else { return "`\(name)` is not a room of the design" }
        return allows(line.module, in: room) ? nil : "`\(name)` may not look into `\(line.module)`"
    }
}
