/// When gathered edits are judged: once the folder has been quiet, but not later than a bound (design §3.2 rule 2).
struct QuietTime: Sendable, Hashable {
    /// Milliseconds without an event that make the folder quiet: editors write and rename within less.
    static let quietMilliseconds: Int64 = 10
    /// Milliseconds after the first event at which edits are judged even so: an endless writer must not hold others up.
    static let waitMillisecondsMax: Int64 = 100

    private var first: Int64?
    private var last: Int64 = 0

    /// Notes an event at a monotonic time.
    mutating func note(at now: Int64) {
        first = first ?? now
        last = now
    }

    /// Forgets what was gathered.
    mutating func clear() { first = nil }

    /// The monotonic time at which to judge; `nil` while nothing was gathered.
    var deadline: Int64? {
        first.map { min(last + QuietTime.quietMilliseconds, $0 + QuietTime.waitMillisecondsMax) }
    }

    /// Whether it is time.
    func isDue(at now: Int64) -> Bool { deadline.map { now >= $0 } ?? false }
}
