import Authorizer
import PolicyModel

/// Rung C: gdrive, github and tinytodo, beside Cedar on the same questions and the same answers.
enum CedarPart {
    private static let questions = 500
    private static let sizes = [5, 10, 15, 20, 30, 40, 50]

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        let sizes = effort.divisor == 1 ? sizes : effort.divisor < 50 ? [5, 20, 50] : [5]
        var lines: [String: [Point]] = [:]
        for size in sizes {
            report.section("N = \(size): users, groups and things of a kind")
            for model in SharingModel.all(size) {
                for style in SharingStyle.allCases {
                    let time = try ours(&report, effort, model, style)
                    lines["postern, \(model.name), \(style.rawValue)", default: []].append(
                        Point(x: Double(size), y: time))
                }
                guard let cedar = try theirs(model, folder.path) else { continue }
                report.add("\(model.name): cedarpy, a call", cedar.nanoseconds, "ns")
                report.add("\(model.name): Cedar's own time", cedar.ownNanoseconds, "ns")
                lines["Cedar's own time, \(model.name)", default: []].append(
                    Point(x: Double(size), y: cedar.ownNanoseconds))
            }
        }
        for (name, points) in lines.sorted(by: { $0.key < $1.key }) { report.draw("cedar", name, points) }
    }

    /// Holds every answer against the model's own.
    private static func ours(
        _ report: inout Report, _ effort: Effort, _ model: SharingModel, _ style: SharingStyle
    ) throws -> Double {
        let store = try model.store(style, questions: questions)
        var decider = try Decider.ready(store)
        try decider.check()
        var allowed = 0
        for (index, question) in model.questions(questions).enumerated() {
            let isAllowed = model.isAllowed(user: question.user, action: question.action, item: question.item)
            guard try decider.decide(index).decision == (isAllowed ? .allowed : .implicitDeny) else {
                throw BenchmarkFailure(description: "\(store.name): question \(index) should be \(isAllowed)")
            }
            allowed += isAllowed ? 1 : 0
        }
        let time = try DecisionPart.median(&decider, effort, inTurn: true)
        report.add("\(model.name), \(style.rawValue): \(allowed) of \(questions) allowed; a decision", time, "ns")
        return time
    }

    private static func theirs(_ model: SharingModel, _ place: String) throws -> Peers.Answer? {
        try Peers.measure(
            .object([
                (
                    "cedar",
                    .object([
                        ("policies", .string(model.cedarPolicies)), ("entities", model.cedarEntities),
                        ("questions", .array(model.questions(questions).map(model.cedarQuestion))),
                    ])
                )
            ]), place: place)?.first
    }
}
