import Foundation

// Tests that try the inputs kept for the fuzz targets link to this file, and to the targets.

/// Inputs that once were findings, or reach what few others do.
enum FuzzCorpus {
    /// Those that are kept for a target, by name.
    static func inputs(_ target: String, thisFile: String = #filePath) throws -> [[UInt8]] {
        let tests = URL(filePath: thisFile).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appending(path: "Fuzz/Corpus/\(target)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        return try names.map { Array(try Data(contentsOf: folder.appending(path: $0))) }
    }
}

/// Says what did not hold, and ends the process, as a fuzz target does.
func violated(_ what: String) -> Never {
    print(what)
    abort()
}

/// Ends the process unless `condition` holds.
func require(_ condition: Bool, _ what: @autoclosure () -> String) {
    if !condition { violated(what()) }
}
