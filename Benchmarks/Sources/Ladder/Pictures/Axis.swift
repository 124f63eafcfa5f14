import Glibc

/// How values become places along an axis.
struct Axis {
    /// The ways of stretching.
    enum Scale {
        case linear
        case logarithmic
        /// 90, 99, 99.9 % … at equal distances.
        case percentile
    }

    var title: String
    var scale: Scale
    /// Makes a tick's value readable.
    var label: (Double) -> String = { NumberText.plain($0) }
    /// Ticks that are set by hand; empty for those that fit.
    var ticks: [Double] = []
    private(set) var low: Double = 0
    private(set) var high: Double = 1

    init(_ title: String, _ scale: Scale, ticks: [Double] = [], label: @escaping (Double) -> String) {
        self.title = title
        self.scale = scale
        self.ticks = ticks
        self.label = label
    }

    init(_ title: String, _ scale: Scale, ticks: [Double] = []) {
        self.init(title, scale, ticks: ticks) { NumberText.plain($0) }
    }

    /// Makes room for the values.
    mutating func fit(_ values: [Double]) {
        let places = values.map(place).filter(\.isFinite)
        guard let first = places.min(), let last = places.max() else { return }
        switch scale {
        case .linear: (low, high) = (min(first, 0), last)
        case .percentile: (low, high) = (0, last)
        case .logarithmic: (low, high) = (first - 0.04 * (last - first), last + 0.04 * (last - first))
        }
        if ticks.isEmpty { ticks = fittingTicks(values) }
        if high <= low { high = low + 1 }
    }

    /// Within a decade, from coarse to fine; the first that gives enough ticks is taken.
    private static let steps: [[Double]] = [
        [1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
    ]
    private static let ticksMin = 4

    private func place(_ value: Double) -> Double {
        switch scale {
        case .linear: value
        case .logarithmic: log10(value)
        case .percentile: -log10(1 - value / 100)
        }
    }

    /// From 0 to 1 along the axis.
    func fraction(_ value: Double) -> Double { (place(value) - low) / (high - low) }

    private mutating func fittingTicks(_ values: [Double]) -> [Double] {
        switch scale {
        case .percentile:
            return [0, 50, 90, 99, 99.9, 99.99].filter { place($0) <= high + 1e-9 }
        case .logarithmic:
            let decades = Array(stride(from: floor(low), through: ceil(high), by: 1))
            let candidates = Self.steps.map { steps in
                decades.flatMap { decade in steps.map { $0 * pow(10, decade) } }
                    .filter { place($0) >= low - 1e-9 && place($0) <= high + 1e-9 }
            }
            return candidates.first { $0.count >= Self.ticksMin } ?? candidates[candidates.count - 1]
        case .linear:
            let raw = (high - low) / 6
            let size = pow(10, floor(log10(max(raw, 1e-12))))
            let step = [1.0, 2, 5, 10].map { $0 * size }.first { $0 >= raw } ?? raw
            high = ceil(high / step) * step
            return Array(stride(from: low, through: high + step / 2, by: step))
        }
    }
}
