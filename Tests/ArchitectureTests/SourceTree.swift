import Foundation

/// A text file of the repository.
struct SourceFile: Sendable {
    /// The path from the repository's root.
    let path: String
    let text: String

    /// The lines with their numbers, from 1.
    var lines: [(number: Int, text: Substring)] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
    }
}

/// The working copy that these tests were compiled in.
struct SourceTree: Sendable {
    let root: URL

    /// Finds the root from this file's own path.
    init(thisFile: String = #filePath) {
        root = URL(filePath: thisFile).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The paths of all files under `folder`, sorted; build products and other hidden folders are left out.
    func paths(under folder: String) -> [String] {
        let base = root.appending(path: folder)
        let found = FileManager.default.enumerator(atPath: base.path())?.compactMap { $0 as? String } ?? []
        return found.filter { path in
            !path.split(separator: "/").contains { $0.hasPrefix(".") && $0 != ".ci" } && isRegularFile(base, path)
        }
        .map { "\(folder)/\($0)" }
        .sorted()
    }

    /// The files under `folder` whose names pass, read as UTF-8.
    func files(under folder: String, where isWanted: (String) -> Bool) throws -> [SourceFile] {
        try paths(under: folder).filter(isWanted).map(file(at:))
    }

    func file(at path: String) throws -> SourceFile {
        SourceFile(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
    }

    func isExecutable(_ path: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: root.appending(path: path).path())
    }

    private func isRegularFile(_ base: URL, _ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return unsafe FileManager.default.fileExists(atPath: base.appending(path: path).path(), isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}
