import Testing

@Suite("A tidy tree")
struct TidyTests {
    private let tree = SourceTree()
    private static let folders = [".ci", "Benchmarks", "Deploy", "Sources", "Tests"]
    private static let topFiles = [
        ".dockerignore", ".gitignore", ".swift-format", "LICENSE", "Package.swift", "README.md",
    ]

    @Test("no leftover marker is in any text of ours")
    func noLeftoverMarkers() throws {
        // Built from pieces, so that this file does not find itself.
        let markers = [("TO", "DO"), ("FIX", "ME"), ("HA", "CK")].map { $0.0 + $0.1 }
        expectNone(of: markers, in: try ourText())
    }

    @Test("no source can stop the process on input")
    func noTraps() throws {
        let traps = ["try" + "!", " as" + "!", "fatal" + "Error("]
        expectNone(of: traps, in: try swiftSources())
    }

    @Test("every text file ends with one newline")
    func finalNewlines() throws {
        for file in try ourText() where !file.text.isEmpty {
            #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(file.path)")
        }
    }

    @Test("scripts are executable, and what is executable is a script", arguments: ["Deploy", ".ci"])
    func scriptsAreExecutable(folder: String) throws {
        let paths = tree.paths(under: folder)
        #expect(!paths.isEmpty)
        for path in paths {
            let isScript = try tree.file(at: path).text.hasPrefix("#!")
            #expect(isScript == tree.isExecutable(path), "\(path)")
        }
    }

    @Test("the top of the repository has its fixed files", arguments: topFiles)
    func topIsFixed(path: String) throws {
        #expect(try !tree.file(at: path).text.isEmpty)
    }

    @Test("every relative link of the README leads to a file")
    func readmeLinks() throws {
        let targets = try tree.file(at: "README.md").text.split(separator: "](").dropFirst()
            .map { String($0.prefix { $0 != ")" }) }.filter { !$0.contains("://") }
        #expect(targets.count > 5)
        for target in targets {
            #expect((try? tree.file(at: target)) != nil || !tree.paths(under: target).isEmpty, "\(target)")
        }
    }

    @Test("the manual's protocol page lists every reason of a decision")
    func reasonsAreInTheManual() throws {
        let source = try tree.file(at: "Sources/PolicyModel/Request.swift").text
        let manual = try tree.file(at: "Sources/postern/postern.docc/Protocol.md").text
        let declaration = try #require(source.split(separator: "enum Reason").dropFirst().first)
        let reasons = declaration.split(separator: "\n").prefix { !$0.contains("var ") }
            .filter { $0.hasPrefix("    case ") }.map { $0.dropFirst("    case ".count) }
        #expect(reasons.count > 10)
        for reason in reasons {
            #expect(manual.contains("`\(reason)`"), "\(reason)")
        }
    }

    @Test("the page of differences lists every reason that is our own")
    func ownReasons() throws {
        let manual = try tree.file(at: "Sources/postern/postern.docc/DifferencesFromAWS.md").text
        let reference = try tree.file(at: "Sources/PolicyModel/Request.swift").text
        // From `unsuitableCredentials` on, the reasons are such as AWS has no words for.
        let declaration = try #require(reference.split(separator: "case unsuitableCredentials").dropFirst().first)
        let reasons =
            declaration.split(separator: "\n").prefix { !$0.contains("var ") }
            .filter { $0.hasPrefix("    case ") }.map { $0.dropFirst("    case ".count) } + ["unsuitableCredentials"]
        #expect(reasons.count == 11)
        for reason in reasons { #expect(manual.contains("\n| `\(reason)` | "), "\(reason)") }
    }

    /// Whatever people wrote: not the fixtures, which may be broken on purpose.
    private func ourText() throws -> [SourceFile] {
        let endings = [".swift", ".md", ".c", ".h", ".modulemap", ".yaml", ".service", ".sh", ".py"]
        let inFolders = try Self.folders.flatMap { folder in
            try tree.files(under: folder) { path in
                endings.contains { path.hasSuffix($0) } || ["Deploy/", ".ci/"].contains { path.hasPrefix($0) }
            }
        }
        return try inFolders + Self.topFiles.map(tree.file(at:))
    }

    private func swiftSources() throws -> [SourceFile] {
        try tree.files(under: "Sources") { $0.hasSuffix(".swift") }
    }

    private func expectNone(of words: [String], in files: [SourceFile]) {
        for file in files {
            for line in file.lines {
                let code = ImportLine.withoutComment(line.text)
                for word in words where code.contains(word) || isMarker(word, in: line.text) {
                    Issue.record("\(file.path):\(line.number): has `\(word)`")
                }
            }
        }
    }

    /// Markers count in comments too; calls that trap may be spoken of there.
    private func isMarker(_ word: String, in line: Substring) -> Bool {
        word.allSatisfy(\.isLetter) && line.contains(word)
    }
}
