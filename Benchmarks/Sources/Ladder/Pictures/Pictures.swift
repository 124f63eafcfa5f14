/// The pictures of the page, by the names that parts give to their series.
enum Pictures {
    /// A picture with the words above it, or `nil` when nobody measured it.
    static func chart(_ name: String, _ series: [Series]) -> Chart? {
        let lines = series.filter { $0.picture == name && !$0.points.isEmpty }
        guard !lines.isEmpty else { return nil }
        switch name {
        case "latency":
            return Chart(
                title: "Round trip of one caller: how long most of them take",
                x: Axis("percentile of round trips", .percentile) { "\(NumberText.plain($0)) %" },
                y: Axis("microseconds (logarithmic)", .logarithmic, ticks: []) { NumberText.plain($0 / 1e3) },
                lines: lines)
        case "growth":
            return Chart(
                title: "A store a thousand times larger: time a decision",
                x: Axis("statements in the store (logarithmic)", .logarithmic, ticks: [100, 1_000, 10_000, 100_000]),
                y: Axis("nanoseconds (logarithmic)", .logarithmic), lines: lines)
        case "instructions":
            return Chart(
                title: "A store a thousand times larger: instructions a decision",
                x: Axis("statements in the store (logarithmic)", .logarithmic, ticks: [100, 1_000, 10_000, 100_000]),
                y: Axis("instructions", .linear), lines: lines)
        case "lines":
            return Chart(
                title: "A store a thousand times larger: cache lines a decision",
                x: Axis("statements in the store (logarithmic)", .logarithmic, ticks: [100, 1_000, 10_000, 100_000]),
                y: Axis("lines of 64 bytes", .linear), lines: lines)
        case "callers":
            return Chart(
                title: "More callers: the 99th percentile under an open load",
                x: Axis("callers at once (logarithmic)", .logarithmic, ticks: [1, 8, 64]),
                y: Axis("microseconds (logarithmic)", .logarithmic) { NumberText.plain($0 / 1e3) }, lines: lines)
        case "cedar":
            return Chart(
                title: "gdrive, github and tinytodo: time a decision",
                x: Axis("N: users, groups and things of a kind", .linear),
                y: Axis("nanoseconds (logarithmic)", .logarithmic), lines: lines)
        default: return reload(name, lines)
        }
    }

    private static func reload(_ name: String, _ lines: [Series]) -> Chart? {
        guard name.hasPrefix("reload") else { return nil }
        let what = name.hasPrefix("reload-one") ? "one file changes again and again" : "all files change at once"
        var chart = Chart(
            title: "Callers while \(what): rung \(name.hasSuffix("-M") ? "M" : "L")",
            x: Axis("seconds", .linear),
            y: Axis("longest wait, milliseconds (logarithmic)", .logarithmic) { NumberText.plain($0 / 1e6) },
            lines: Array(lines.prefix(1)))
        chart.isJoined = false
        // The second series holds pairs: when a change was made, and when it was in force.
        let marks = lines.count > 1 ? lines[1].points.map(\.x) : []
        chart.bands = stride(from: 0, to: marks.count - 1, by: 2).map { (marks[$0], marks[$0 + 1]) }
        chart.bandTitle = "from a change until it is in force"
        return chart
    }

    static let names: [(name: String, heading: String)] = [
        ("latency", "Latency distribution"), ("growth", "Growth with statements"),
        ("instructions", "Growth with statements, in instructions"),
        ("lines", "Growth with statements, in cache lines"), ("callers", "Growth with callers"),
        ("reload-one", "Reload under load: one file"), ("reload-all", "Reload under load: all files"),
        ("reload-one-M", "Reload under load: one file, rung M"),
        ("reload-all-M", "Reload under load: all files, rung M"),
        ("cedar", "Beside Cedar"),
    ]
}
