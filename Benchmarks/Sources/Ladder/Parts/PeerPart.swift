import Authorizer
import PolicyModel

/// A hundred policies in the language of each engine, as near to each other as these allow.
enum PeerPart {
    private static let questions = 400

    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("100 policies: the same questions, the same answers")
        let folder = try TemporaryFolder()
        let company = Company()
        let store = try company.store(questions: questions)
        var decider = try Decider.ready(store)
        try decider.check()
        var expected: [Bool] = []
        for (index, question) in company.questions(questions).enumerated() {
            expected.append(company.isAllowed(question))
            guard try (decider.decide(index).decision == .allowed) == expected[index] else {
                throw BenchmarkFailure(description: "question \(index) should be \(expected[index])")
            }
        }
        let ours = try DecisionPart.median(&decider, effort, inTurn: true)
        report.add("of \(questions) questions allowed", Double(expected.filter(\.self).count), "")
        report.add("postern, in process, all in turn", ours, "ns")
        guard let answers = try Peers.measure(company.peers(questions), place: folder.path) else {
            return report.note("The peers are not installed: `Benchmarks/peers/install` makes their environment.")
        }
        for answer in answers {
            report.add("\(answer.engine), a call", answer.nanoseconds, "ns")
            report.add("\(answer.engine) / postern", answer.nanoseconds / ours, "x", key: "peer.\(answer.key)")
            guard answer.ownNanoseconds.isFinite else { continue }
            report.add("\(answer.engine): its own time", answer.ownNanoseconds, "ns")
            report.add(
                "\(answer.engine): its own time / postern", answer.ownNanoseconds / ours, "x",
                key: "peer.\(answer.key).own")
        }
    }
}

extension Peers.Answer {
    /// The engine without its version.
    var key: String { String(engine.prefix { $0 != " " }) }
}
