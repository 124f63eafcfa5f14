/// Numbers with a fixed count of decimals.
enum FixedText {
    /// `1.50`; the value is finite and far from what an `Int` holds at most.
    static func of(_ value: Double, decimals: Int) -> String {
        var scale = 1
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        return sign + String(scaled / scale) + "." + String(repeating: "0", count: decimals - fraction.utf8.count)
            + fraction
    }
}

/// Times for people.
enum LatencyText {
    private static let units = [("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]

    /// Three digits and a unit: `812 ns`, `16.2 µs`, `4.10 ms`.
    static func of(_ nanoseconds: Double) -> String {
        // What would round to 1,000 of a unit is 1 of the next one.
        let (unit, size) = units.last { nanoseconds >= 0.9995 * $0.1 } ?? units[0]
        let value = nanoseconds / size
        let decimals = unit == "ns" || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        return "\(FixedText.of(value, decimals: decimals)) \(unit)"
    }

    /// A round number with its unit: `20 µs`.
    static func tick(_ nanoseconds: Double) -> String {
        let (unit, size) = units.last { nanoseconds >= $0.1 } ?? units[0]
        return "\(FixedText.of(nanoseconds / size, decimals: 0)) \(unit)"
    }
}
