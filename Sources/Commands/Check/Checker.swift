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
    let path: String
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
    let kind: PolicyKind
    private(set) var outcome = CheckOutcome()

    init(kind: PolicyKind) {
        self.kind = kind
    }

    /// Checks a file, a folder or a store.
    mutating func check(_ path: String) throws(CommandFailure) {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        do throws(FileProblem) {
            switch try Files.kind(of: trimmed) {
            case nil: throw FileProblem.missing(path)
            case .file: try checkDocument(trimmed)
            case .folder: try checkFolder(trimmed)
            }
        } catch {
            throw .usage("cannot check \(error.message)")
        }
    }

    private mutating func checkFolder(_ path: String) throws(FileProblem) {
        if try isStore(path) { return checkStore(path) }
        let files = try documents(in: path)
        guard !files.isEmpty else { throw FileProblem.noDocuments(path) }
        for file in files { try checkDocument(file) }
    }

    private func isStore(_ path: String) throws(FileProblem) -> Bool {
        for name in ["accounts", "managed"] where try Files.kind(of: "\(path)/\(name)") == .folder { return true }
        return false
    }

    /// Every `*.json` below, hidden names left out, in order.
    private func documents(in folder: String) throws(FileProblem) -> [String] {
        var files: [String] = []
        for name in try Files.names(in: folder) where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            switch try Files.kind(of: path) {
            case .folder: files += try documents(in: path)
            case .file: if name.hasSuffix(".json") { files.append(path) }
            case nil: continue
            }
        }
        return files
    }

    private mutating func checkDocument(_ path: String) throws(FileProblem) {
        let bytes = try Files.read(path, bytesMax: JSONLimits.file.bytesMax)
        outcome.documentCount += 1
        outcome.findings += PolicyParser(kind: kind).parse(bytes, file: path).diagnostics.map { diagnostic in
            CheckFinding(
                isError: diagnostic.severity == .error, code: diagnostic.code.rawValue, message: diagnostic.message,
                file: diagnostic.file, position: diagnostic.position, path: diagnostic.path)
        }
    }

    private mutating func checkStore(_ path: String) {
        let result = StoreLoader().check(path)
        outcome.documentCount += result.directory.documentCount
        outcome.findings += result.diagnostics.map { diagnostic in
            CheckFinding(
                isError: diagnostic.isError, code: diagnostic.code, message: diagnostic.message,
                file: diagnostic.file.isEmpty ? path : "\(path)/\(diagnostic.file)", position: diagnostic.position,
                path: "")
        }
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
