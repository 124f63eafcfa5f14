internal import Glibc

/// The distribution of latencies as an SVG picture that stands alone: no script, no font, nothing to fetch.
///
/// To the right are nines: 90 %, 99 %, 99.9 % of the requests stand at even distances, up to the slowest one. Upwards is
/// latency, as a logarithm. Colours follow the reader's light or dark setting.
struct LatencyPicture {
    let title: String
    /// One line each.
    let subtitles: [String]
    /// The curve, from the fastest to the slowest request: how many nines, and nanoseconds.
    let curve: [(nines: Double, nanoseconds: Double)]
    /// Points with their names, from left to right.
    let marks: [(name: String, nines: Double, nanoseconds: Double)]
    private let plot: PlotScale

    /// Of a result with at least one request.
    init(_ result: LoadResult) {
        let slowest = max(1, log10(Double(max(1, result.requests))))
        title = "Latency of \(LoadReport.call(result.plan))"
        subtitles = [
            LoadReport.setting(result.plan),
            "\(Count.of(result.requests, "request")), \(LoadReport.number(result.requestsPerSecond)) a second",
        ]
        curve = result.distribution(steps: 10).map { percentile, nanoseconds in
            (min(slowest, LatencyPicture.nines(percentile)), nanoseconds)
        }
        let latencies = result.latencies
        let percentiles = zip(LoadResult.percentiles, latencies.filter { $0.name.hasPrefix("p") }).map {
            ($0.0, LatencyPicture.nines($0.1), $1.nanoseconds)
        }
        let maximum = latencies.filter { $0.name == "max" }.map { ($0.name, slowest, $0.nanoseconds) }
        marks = percentiles.filter { $0.1 < slowest } + maximum
        plot = PlotScale(ninesMax: slowest, latencies: curve.map(\.nanoseconds))
    }

    /// 1 for 90 percent, 2 for 99; without end for 100.
    static func nines(_ percent: Double) -> Double { percent >= 100 ? .infinity : -log10(1 - percent / 100) }
}

extension LatencyPicture {
    /// The whole file.
    var svg: String {
        let name = XMLText.escaped(UserLine.of(([title] + subtitles).joined(separator: ". ")))
        let size = "width=\"\(PlotScale.width)\" height=\"\(PlotScale.height)\""
        let head = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(PlotScale.width) \(PlotScale.height)\" \(size)"
                + " role=\"img\">",
            "<title>\(name)</title>", LatencyPicture.style,
            "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>", text(title, x: PlotScale.left, y: 34, "title"),
        ]
        let below = subtitles.enumerated().map {
            text($0.element, x: PlotScale.left, y: 57 + 20 * Double($0.offset), "quiet")
        }
        let drawing = verticalAxis + horizontalAxis + ["<path class=\"curve\" d=\"\(path)\"/>"] + markLines
        return (head + below + drawing + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    /// Plain classes, and nothing that a simple viewer may not know, but for the dark colours.
    private static let style = """
        <style>
        text { font: 13px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2328; }
        .title { font-size: 18px; font-weight: 600; }
        .quiet { fill: #57606a; }
        .mark { font-weight: 600; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
        .paper { fill: #ffffff; }
        .grid { stroke: #d8dee4; stroke-width: 1; }
        .axis { stroke: #57606a; stroke-width: 1; }
        .curve { fill: none; stroke: #0969da; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
        .dot { fill: #0969da; stroke: #ffffff; stroke-width: 2; }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; }
        .quiet { fill: #9198a1; }
        .mark { stroke: #0d1117; }
        .paper { fill: #0d1117; }
        .grid { stroke: #30363d; }
        .axis { stroke: #9198a1; }
        .curve { stroke: #58a6ff; }
        .dot { fill: #58a6ff; stroke: #0d1117; }
        }
        </style>
        """

    private var verticalAxis: [String] {
        plot.latencyTicks.flatMap { tick in
            let y = plot.y(tick)
            return [
                line(PlotScale.left, y, PlotScale.right, y, "grid"),
                text(LatencyText.tick(tick), x: PlotScale.left - 10, y: y + 4, "quiet", anchor: "end"),
            ]
        }
    }

    private var horizontalAxis: [String] {
        let ticks = plot.nineTicks.flatMap { tick in
            let x = plot.x(tick.nines)
            return [
                line(x, PlotScale.top, x, PlotScale.bottom, "grid"),
                text(tick.label, x: x, y: PlotScale.bottom + 20, "quiet", anchor: "middle"),
            ]
        }
        let middle = (PlotScale.left + PlotScale.right) / 2
        let name = "share of requests that were as fast or faster"
        return ticks + [
            line(PlotScale.left, PlotScale.bottom, PlotScale.right, PlotScale.bottom, "axis"),
            text(name, x: middle, y: PlotScale.bottom + 44, "quiet", anchor: "middle"),
        ]
    }

    /// Straight lines between the percentiles.
    private var path: String {
        curve.enumerated().map { index, point in
            "\(index == 0 ? "M" : "L")\(number(plot.x(point.nines))) \(number(plot.y(point.nanoseconds)))"
        }.joined(separator: " ")
    }

    /// Dots, and their labels above and to the left, which the curve leaves free because it only rises.
    private var markLines: [String] {
        var lines: [String] = []
        var last = (end: -Double.infinity, y: Double.infinity)
        for mark in marks {
            let (x, y) = (plot.x(mark.nines), plot.y(mark.nanoseconds))
            let end = max(x - 8, PlotScale.left + 6 + PlotScale.labelWidth)
            // At the left edge a label stands to the right of its dot, above what the curve comes to there.
            let right = curve.first { plot.x($0.nines) >= end } ?? (mark.nines, mark.nanoseconds)
            let above = end > x ? min(y, plot.y(right.nanoseconds)) - 11 : y - 11
            // Above the label before, where the two would stand on each other.
            let touches = end - PlotScale.labelWidth < last.end && above > last.y - PlotScale.labelHeight
            last = (end, touches ? last.y - PlotScale.labelHeight : above)
            lines.append("<circle class=\"dot\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"5\"/>")
            let label = "\(mark.name) \(LatencyText.of(mark.nanoseconds))"
            lines.append(text(label, x: last.end, y: last.y, "mark", anchor: "end"))
        }
        return lines
    }

    private func text(_ text: String, x: Double, y: Double, _ style: String, anchor: String = "start") -> String {
        "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">"
            + XMLText.escaped(UserLine.of(text)) + "</text>"
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<line class=\"\(style)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\"/>"
    }

    private func number(_ value: Double) -> String { FixedText.of(value, decimals: 1) }
}
