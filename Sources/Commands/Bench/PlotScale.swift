internal import Glibc

/// Where latencies and nines stand in the picture.
struct PlotScale {
    static let (width, height) = (860, 500)
    static let (left, right, top, bottom) = (84.0, 808.0, 106.0, 432.0)
    /// Room for the longest label of a mark: `p99.9 16.2 µs`.
    static let labelWidth = 100.0
    static let labelHeight = 17.0

    private let ninesMax: Double
    /// Logarithms of the lowest and the highest latency shown.
    private let low: Double
    private let high: Double
    /// Ticks of the latency axis.
    let latencyTicks: [Double]

    init(ninesMax: Double, latencies: [Double]) {
        self.ninesMax = ninesMax
        let fastest = max(1, latencies.min() ?? 1)
        let slowest = max(fastest, latencies.max() ?? 1)
        // Round numbers below the fastest and well above the slowest, so that labels have room within the frame.
        let rounds = (0...13).flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
        let bottom = rounds.last { $0 <= fastest } ?? 1
        let top = rounds.first { $0 > slowest * 1.3 } ?? slowest * 2
        low = log10(bottom)
        high = log10(top)
        // Over many decades the labels of 2 and 5 would stand on each other.
        let isWide = top / bottom > 100_000
        latencyTicks = rounds.filter { tick in
            guard tick >= bottom, tick <= top else { return false }
            return !isWide || tick == pow(10, log10(tick).rounded())
        }
    }

    func x(_ nines: Double) -> Double { Self.left + (Self.right - Self.left) * min(nines, ninesMax) / ninesMax }

    func y(_ nanoseconds: Double) -> Double {
        Self.bottom - (Self.bottom - Self.top) * (log10(max(1, nanoseconds)) - low) / (high - low)
    }

    /// 0 %, 50 %, then a nine more each.
    var nineTicks: [(nines: Double, label: String)] {
        let whole = (1...max(1, Int(ninesMax))).map { (Double($0), PlotScale.percentage(nines: $0)) }
        return [(0, "0 %"), (LatencyPicture.nines(50), "50 %")] + whole
    }

    private static func percentage(nines: Int) -> String {
        switch nines {
        case 1: "90 %"
        case 2: "99 %"
        default: "99." + String(repeating: "9", count: nines - 2) + " %"
        }
    }
}
