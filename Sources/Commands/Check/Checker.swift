internal import Directory
internal import DirectoryStore
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// One line of a check, with a file name that the caller can open.
struct CheckFinding: Sendable {
    let isError: Bool
    let code: String
    let message: String
    /// As the user would type it.
    let file: String
    let position: JSONPosition
    /// Where in the file's tree; empty where nobody knows.
    var path = ""
    /// What stands around the place in the bytes that were checked; they are not read a second time.
    var excerpt: SourceExcerpt?
}

/// What a check found.
struct CheckOutcome: Sendable {
    var documentCount = 0
    var findings: [CheckFinding] = []

    var errorCount: Int { findings.filter(\.isError).count }
    var warningCount: Int { findings.count - errorCount }

    /// For programs.
    var json: String {
        JSONOutput.object([
            ("documents", .int(documentCount)), ("errors", .int(errorCount)), ("warnings", .int(warningCount)),
            ("diagnostics", .array(findings.map(\.json))),
        ]).serialized()
    }
}

extension CheckFinding {
    fileprivate var json: JSONOutput {
        .object([
            ("severity", .string(isError ? "error" : "warning")), ("code", .string(code)),
            ("message", .string(message)), ("file", .string(file)), ("line", .int(position.line)),
            ("column", .int(position.column)), ("path", .string(path)),
        ])
    }
}

/// Checks paths one after another.
struct Checker {
    /// What bare documents are; `nil` when nobody says so.
    let statedKind: PolicyKind?
    private(set) var outcome = CheckOutcome()

    init(kind: PolicyKind?) {
        statedKind = kind
    }

    private var kind: PolicyKind { statedKind ?? .identity }

    /// Checks a file, a folder or a store.
    mutating func check(_ path: String) throws(CommandFailure) {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        do throws(FileProblem) {
            switch try Files.kind(of: trimmed) {
            case nil: throw FileProblem.missing(path)
            case .file: try checkFile(trimmed)
            case .folder: try checkFolder(trimmed)
            }
        } catch {
            throw .usage("cannot check \(error.message)")
        }
    }

    private mutating func checkFolder(_ path: String) throws(FileProblem) {
        if try StorePart.isStore(path) { return checkStore(path) }
        if statedKind == nil, let store = StorePart.store(of: path) { throw .partOfStore(path, store) }
        let folder: DocumentFolder
        do throws(StoreDiagnostic) {
            folder = try DocumentFolder(path)
        } catch {
            throw FileProblem(path: error.file.isEmpty ? path : "\(path)/\(error.file)", code: 0, words: error.message)
        }
        guard !folder.paths.isEmpty else { throw FileProblem.noDocuments(path) }
        for file in folder.paths {
            switch folder.content(of: file) {
            case .success(let bytes): try checkDocument(bytes, path: "\(path)/\(file)")
            case .failure(let diagnostic): outcome.findings.append(CheckFinding(diagnostic, in: path))
            }
        }
    }

    private mutating func checkFile(_ path: String) throws(FileProblem) {
        if statedKind == nil, let store = StorePart.store(of: path) { throw .partOfStore(path, store) }
        try checkDocument(try Files.read(path, bytesMax: JSONLimits.file.bytesMax), path: path)
    }

    private mutating func checkDocument(_ bytes: [UInt8], path: String) throws(FileProblem) {
        if let member = StorePart.entityMember(bytes) {
            throw StorePart.store(of: path).map { .partOfStore(path, $0) } ?? .entity(path, member)
        }
        outcome.documentCount += 1
        var lines = SourceLines(bytes)
        outcome.findings += PolicyParser(kind: kind).parse(bytes, file: path).diagnostics.map { diagnostic in
            CheckFinding(
                isError: diagnostic.severity == .error, code: diagnostic.code.rawValue, message: diagnostic.message,
                file: diagnostic.file, position: diagnostic.position, path: diagnostic.path,
                excerpt: lines.excerpt(at: diagnostic.position))
        }
    }

    private mutating func checkStore(_ path: String) {
        let result = StoreLoader().check(path)
        outcome.documentCount += result.directory.documentCount
        outcome.findings += result.diagnostics.map { diagnostic in
            var finding = CheckFinding(diagnostic, in: path)
            finding.excerpt = result.excerpts[diagnostic]
            return finding
        }
    }
}

extension CheckFinding {
    /// A diagnostic of a folder, whose file is relative to it.
    fileprivate init(_ diagnostic: StoreDiagnostic, in folder: String) {
        self.init(
            isError: diagnostic.isError, code: diagnostic.code, message: diagnostic.message,
            file: diagnostic.file.isEmpty ? folder : "\(folder)/\(diagnostic.file)", position: diagnostic.position)
    }
}

extension Directory {
    /// Policy documents, each as often as it is written.
    var documentCount: Int {
        let holdings = users.values.map(\.holdings) + groups.values.map(\.holdings) + roles.values.map(\.holdings)
        let inline = holdings.reduce(0) { $0 + $1.inlinePolicies.count }
        return inline + roles.count + policies.count + resources.values.filter { $0.policy != nil }.count
            + serviceControlPolicies.count + resourceControlPolicies.count
    }
}
