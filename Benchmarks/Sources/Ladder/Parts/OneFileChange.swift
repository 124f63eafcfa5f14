import CMeasure
import Glibc
import PolicyModel

/// One file of a store, rewritten again and again: the last time so that nobody can read it.
struct OneFileChange {
    private let tree: String
    private let messages: [UInt8]
    private let place: String
    private let question: [UInt8]
    private let account = "111122223333"

    private var file: String { "\(tree)/accounts/\(account)/users/probe.json" }

    init(tree: String, _ store: BenchmarkStore, place: String) throws {
        self.tree = tree
        self.place = place
        messages = Messages.authorize(Array(store.questions.prefix(2_000)))
        question = Messages.authorize(
            BenchmarkQuestion(
                principal: "arn:aws:iam::111122223333:user/probe", action: "probe:Open", resource: "arn:aws:probe:::a"))
        try write(isAllowed: false, number: 0)
    }

    /// As an editor does it: a new file under a name that is not read, then renamed.
    @discardableResult
    private func write(isAllowed: Bool, number: Int, text: String? = nil) throws -> Int64 {
        let document =
            #"{"Version":"2012-10-17","Statement":{"Sid":"Change\#(number)","Effect":"Allow","#
            + #""Action":"probe:\#(isAllowed ? "Open" : "Shut")","Resource":"*"}}"#
        let policies = #"[{"PolicyName":"Own","PolicyDocument":\#(document)}]"#
        try Files.write(text ?? #"{"UserName":"probe","UserPolicyList":\#(policies)}"#, to: file + ".new")
        let begin = measure_nanoseconds()
        guard unsafe rename(file + ".new", file) == 0 else {
            throw BenchmarkFailure(description: "cannot rename \(file)")
        }
        return begin
    }

    func measure(_ report: inout Report, _ effort: Effort, files: Int, isHeadline: Bool) throws {
        report.section("One of \(NumberText.grouped(files)) files changes under load: rung \(isHeadline ? "L" : "M")")
        let served = try Served(store: tree, place: place, loops: 2, processor: nil)
        let (probe, watch) = (try served.connect(), try served.connect())
        _ = try watch.exchange(Messages.watch)
        let felt = try ReloadPart.feel(served, messages, effort, times: effort.changes) { time in
            let begin = try write(isAllowed: time % 2 == 0, number: time + 1)
            guard try watch.receive(milliseconds: 10_000) != nil else {
                throw BenchmarkFailure(description: "a changed file was not in force after ten seconds")
            }
            try expect(probe, isAllowed: time % 2 == 0)
            return begin
        }
        ReloadPart.tell(&report, felt, key: isHeadline ? "reload.one" : "reload.one.M")
        ReloadPart.draw(&report, isHeadline ? "reload-one" : "reload-one-M", felt)
        try breakFile(&report, effort, served, probe, isAllowed: effort.changes % 2 == 1)
    }

    private func expect(_ probe: Connection, isAllowed: Bool) throws {
        let reply = try probe.exchange(question)
        guard reply.hasPrefix("{\"parameters\":{\"allowed\":\(isAllowed),") else {
            throw BenchmarkFailure(description: "after the change postern said \(reply), not \(isAllowed)")
        }
    }

    /// The last good version must go on answering.
    private func breakFile(
        _ report: inout Report, _ effort: Effort, _ served: Served, _ probe: Connection, isAllowed: Bool
    ) throws {
        let felt = try ReloadPart.feel(served, messages, effort, times: 1) { _ in
            let begin = try write(isAllowed: false, number: 0, text: #"{"UserName":"probe","UserPolicyList":[}"#)
            let until = begin + 10_000_000_000
            while try probe.exchange(Messages.status).contains("\"errorCount\":0") {
                guard measure_nanoseconds() < until else {
                    throw BenchmarkFailure(description: "a broken file was not told of in ten seconds")
                }
                usleep(1_000)
            }
            try expect(probe, isAllowed: isAllowed)
            return begin
        }
        // The tree is used again.
        try write(isAllowed: false, number: 0)
        report.add("one file broken: told in `Status` after", felt.inForce[0], "ms")
        report.add("one file broken: questions that failed", Double(felt.during.failed), "")
    }
}
