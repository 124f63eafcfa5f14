import Glibc
import JSONDocument

/// Other engines, in a virtual environment of their own that `Benchmarks/peers/install` makes.
enum Peers {
    /// The environment's Python and the script, from `Benchmarks/run`; `nil` when it did not install them.
    private static var command: String? {
        func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }
        guard let python = variable("POSTERN_PEERS_PYTHON"), let script = variable("POSTERN_PEERS_SCRIPT") else {
            return nil
        }
        return "\(Files.quoted(python)) \(Files.quoted(script))"
    }

    /// What one engine measured.
    struct Answer {
        var engine: String
        /// The middle call, from Python and back.
        var nanoseconds: Double
        /// What the engine itself says that it took, where it does.
        var ownNanoseconds: Double
        var questions: Int
        var wrong: Int
    }

    /// Gives every engine the questions; `nil` when there are none.
    static func measure(_ question: JSONText, place: String) throws -> [Answer]? {
        guard let command else { return nil }
        let file = "\(place)/peers.json"
        try Files.write(question.text, to: file)
        let output = Files.output(of: "\(command) \(Files.quoted(file))")
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        guard !lines.isEmpty else { throw BenchmarkFailure(description: "the peers said \(output)") }
        let answers = try lines.map { line in
            let root = try JSONDocument(Array(line.utf8), limits: .message).root
            return Answer(
                engine: root.text("engine"), nanoseconds: root.double("nanoseconds"),
                ownNanoseconds: root.double("ownNanoseconds"), questions: Int(root.double("questions")),
                wrong: Int(root.double("wrong")))
        }
        for answer in answers where answer.wrong > 0 {
            throw BenchmarkFailure(description: "\(answer.engine) gave \(answer.wrong) other answers")
        }
        return answers
    }
}
