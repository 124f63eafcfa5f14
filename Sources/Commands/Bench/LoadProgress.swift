internal import Glibc

/// What is told on standard error while a run goes on: one line that changes, or, where that is no terminal, a line now
/// and then.
struct LoadProgress {
    private enum Kind {
        case changingLine
        case plainLines
    }

    private let kind: Kind
    private let write: (String) -> Void
    /// The second measured at which the next plain line is told.
    private var nextPlainSecond = LoadProgress.plainSeconds
    private var isLineShown = false

    /// Between two plain lines.
    private static let plainSeconds = 5.0

    /// Of the process's standard error.
    static func standardError() -> LoadProgress {
        let isTerminal = isatty(STDERR_FILENO) == 1 && EnvironmentVariable.value("TERM") != "dumb"
        return LoadProgress(isTerminal: isTerminal) { Terminal.printErrorRaw($0) }
    }

    init(isTerminal: Bool, write: @escaping (String) -> Void) {
        kind = isTerminal ? .changingLine : .plainLines
        self.write = write
    }

    /// Tells how it goes; 0 nanoseconds measured is the warm-up.
    mutating func tell(_ tally: LoadTally, measuredNanoseconds: UInt64, _ plan: LoadPlan) {
        let seconds = Double(measuredNanoseconds) / 1_000_000_000
        switch kind {
        case .changingLine:
            // Back to the beginning, and what a longer line left behind is wiped out.
            write("\r\(LoadProgress.line(tally, seconds, plan))\u{1B}[K")
            isLineShown = true
        case .plainLines:
            guard seconds >= nextPlainSecond else { return }
            while nextPlainSecond <= seconds { nextPlainSecond += LoadProgress.plainSeconds }
            write(LoadProgress.line(tally, seconds, plan) + "\n")
        }
    }

    /// Takes the line away, so that the results stand alone.
    mutating func clear() {
        guard isLineShown else { return }
        write("\r\u{1B}[K")
        isLineShown = false
    }

    private static func line(_ tally: LoadTally, _ seconds: Double, _ plan: LoadPlan) -> String {
        guard seconds > 0 else { return "warming up" }
        let total = FixedText.of(plan.durationSeconds, decimals: plan.durationSeconds < 10 ? 1 : 0)
        let rate = Count.grouped(Int((Double(tally.arrivals) / seconds).rounded()))
        let line = "\(FixedText.of(seconds, decimals: 1)) of \(total) s  \(rate) requests/s"
        guard tally.requests > 0 else { return line }
        return line + "  p50 \(LatencyText.of(tally.latency(at: 50)))  p99 \(LatencyText.of(tally.latency(at: 99)))"
    }
}
