import Glibc

/// Rows for people and for programs.
struct Report {
    private struct Row {
        let section: String
        let name: String
        let value: Double
        let unit: String
    }

    private var rows: [Row] = []
    private var current = ""

    mutating func section(_ title: String) {
        current = title
        print("\n\(title)")
    }

    mutating func add(_ name: String, _ value: Double, _ unit: String) {
        rows.append(Row(section: current, name: name, value: value, unit: unit))
        print("  " + Report.padded(name, to: 62) + Report.padded(Report.text(value), to: 12) + unit)
        fflush(nil)
    }

    /// A sentence that is no figure.
    func note(_ sentence: String) { print("  " + sentence) }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 1))
    }

    /// Whole numbers as they are, others with three places.
    private static func text(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\((value * 1_000).rounded() / 1_000)"
    }

    /// No name holds anything that JSON would have to escape.
    var json: String {
        let lines = rows.map {
            #"  {"section":"\#($0.section)","name":"\#($0.name)","value":\#($0.value),"unit":"\#($0.unit)"}"#
        }
        return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
    }
}

/// Numbers from samples.
enum Statistics {
    static func percentile(_ samples: [Double], _ percent: Double) -> Double {
        let sorted = samples.sorted()
        guard let last = sorted.indices.last else { return .nan }
        return sorted[Int((Double(last) * percent / 100).rounded())]
    }
}
