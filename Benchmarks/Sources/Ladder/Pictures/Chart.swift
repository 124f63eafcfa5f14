/// A picture of lines, written as an SVG that needs nothing else.
struct Chart {
    var title: String
    var x: Axis
    var y: Axis
    var lines: [Series]
    /// Stretches of x that are shaded, and what that means.
    var bands: [(from: Double, to: Double)] = []
    var bandTitle = ""
    /// What is drawn as a line: else only its points.
    var isJoined = true

    private static let width = 860.0
    private static let plotHeight = 360.0
    private static let left = 92.0
    private static let right = 24.0
    private static let top = 48.0
    private static let bottom = 58.0
    private static let legendRow = 22.0
    private static let legendColumns = 2
    /// Told apart by most colour-blind people (Okabe and Ito).
    private static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    private static let gold = "#F0C36D"
    private static let ink = "#222222"
    private static let dashes = ["", "7 4", "2 3"]

    /// The document.
    func svg() -> String {
        var (x, y) = (x, y)
        x.fit(lines.flatMap { $0.points.map(\.x) } + bands.flatMap { [$0.from, $0.to] })
        y.fit(lines.flatMap { $0.points.map(\.y) })
        let entries = lines.count + (bands.isEmpty ? 0 : 1)
        let legend = Double((entries + Self.legendColumns - 1) / Self.legendColumns) * Self.legendRow
        let height = Self.top + Self.plotHeight + Self.bottom + legend + 10
        var parts = [
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(Self.width) \#(height)" "#
                + #"width="\#(Self.width)" height="\#(height)" font-family="Helvetica, Arial, sans-serif" font-size="13">"#,
            #"<rect width="100%" height="100%" fill="white"/>"#,
            text(Self.left, 26, title, "start", size: 16, weight: "bold"),
        ]
        for band in bands { parts.append(shade(band, x)) }
        parts += grid(x, y) + titles(x, y)
        for (index, line) in lines.enumerated() { parts.append(drawn(line, index, x, y)) }
        parts += legendEntries(at: Self.top + Self.plotHeight + Self.bottom + 4)
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private var plotWidth: Double { Self.width - Self.left - Self.right }

    private func across(_ value: Double, _ axis: Axis) -> Double { Self.left + axis.fraction(value) * plotWidth }

    private func down(_ value: Double, _ axis: Axis) -> Double {
        Self.top + (1 - axis.fraction(value)) * Self.plotHeight
    }

    private func shade(_ band: (from: Double, to: Double), _ x: Axis) -> String {
        let (from, to) = (across(band.from, x), across(band.to, x))
        return #"<rect x="\#(rounded(from))" y="\#(Self.top)" width="\#(rounded(max(to - from, 1)))" "#
            + #"height="\#(Self.plotHeight)" fill="\#(Self.gold)" fill-opacity="0.55"/>"#
    }

    private func grid(_ x: Axis, _ y: Axis) -> [String] {
        var parts: [String] = []
        let (bottom, end) = (Self.top + Self.plotHeight, Self.left + plotWidth)
        for tick in y.ticks {
            let place = down(tick, y)
            guard place >= Self.top - 1, place <= bottom + 1 else { continue }
            parts.append(rule(Self.left, place, end, place, "#DDDDDD"))
            parts.append(text(Self.left - 8, place + 4, y.label(tick), "end"))
        }
        for tick in x.ticks {
            let place = across(tick, x)
            guard place >= Self.left - 1, place <= end + 1 else { continue }
            parts.append(rule(place, Self.top, place, bottom, "#EEEEEE"))
            parts.append(text(place, bottom + 20, x.label(tick), "middle"))
        }
        parts.append(rule(Self.left, bottom, end, bottom, "#444444"))
        parts.append(rule(Self.left, Self.top, Self.left, bottom, "#444444"))
        return parts
    }

    private func titles(_ x: Axis, _ y: Axis) -> [String] {
        let middle = Self.top + Self.plotHeight / 2
        return [
            text(Self.left + plotWidth / 2, Self.top + Self.plotHeight + 42, x.title, "middle"),
            #"<g transform="translate(22 \#(middle)) rotate(-90)">"# + text(0, 0, y.title, "middle") + "</g>",
        ]
    }

    private func drawn(_ line: Series, _ index: Int, _ x: Axis, _ y: Axis) -> String {
        let places = line.points.map { (across($0.x, x), down($0.y, y)) }.filter { $0.0.isFinite && $0.1.isFinite }
        var parts: [String] = []
        if isJoined {
            let points = places.map { "\(rounded($0.0)),\(rounded($0.1))" }.joined(separator: " ")
            parts.append(
                #"<polyline points="\#(points)" fill="none" stroke="\#(colour(index))" stroke-width="2" "#
                    + #"stroke-dasharray="\#(dash(index))"/>"#)
        }
        if !isJoined || places.count <= 12 {
            for place in places {
                parts.append(
                    #"<circle cx="\#(rounded(place.0))" cy="\#(rounded(place.1))" r="\#(isJoined ? 3.5 : 2)" "#
                        + #"fill="\#(colour(index))"/>"#)
            }
        }
        return parts.joined(separator: "\n")
    }

    private func legendEntries(at top: Double) -> [String] {
        let column = plotWidth / Double(Self.legendColumns)
        func place(_ index: Int) -> (Double, Double) {
            (
                Self.left + Double(index % Self.legendColumns) * column,
                top + Double(index / Self.legendColumns) * Self.legendRow + 12
            )
        }
        var parts: [String] = []
        for (index, line) in lines.enumerated() {
            let (x, y) = place(index)
            parts.append(
                isJoined
                    ? #"<line x1="\#(x)" y1="\#(y - 4)" x2="\#(x + 28)" y2="\#(y - 4)" stroke="\#(colour(index))" "#
                        + #"stroke-width="2.5" stroke-dasharray="\#(dash(index))"/>"#
                    : #"<circle cx="\#(x + 14)" cy="\#(y - 4)" r="3" fill="\#(colour(index))"/>"#)
            parts.append(text(x + 36, y, line.name, "start"))
        }
        if !bands.isEmpty {
            let (x, y) = place(lines.count)
            parts.append(
                #"<rect x="\#(x)" y="\#(y - 11)" width="28" height="13" fill="\#(Self.gold)" fill-opacity="0.55"/>"#)
            parts.append(text(x + 36, y, bandTitle, "start"))
        }
        return parts
    }

    private func colour(_ index: Int) -> String { Self.colours[index % Self.colours.count] }

    private func dash(_ index: Int) -> String { Self.dashes[index / Self.colours.count % Self.dashes.count] }

    private func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String) -> String {
        #"<line x1="\#(rounded(x1))" y1="\#(rounded(y1))" x2="\#(rounded(x2))" y2="\#(rounded(y2))" "#
            + #"stroke="\#(colour)"/>"#
    }

    private func text(
        _ x: Double, _ y: Double, _ words: String, _ anchor: String, size: Int = 13, weight: String = "normal"
    ) -> String {
        let escaped = words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return #"<text x="\#(rounded(x))" y="\#(rounded(y))" text-anchor="\#(anchor)" font-size="\#(size)" "#
            + #"font-weight="\#(weight)" fill="\#(Self.ink)">\#(escaped)</text>"#
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
