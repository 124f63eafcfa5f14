import CMeasure
import Glibc
import JSONDocument

/// A figure of one part.
struct Figure: Sendable, Hashable {
    var section: String
    var name: String
    var value: Double
    var unit: String
    /// Names the target that it is held against; empty for others.
    var key = ""
}

/// Points that a picture is drawn from.
struct Series: Sendable, Hashable {
    var picture: String
    var name: String
    var points: [Point]
}

/// What one part found; told on standard error while it runs, and kept as a file for the page of results.
package struct Report {
    package let part: String
    private(set) var figures: [Figure] = []
    private(set) var series: [Series] = []
    private(set) var notes: [String] = []
    private var current = ""
    private let start = measure_nanoseconds()
    private let isQuiet: Bool

    package init(part: String, isQuiet: Bool = false) {
        self.part = part
        self.isQuiet = isQuiet
    }

    mutating func section(_ title: String) {
        current = title
        tell("\n\(part): \(title)")
    }

    mutating func add(_ name: String, _ value: Double, _ unit: String, key: String = "") {
        figures.append(Figure(section: current, name: name, value: value, unit: unit, key: key))
        tell("  " + Report.padded(name, to: 66) + Report.padded(NumberText.short(value), to: 12) + unit)
    }

    mutating func draw(_ picture: String, _ name: String, _ points: [Point]) {
        series.append(Series(picture: picture, name: name, points: points))
    }

    /// A sentence that is no figure.
    mutating func note(_ sentence: String) {
        notes.append(sentence)
        tell("  " + sentence)
    }

    /// A line for whoever waits.
    func progress(_ sentence: String) { tell("  … " + sentence) }

    private func tell(_ line: String) {
        guard !isQuiet else { return }
        let text = Array((line + "\n").utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, text, text.count)
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 1))
    }

    // MARK: As a file

    package func json(effort: Effort) -> String {
        JSONText.object([
            ("part", .string(part)), ("effort", .string(effort.name)),
            ("seconds", .number(Double(measure_nanoseconds() - start) / 1e9)), ("load", .string(Machine.load)),
            ("finished", .string(Machine.today)),
            (
                "figures",
                .array(
                    figures.map {
                        .object([
                            ("section", .string($0.section)), ("name", .string($0.name)), ("value", .number($0.value)),
                            ("unit", .string($0.unit)), ("key", .string($0.key)),
                        ])
                    })
            ),
            (
                "series",
                .array(
                    series.map { one in
                        .object([
                            ("picture", .string(one.picture)), ("name", .string(one.name)),
                            ("points", .array(one.points.map { .array([.number($0.x), .number($0.y)]) })),
                        ])
                    })
            ), ("notes", .array(notes.map { .string($0) })),
        ]).text + "\n"
    }
}

/// A part's file, read again.
struct PartResult {
    var part: String
    var effort: String
    var seconds: Double
    var load: String
    var finished: String
    var figures: [Figure]
    var series: [Series]
    var notes: [String]

    init(path: String) throws {
        guard let bytes = Files.read(path) else { throw BenchmarkFailure(description: "cannot read \(path)") }
        let root: JSONNode
        do {
            root = try JSONDocument(bytes, limits: .file).root
        } catch {
            throw BenchmarkFailure(description: "\(path): \(error)")
        }
        part = root.text("part")
        effort = root.text("effort")
        seconds = root.double("seconds")
        load = root.text("load")
        finished = root.text("finished")
        figures = (root["figures"]?.elements ?? []).map {
            Figure(
                section: $0.text("section"), name: $0.text("name"), value: $0.double("value"), unit: $0.text("unit"),
                key: $0.text("key"))
        }
        series = (root["series"]?.elements ?? []).map { one in
            let points = (one["points"]?.elements ?? []).compactMap { $0.elements }.filter { $0.count == 2 }
            return Series(
                picture: one.text("picture"), name: one.text("name"),
                points: points.map { Point(x: $0[0].number, y: $0[1].number) })
        }
        notes = (root["notes"]?.elements ?? []).compactMap(\.string)
    }
}

extension JSONNode {
    func text(_ member: String) -> String { self[member]?.string ?? "" }

    func double(_ member: String) -> Double { self[member]?.number ?? .nan }

    var number: Double {
        guard case .number(let text) = value else { return .nan }
        return Double(text) ?? .nan
    }
}

/// Numbers for people.
enum NumberText {
    /// Three digits that count, or all before the point.
    static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        if value == value.rounded() { return grouped(Int(value)) }
        let size = abs(value)
        let digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
        let scale = [1.0, 10, 100, 1_000][digits]
        let scaled = Int((size * scale).rounded())
        let whole = (value < 0 ? "-" : "") + grouped(scaled / Int(scale))
        guard digits > 0 else { return whole }
        let rest = String(scaled % Int(scale))
        return whole + "." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// The same without zeros at the end, for axes.
    static func plain(_ value: Double) -> String {
        let text = short(value)
        guard text.contains(".") else { return text }
        let digits = text.reversed().drop { $0 == "0" }
        return String((digits.first == "." ? digits.dropFirst() : digits).reversed())
    }

    /// With a comma between thousands.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(abs(value)))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}

/// What the figures were measured on.
enum Machine {
    static var load: String { Files.text("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ") }

    static var today: String { trimmed(Files.output(of: "date -u '+%Y-%m-%d %H:%M UTC'")) }

    static var processor: String {
        let line = Files.text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        return line.flatMap { $0.split(separator: ":").last }.map { trimmed(String($0)) } ?? "unknown"
    }

    static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    static var kernel: String { trimmed(Files.text("/proc/sys/kernel/osrelease")) }

    static var swift: String {
        trimmed(Files.output(of: "swift --version 2>/dev/null | grep -o 'Swift version [0-9.]*' | head -n 1"))
    }

    static var valgrind: String { trimmed(Files.output(of: "valgrind --version 2>/dev/null")) }

    static func trimmed(_ text: String) -> String {
        String(
            text.drop { $0 == " " || $0 == "\n" || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\n" }.reversed())
    }
}
