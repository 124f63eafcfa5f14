internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax
internal import PosternClient

/// The questions of a run: parameters of `Authorize`, as the socket takes them.
struct BenchQuestions {
    private(set) var parameters: [JSONOutput] = []
    /// Cases that ask no running sidecar.
    private(set) var leftOut = 0

    /// A file larger than this is no list of questions that anybody wrote or recorded for this.
    private static let fileBytesMax = 64 * 1024 * 1024
    /// A question's message, and what a case has beside it.
    private static let lineLimits = JSONLimits(bytesMax: 256 * 1024, depthMax: 40, nodesMax: 65_536)
    /// A file that is one JSON value.
    private static let documentLimits = JSONLimits(bytesMax: 8 * 1024 * 1024, depthMax: 44, nodesMax: 500_000)

    /// The one question that the flags ask, in the bytes of `postern authorize`.
    init(_ question: Question) throws(CommandFailure) {
        let message: [UInt8]
        do throws(PosternError) {
            message = try Codec.authorize(question, explain: false)
        } catch {
            throw .usage("\(error)")
        }
        // Whatever the client formats, a reader of ours takes; but for a message that is too long.
        guard let document = try? JSONDocument(message.dropLast() + [], limits: Self.lineLimits),
            let node = document.root["parameters"]
        else { throw .usage("the question is longer than a message may be; shorten its context or session") }
        parameters = [JSONOutput(node)]
    }

    /// Reads a file: a question a line; or one JSON value: a question, a list of them, or the cases of `postern test`.
    init(file: String) throws(CommandFailure) {
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try Files.read(file, bytesMax: Self.fileBytesMax)
        } catch {
            throw .usage("cannot read \(error.message)")
        }
        guard bytes.count <= Self.fileBytesMax else {
            throw .usage("`\(file)` has more than \(Count.grouped(Self.fileBytesMax)) bytes; take a part of it")
        }
        if let document = try? JSONDocument(bytes, limits: Self.documentLimits) {
            try add(document, of: file)
        } else {
            try addLines(bytes, of: file)
        }
        guard parameters.isEmpty else { return }
        guard leftOut == 0 else {
            throw .usage("`\(file)` has no case that a running sidecar can be asked; see `postern bench --help`")
        }
        throw .usage("`\(file)` holds no question; write one a line, as in `postern bench --help`")
    }
}

extension BenchQuestions {
    private mutating func addLines(_ bytes: [UInt8], of file: String) throws(CommandFailure) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            let place = "\(file):\(index + 1)"
            let document: JSONDocument
            do throws(JSONError) {
                document = try JSONDocument(Array(line), limits: Self.lineLimits)
            } catch {
                throw .usage("\(place):\(error.position.column): \(error.message); a line holds one question")
            }
            try asFailure(at: place) { () throws(MemberFault) in try add(document.root, at: JSONPath()) }
        }
    }

    private mutating func add(_ document: JSONDocument, of file: String) throws(CommandFailure) {
        let (list, path) =
            document.root["cases"].map { ($0.elements, JSONPath().appending("cases")) }
            ?? (document.root.elements, JSONPath())
        try asFailure(at: file) { () throws(MemberFault) in
            guard let list else { return try add(document.root, at: path) }
            for (index, node) in list.enumerated() { try add(node, at: path.appending(index)) }
        }
    }

    private func asFailure(
        at place: String, _ body: () throws(MemberFault) -> Void
    ) throws(CommandFailure) {
        do throws(MemberFault) {
            try body()
        } catch {
            throw .usage("\(place): \(error.path.isEmpty ? "" : "\(error.path): ")\(error.message)")
        }
    }

    /// Adds a question, a recorded call, or a case.
    private mutating func add(_ node: JSONNode, at path: JSONPath) throws(MemberFault) {
        var (node, path) = (node, path)
        if let method = node["method"] {
            guard method.string == TestQuestion.Call.authorize.rawValue, let parameters = node["parameters"] else {
                throw MemberFault(
                    "only calls of `\(TestQuestion.Call.authorize.rawValue)` are questions; leave others out",
                    at: path.appending("method"))
            }
            (node, path) = (parameters, path.appending("parameters"))
        }
        if isForNoSidecar(node) { return leftOut += 1 }
        guard node["explain"] == nil else {
            throw MemberFault(
                "explanations are made off the fast path and are not measured; leave `explain` out",
                at: path.appending("explain"))
        }
        let reader = try ObjectReader(node, at: path, known: TestCaseReader.allMembers, of: "a question")
        for name in ["principal", "action", "resource"] { _ = try reader.requiredText(name) }
        parameters.append(.object(try TestQuestion(authorizing: reader).parameters))
    }

    /// Whether it is a case of assuming a role, one that must be refused, or one with policies of its own.
    private func isForNoSidecar(_ node: JSONNode) -> Bool {
        func isGiven(_ name: String) -> Bool { node[name].map { $0.value != .null } ?? false }
        let isRefused = node["refused"].map { $0.value == .bool(true) } ?? false
        return isRefused || isGiven("role") || TestCaseReader.ownPolicies.contains(where: isGiven)
    }
}
