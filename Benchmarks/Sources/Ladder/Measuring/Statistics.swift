/// Numbers from samples.
enum Statistics {
    static func percentile(_ samples: [Double], _ percent: Double) -> Double {
        percentiles(samples, [percent])[0]
    }

    /// Several at once, for the samples are sorted for it.
    static func percentiles(_ samples: [Double], _ percents: [Double]) -> [Double] {
        let sorted = samples.sorted()
        guard let last = sorted.indices.last else { return percents.map { _ in .nan } }
        return percents.map { sorted[Int((Double(last) * $0 / 100).rounded())] }
    }

    static func median(_ samples: [Double]) -> Double { percentile(samples, 50) }

    /// What a picture of a distribution is drawn from: ever closer to 100 %.
    static let distributionPercents: [Double] =
        Array(stride(from: 0.0, through: 95, by: 2.5)) + [97, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99]

    static func distribution(_ samples: [Double]) -> [Point] {
        let known = distributionPercents.filter { Double(samples.count) * (100 - $0) / 100 >= 0.999 }
        return zip(known, percentiles(samples, known)).map { Point(x: $0, y: $1) }
    }
}

/// A point of a series.
struct Point: Sendable, Hashable {
    var x: Double
    var y: Double
}
