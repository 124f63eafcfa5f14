internal import Directory
internal import DirectoryStore
internal import JSONDocument
internal import PolicySyntax

/// Runs the cases of files, one after another.
struct TestRun: ~Copyable {
    /// The largest file of tests.
    private static let fileBytesMax = 16 * 1024 * 1024
    /// A file puts up to 5 levels around a document, which may have 32 of its own.
    private static let limits = JSONLimits(bytesMax: fileBytesMax, depthMax: 40, nodesMax: 2_000_000)
    /// Members of a file of tests; `form` and `about` say what a corpus is about.
    private static let members = ["store", "cases", "form", "about"]
    /// The forms whose cases are questions.
    private static let forms = ["decision", "assumption"]

    private let store: String?
    private var asker = TestAsker()
    private var stores = TestStores()
    /// The files that were run, without links and dots.
    private var seen: Set<String> = []
    private var found: [TestResult] = []

    /// A run whose cases are asked of a store, whatever their files say.
    init(store: String?) {
        self.store = store.map(TestRun.withoutSlash)
    }

    /// Runs a file, or every file of tests in a folder; a file that was run before is passed over.
    mutating func runAll(at path: String) throws(CommandFailure) {
        let path = TestRun.withoutSlash(path)
        do throws(FileProblem) {
            switch try Files.kind(of: path) {
            case nil: throw FileProblem.missing(path)
            case .file: try run(file: path, try Files.read(path, bytesMax: TestRun.fileBytesMax), isNamed: true)
            case .folder: try runAll(inFolder: path)
            }
        } catch {
            throw .usage("cannot test \(error.message)")
        }
    }

    /// What the run came to.
    func results(wantsCoverage: Bool) throws(CommandFailure) -> TestResults {
        guard !found.isEmpty else {
            throw .usage("no case was found; a file of tests is {\"cases\": […]}, see `postern test --help`")
        }
        guard wantsCoverage else { return TestResults(results: found) }
        guard let coverage = stores.coverage else {
            throw .usage("there is nothing to cover: no case is asked of a store; name one, or give --store")
        }
        return TestResults(results: found, coverage: coverage)
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Runs every `*.json` in a folder and below; what a link shows of elsewhere is no test of the folder.
    private mutating func runAll(inFolder path: String) throws(FileProblem) {
        var limits = StoreLimits()
        limits.fileBytesMax = TestRun.fileBytesMax
        let folder: DocumentFolder
        do throws(StoreDiagnostic) {
            folder = try DocumentFolder(path, limits: limits)
        } catch {
            throw FileProblem(path: error.file.isEmpty ? path : "\(path)/\(error.file)", code: 0, words: error.message)
        }
        for file in folder.paths {
            switch folder.content(of: file) {
            case .success(let bytes): try run(file: "\(path)/\(file)", bytes, isNamed: false)
            case .failure(let diagnostic):
                throw FileProblem(path: "\(path)/\(file)", code: 0, words: diagnostic.message)
            }
        }
    }
}

/// One file.
extension TestRun {
    private mutating func run(file: String, _ bytes: [UInt8], isNamed: Bool) throws(FileProblem) {
        guard seen.insert(Files.resolved(file) ?? file).inserted else { return }
        let document = try document(bytes, of: file)
        guard let cases = document.root["cases"]?.elements, TestRun.holdsQuestions(document.root) else {
            guard isNamed else { return }
            throw FileProblem(
                path: file, code: 0, words: "no file of tests: expected an object with a list of `cases`")
        }
        try TestRun.checkMembers(document.root, of: file)
        let key: TestStores.Key?
        if let path = try storePath(document.root, file) { key = try stores.open(path) } else { key = nil }
        let directory = key.flatMap { stores.snapshot($0)?.directory }
        let reader = TestCaseReader(
            file: file, text: document.text, hasStore: key != nil,
            rules: directory.map { PolicyRules($0) } ?? PolicyRules())
        for (index, node) in cases.enumerated() {
            found.append(
                TestResult(
                    name: node["name"]?.string ?? "cases[\(index)]", file: file, line: node.position.line,
                    outcome: outcome(node, reader, key)))
        }
    }

    private static func holdsQuestions(_ root: JSONNode) -> Bool {
        root["form"].map { forms.contains($0.string ?? "") } ?? true
    }

    /// A misspelt `store` would leave every case without one.
    private static func checkMembers(_ root: JSONNode, of file: String) throws(FileProblem) {
        for member in root.members ?? [] where !members.contains(member.name) {
            let place = "\(member.namePosition.line):\(member.namePosition.column)"
            let hint = NameDistance.hint(for: member.name, among: members)
            throw FileProblem(
                path: file, code: 0,
                words: "\(place): \(UserText.quoted(member.name)) is no member of a file of tests; \(hint)")
        }
    }

    private func document(_ bytes: [UInt8], of file: String) throws(FileProblem) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(bytes, limits: TestRun.limits)
        } catch {
            throw FileProblem(
                path: file, code: 0, words: "\(error.position.line):\(error.position.column): \(error.message)")
        }
    }

    /// The store of a file, relative to where the program runs.
    private func storePath(_ root: JSONNode, _ file: String) throws(FileProblem) -> String? {
        if let store { return store }
        guard let node = root["store"] else { return nil }
        guard let named = node.string, !named.isEmpty else {
            throw FileProblem(path: file, code: 0, words: "`store` is the path of a folder")
        }
        guard !named.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return TestRun.withoutSlash(named) }
        return TestRun.withoutSlash(file[...slash] + named)
    }
}

/// One case.
extension TestRun {
    private mutating func outcome(
        _ node: JSONNode, _ reader: TestCaseReader, _ store: TestStores.Key?
    ) -> TestResult.Outcome {
        let shape: TestShape
        do throws(MemberFault) {
            shape = try reader.shape(node)
        } catch {
            // A case that is no case tests nothing, whatever it expects.
            return .error(TestRun.text(error))
        }
        do throws(MemberFault) {
            let testCase = try reader.testCase(shape)
            return try outcome(testCase, shape.isSelfContained ? nil : store)
        } catch {
            return shape.expectation.isRefused ? .passed : .error(TestRun.text(error))
        }
    }

    private mutating func outcome(
        _ testCase: TestCase, _ store: TestStores.Key?
    ) throws(MemberFault) -> TestResult.Outcome {
        let inStore = store.flatMap { stores.snapshot($0) }
        let snapshot =
            if let inStore { inStore } else { try Simulator.snapshot(testCase.world?.directory ?? Directory()) }
        let judge = TestJudge(testCase: testCase, store: store.flatMap { stores.name($0) })
        do throws(TestRefusal) {
            let answer = try asker.ask(testCase, of: snapshot)
            if let store { stores.note(answer.all, in: store) }
            return judge.outcome(answer)
        } catch {
            return judge.outcome(error)
        }
    }

    private static func text(_ fault: MemberFault) -> String {
        fault.path.isEmpty ? fault.message : "\(fault.path): \(fault.message)"
    }
}
