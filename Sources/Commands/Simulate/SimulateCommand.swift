internal import ArgumentParser
internal import Glibc
internal import JSONDocument

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Answers questions that bring their own policies: JSON lines in, JSON lines out.",
        discussion: """
            Each line is one question with its policies; no store and no sidecar are
            needed. Its members: name, principal, action, resource, resourceAccount,
            context, identityPolicies, permissionsBoundaries, sessionPolicies,
            serviceControlPolicies and resourceControlPolicies (one list a level, root
            first), resourcePolicy, resourcePolicyRequired, session. A member that is
            absent is not in play; [] is, and grants nothing. A role's ARN as principal
            stands for any session of the role. Any context key may be given.
            Answers come in the order of the questions; a wrong line gives its error, and
            the run goes on.
            Exit status: 0 all evaluated, 1 some line had an error, 2 the file cannot be
            read.

            Example:
              postern simulate questions.jsonl
              generate-questions | postern simulate
              printf '%s' '{"principal":"arn:aws:iam::111122223333:user/bob",' \\
                  '"action":"docs:Read","resource":"*","identityPolicies":[{"Statement":' \\
                  '{"Effect":"Allow","Action":"docs:*","Resource":"*"}}]}' \\
                  | postern simulate
            """)

    @Argument(help: ArgumentHelp("A file of questions; standard input when absent or -.", valueName: "FILE"))
    var file: String?

    func run() throws {
        let path = file ?? "-"
        let descriptor = try open(path)
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var run = SimulationRun()
        do throws(FileProblem) {
            try run.answerAll(from: descriptor, path: path == "-" ? "standard input" : path)
        } catch {
            throw CommandFailure.usage("cannot read \(error.message)")
        }
        if run.errorCount > 0 { throw CommandFailure.negative }
    }

    private func open(_ path: String) throws -> CInt {
        guard path != "-" else { return STDIN_FILENO }
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure.usage("cannot read \(FileProblem(path: path, code: errno).message)")
        }
        return descriptor
    }
}

/// One run over all lines.
struct SimulationRun: ~Copyable {
    private(set) var errorCount = 0
    private var lineNumber = 0
    private var simulator = Simulator()
    private var unwritten = ""

    /// Answers are handed on at this many bytes, and whenever the next question has to be waited for.
    private static let outputBytesMax = 64 * 1024

    init() {}

    mutating func answerAll(from descriptor: CInt, path: String) throws(FileProblem) {
        var reader = LineReader(descriptor: descriptor, path: path, lineBytesMax: SimulationLine.bytesMax)
        while let line = try next(&reader) {
            lineNumber += 1
            guard let answer = answer(line) else { continue }
            unwritten += answer + "\n"
            if unwritten.utf8.count >= SimulationRun.outputBytesMax { flush() }
        }
        flush()
    }

    private mutating func next(_ reader: inout LineReader) throws(FileProblem) -> LineReader.Line? {
        try reader.next { flush() }
    }

    private mutating func flush() {
        guard !unwritten.isEmpty else { return }
        Terminal.printRaw(unwritten)
        unwritten = ""
    }

    /// The answer to a line, as a line; `nil` for one that is blank.
    mutating func answer(_ line: LineReader.Line) -> String? {
        guard case .whole(let text) = line else {
            return error(MemberFault("the line is longer than \(SimulationLine.bytesMax) bytes"), nil)
        }
        guard text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return nil }
        do throws(JSONError) {
            return answer(try JSONDocument(text, limits: SimulationLine.limits))
        } catch {
            let place = "line \(number), column \(error.position.column)"
            return self.error(MemberFault("\(place): \(error.onLine(number).message)"), nil)
        }
    }

    private mutating func answer(_ document: JSONDocument) -> String {
        do throws(MemberFault) {
            let line = try SimulationLine(document.root, text: document.text)
            return SimulationReport.line(try simulator.answer(line.simulation), name: line.name)
        } catch {
            return self.error(error, SimulationLine.name(in: document.root))
        }
    }

    private mutating func error(_ fault: MemberFault, _ name: String?) -> String {
        errorCount += 1
        return SimulationReport.line(fault, name: name, number: number)
    }

    /// From 1, as editors count.
    private var number: Int { max(lineNumber, 1) }
}

extension JSONError {
    /// The same with its places on a line of the input, of which the text is one.
    fileprivate func onLine(_ number: Int) -> JSONError {
        guard case .duplicateMember(let name, let first, let position) = self else { return self }
        func moved(_ place: JSONPosition) -> JSONPosition {
            JSONPosition(line: number + place.line - 1, column: place.column)
        }
        return .duplicateMember(name, first: moved(first), position: moved(position))
    }
}
