internal import Authorizer
internal import Directory
internal import DirectoryStore
internal import JSONDocument
internal import PolicyModel

/// Runs the cases of files, one after another.
struct TestRun: ~Copyable {
    /// A store that cases are asked of.
    private struct Store {
        var snapshot: Snapshot
        var applied: Set<Coverage.Place> = []
    }

    /// The largest file of tests.
    private static let fileBytesMax = 16 * 1024 * 1024
    /// A file puts up to 5 levels around a document, which may have 32 of its own.
    private static let limits = JSONLimits(bytesMax: fileBytesMax, depthMax: 40, nodesMax: 2_000_000)

    private let store: String?
    private var simulator = Simulator()
    private var stores: [String: Store] = [:]
    private var found: [TestResult] = []

    /// A run whose cases are asked of a store, whatever their files say.
    init(store: String?) {
        self.store = store.map(TestRun.withoutSlash)
    }

    /// Runs a file, or every file of tests in a folder.
    mutating func runAll(at path: String) throws(CommandFailure) {
        let path = TestRun.withoutSlash(path)
        do throws(FileProblem) {
            switch try Files.kind(of: path) {
            case nil: throw FileProblem.missing(path)
            case .file: try run(file: path, isNamed: true)
            case .folder: for file in try TestRun.files(in: path) { try run(file: file, isNamed: false) }
            }
        } catch {
            throw .usage("cannot test \(error.message)")
        }
    }

    /// What the run came to.
    func results(wantsCoverage: Bool) throws(CommandFailure) -> TestResults {
        guard !found.isEmpty else { throw .usage("no case was found") }
        guard wantsCoverage else { return TestResults(results: found) }
        guard !stores.isEmpty else { throw .usage("there is nothing to cover: no case is asked of a store") }
        var all: Set<Coverage.Place> = []
        var applied: Set<Coverage.Place> = []
        for (path, store) in stores {
            all.formUnion(Coverage.places(of: store.snapshot.directory, in: path))
            applied.formUnion(store.applied)
        }
        return TestResults(results: found, coverage: Coverage(all: all, applied: applied))
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Every `*.json` below, hidden names left out, in order.
    private static func files(in folder: String) throws(FileProblem) -> [String] {
        var files: [String] = []
        for name in try Files.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            switch try Files.kind(of: path) {
            case .folder: files += try self.files(in: path)
            case .file: if name.hasSuffix(".json") { files.append(path) }
            case nil: continue
            }
        }
        return files
    }
}

/// One file.
extension TestRun {
    private mutating func run(file: String, isNamed: Bool) throws(FileProblem) {
        let document = try read(file)
        guard let cases = document.root["cases"]?.elements, TestRun.isDecisions(document.root) else {
            guard isNamed else { return }
            throw FileProblem(
                path: file, code: 0, words: "no file of tests: expected an object with a list of `cases`")
        }
        let store = try storePath(document.root, file)
        if let store, stores[store] == nil { stores[store] = try TestRun.load(store) }
        let reader = TestCaseReader(file: file, text: document.text, hasStore: store != nil)
        for (index, node) in cases.enumerated() {
            found.append(
                TestResult(
                    name: node["name"]?.string ?? "cases[\(index)]", file: file, line: node.position.line,
                    outcome: outcome(node, reader, store)))
        }
    }

    private static func isDecisions(_ root: JSONNode) -> Bool {
        root["form"].map { $0.string == "decision" } ?? true
    }

    private func read(_ file: String) throws(FileProblem) -> JSONDocument {
        let bytes = try Files.read(file, bytesMax: TestRun.fileBytesMax)
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

    private static func load(_ path: String) throws(FileProblem) -> Store {
        let loaded = StoreLoader().load(path)
        if let first = loaded.diagnostics.first(where: \.isError) {
            let place = first.file.isEmpty ? "" : "\(first.file):\(first.position.line):\(first.position.column): "
            throw FileProblem(path: path, code: 0, words: "the store has errors: \(place)\(first.message)")
        }
        do throws(SnapshotError) {
            return Store(snapshot: try SnapshotBuilder().build(loaded.directory, revision: loaded.revision))
        } catch {
            throw FileProblem(path: path, code: 0, words: error.message)
        }
    }
}

/// One case.
extension TestRun {
    private mutating func outcome(
        _ node: JSONNode, _ reader: TestCaseReader, _ store: String?
    ) -> TestResult.Outcome {
        let isRefused = node["refused"]?.value == .bool(true)
        do throws(MemberFault) {
            let testCase = try reader.testCase(node)
            let outcome = try outcome(testCase, testCase.isSelfContained ? nil : store)
            return isRefused
                ? .error("its policies or its question should be refused, and are accepted") : outcome
        } catch {
            if isRefused { return .passed }
            return .error(error.path.isEmpty ? error.message : "\(error.path): \(error.message)")
        }
    }

    private mutating func outcome(_ testCase: TestCase, _ path: String?) throws(MemberFault) -> TestResult.Outcome {
        let snapshot =
            if let path, let store = stores[path] { store.snapshot } else { try Simulator.snapshot(testCase.directory) }
        // As the sidecar would be asked: what the engine sets nobody asserts, and what it needs has to be there.
        let (trace, explanation) = try simulator.explain(testCase.simulation, by: snapshot, mode: .enforce)
        if let path { stores[path]?.applied.formUnion(Coverage.applied(explanation, in: path)) }
        return TestJudge(testCase: testCase, store: path).outcome(trace, explanation)
    }
}

extension TestCase {
    /// What the policies of the case make.
    var directory: Directory {
        var directory = Directory(simulation)
        organization?.add(to: &directory, of: simulation)
        return directory
    }
}
