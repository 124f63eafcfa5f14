import PolicyModel
import PolicyReference

/// Processor time that the server takes, in user mode and in the kernel, while messages are pipelined.
enum ProcessorPart {
    /// What the target speaks of.
    private static let messageBytes = 272
    private static let window = 400
    private static let batchQuestions = 512
    /// Questions with a context each, as many as a message surely holds.
    private static let wholeQuestions = 200
    private static let batchWindow = 4
    private static let connections = 8

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        let store = try Rung.medium.store(divisor: effort.divisor)
        try StoreFolder(path: "\(folder.path)/store").write(store)
        let messages = try self.messages(store)
        try besideJansson(&report, effort, store, messages, folder.path)
        try loops(&report, effort, messages.one, folder.path)
    }

    /// The allowed question whose message comes nearest to 272 bytes: alone, 200 times with all it has in a call, and
    /// 512 times with nothing but a resource.
    private static func messages(_ store: BenchmarkStore) throws -> (one: [UInt8], whole: [UInt8], many: [UInt8]) {
        let reference = ReferenceView(directory: store.directory, now: Decider.now)
        let near = store.questions.prefix(400).sorted {
            abs(Messages.authorize($0).count - messageBytes) < abs(Messages.authorize($1).count - messageBytes)
        }
        for question in near where try reference.answer(question).decision == .allowed {
            return (
                Messages.authorize(question), Messages.many(question, wholeQuestions: wholeQuestions),
                Messages.many(question, resources: batchQuestions)
            )
        }
        throw BenchmarkFailure(description: "no question is allowed")
    }

    private static func besideJansson(
        _ report: inout Report, _ effort: Effort, _ store: BenchmarkStore,
        _ messages: (one: [UInt8], whole: [UInt8], many: [UInt8]), _ place: String
    ) throws {
        let bench = try Bench()
        defer { extendLifetime(bench) }
        report.section("The server's processor time, pipelined, beside jansson parsing the message once")
        let served = try Served(store: "\(place)/store", place: place)
        try served.check(store)
        try check(served, messages.whole, questions: wholeQuestions)
        try check(served, messages.many, questions: batchQuestions)
        try compare(
            &report, effort, served, "Authorize", messages.one, questions: 1, window: window, key: "processor.one")
        try compare(
            &report, effort, served, "AuthorizeMany, \(wholeQuestions) questions with a context each", messages.whole,
            questions: wholeQuestions, window: batchWindow, key: "processor.many")
        try compare(
            &report, effort, served, "AuthorizeMany, \(batchQuestions) resources", messages.many,
            questions: batchQuestions, window: batchWindow, key: "")
    }

    private static func compare(
        _ report: inout Report, _ effort: Effort, _ served: Served, _ name: String, _ message: [UInt8],
        questions: Int, window: Int, key: String
    ) throws {
        let calls = max(effort.messages / questions, 4)
        var (ours, theirs): ([Double], [Double]) = ([], [])
        for _ in 0..<effort.runs {
            ours.append(try Pump.run(served, message, count: calls, window: window).serverNanoseconds)
            theirs.append(try Jansson.nanoseconds(message, times: max(calls / 4, 2)))
        }
        let label = "\(name), \(NumberText.grouped(message.count)) bytes"
        report.add("\(label): the server, a question", Statistics.median(ours) / Double(questions), "ns")
        report.add("\(label): jansson, a question", Statistics.median(theirs) / Double(questions), "ns")
        report.add(
            "\(label): the server / jansson", Statistics.median(zip(ours, theirs).map { $0 / $1 }), "x", key: key)
    }

    private static func check(_ served: Served, _ call: [UInt8], questions: Int) throws {
        let reply = try served.connect().exchange(call)
        guard reply.split(separator: "\"allowed\":", omittingEmptySubsequences: false).count == questions + 1 else {
            throw BenchmarkFailure(description: "the call of \(questions) was answered \(reply.prefix(300))")
        }
    }

    /// Neither end is pinned here: two loops need two processors.
    private static func loops(_ report: inout Report, _ effort: Effort, _ message: [UInt8], _ place: String) throws {
        report.section("The server's processor time a message: two loops against one, \(connections) connections")
        let one = try Served(store: "\(place)/store", place: place, loops: 1, processor: nil)
        let two = try Served(store: "\(place)/store", place: place, loops: 2, processor: nil)
        var (single, double): ([Double], [Double]) = ([], [])
        for _ in 0..<max(effort.runs * 3, 1) {
            for (served, isDouble) in [(one, false), (two, true)] {
                let time = try Pump.run(
                    served, message, count: effort.messages, connections: connections, window: window / connections
                ).serverNanoseconds
                if isDouble { double.append(time) } else { single.append(time) }
            }
        }
        report.add("one loop", Statistics.median(single), "ns")
        report.add("two loops", Statistics.median(double), "ns")
        report.add(
            "two loops / one", Statistics.median(zip(double, single).map { $0 / $1 }), "x", key: "processor.loops")
    }
}
