import Directory
import PolicyModel
import Testing

@testable import DirectoryStore

/// A store without a disk: texts by path, judged again and again.
struct JudgeFixture {
    /// What the folder holds now.
    var files: [Text: String]
    /// What is in force.
    private(set) var verdict: StoreVerdict
    /// Folders that swap as a whole.
    var atomicFolders: [Text] = []
    var limits = StoreLimits()

    /// Starts with the files.
    init(_ files: [Text: String], limits: StoreLimits = StoreLimits()) {
        self.files = files
        self.limits = limits
        verdict = StoreJudge.judge(JudgeFixture.scan(files), inForce: [:], mode: .start, limits: limits)
    }

    /// One batch of edits, judged together.
    mutating func reload(_ mode: StoreJudge.Mode = .reload) {
        var scan = JudgeFixture.scan(files)
        scan.atomicFolders = atomicFolders
        verdict = StoreJudge.judge(scan, inForce: verdict.inForce, mode: mode, limits: limits)
    }

    static func scan(_ files: [Text: String]) -> StoreScan {
        var scan = StoreScan()
        for (path, text) in files {
            let parts = path.split(at: ASCII.slash)
            guard case .file(let place) = StoreLayout.file(parts) else {
                scan.layoutProblems.append(StoreDiagnostic(.error, "misplaced-file", "misplaced", file: path.string))
                continue
            }
            let bytes = Array(text.utf8)
            scan.files[path] = EntityParser.parse(
                bytes, at: path, place: place, digest: FileDigest(of: bytes))
        }
        return scan
    }

    /// The codes of the errors, sorted, each once.
    var errorCodes: [String] { Set(verdict.errors.map(\.code)).sorted() }

    /// What a start with the same files would say.
    var freshStart: StoreVerdict {
        StoreJudge.judge(JudgeFixture.scan(files), inForce: [:], mode: .start, limits: limits)
    }

    /// What a reload accepts without errors also starts, alike; what it does not accept, a start refuses.
    func expectStartsAlike() {
        let start = freshStart
        #expect(verdict.errors.isEmpty == start.errors.isEmpty)
        if start.errors.isEmpty {
            #expect(verdict.revision == start.revision)
            #expect(verdict.directory == start.directory)
        }
        var again = self
        again.reload()
        #expect(again.verdict.revision == verdict.revision, "judging twice changes nothing")
        #expect(again.verdict.directory == verdict.directory)
    }
}
