import CMeasure
import Glibc

/// A store that is a link, which is turned to another tree: every file changes at once, as git-sync does it.
struct WholeChange {
    let trees: [String]
    let link: String
    let store: BenchmarkStore

    private func turn(to tree: String) throws -> Int64 {
        guard unsafe symlink(tree, link + ".new") == 0 else { throw BenchmarkFailure(description: "cannot link") }
        let begin = measure_nanoseconds()
        guard unsafe rename(link + ".new", link) == 0 else { throw BenchmarkFailure(description: "cannot rename") }
        return begin
    }

    func measure(_ report: inout Report, _ effort: Effort, place: String, isHeadline: Bool) throws {
        report.section("All files change at once under load: rung \(store.name)")
        _ = try turn(to: trees[0])
        let served = try Served(store: link, place: place, loops: 2, processor: nil)
        let watch = try served.connect()
        _ = try watch.exchange(Messages.watch)
        let messages = Messages.authorize(Array(store.questions.prefix(2_000)))
        // All files at once take longer than one.
        let times = max(effort.changes / 20, 2)
        let felt = try ReloadPart.feel(served, messages, effort, times: times) { time in
            let begin = try turn(to: trees[(time + 1) % 2])
            guard try watch.receive(milliseconds: 120_000) != nil else {
                throw BenchmarkFailure(description: "the other tree was not in force after two minutes")
            }
            return begin
        }
        try served.check(store)
        ReloadPart.tell(&report, felt, key: isHeadline ? "reload.all" : "reload.all.M")
        ReloadPart.draw(&report, isHeadline ? "reload-all" : "reload-all-M", felt)
    }
}
