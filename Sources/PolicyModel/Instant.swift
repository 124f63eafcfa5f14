/// A point in time with nanoseconds, as the `Date…` operators read it (spec §5 "Dates").
public struct Instant: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z, negative before it.
    public let seconds: Int64
    /// 0…999,999,999, counted forward from `seconds`.
    public let nanoseconds: UInt32

    /// Makes an instant; `nanoseconds` below one thousand million.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Earlier first.
    public static func < (lhs: Instant, rhs: Instant) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }

    /// The largest year that is read, either side of zero (spec §5: AWS takes ±292,275,054).
    public static let yearMax: Int64 = 292_275_054

    /// Reads a date in W3C's profile of ISO 8601, or epoch seconds; `nil` when the whole text is neither.
    ///
    /// A bare unsigned integer is epoch seconds unless it has exactly four digits: then it is a year (spec §13-13).
    public init?(_ text: Span<UInt8>) {
        if let epoch = Instant.epochSeconds(text) {
            self.init(seconds: epoch)
            return
        }
        var reader = Reader()
        guard let day = reader.date(text), let time = reader.time(text), reader.isAtEnd(text) else { return nil }
        let (seconds, overflow) = (day * 86_400).addingReportingOverflow(time.seconds)
        guard !overflow else { return nil }
        self.init(seconds: seconds, nanoseconds: time.nanoseconds)
    }

    private static func epochSeconds(_ text: Span<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count != 4 else { return nil }
        var value: Int64 = 0
        for index in text.indices {
            guard ASCII.isDigit(text[index]) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(text[index] - 0x30))
            guard !overflow, !carried else { return nil }
            value = sum
        }
        return value
    }

    /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, where the year before 1 is 0.
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years begin in March here, so that the leap day comes last: 400 years are 146,097 days.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Instant {
    /// Reads a date from the left, and never looks back; the text goes along with every call.
    private struct Reader {
        var index = 0

        func isAtEnd(_ text: Span<UInt8>) -> Bool { index == text.count }

        mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
            guard index < text.count, text[index] == byte else { return false }
            index += 1
            return true
        }

        /// Takes the digits that come, between `minimum` and `maximum` of them.
        mutating func digits(_ minimum: Int, _ maximum: Int, _ text: Span<UInt8>) -> Int64? {
            var value: Int64 = 0
            let start = index
            while index < text.count, ASCII.isDigit(text[index]), index - start < maximum {
                value = value * 10 + Int64(text[index] - 0x30)
                index += 1
            }
            return index - start >= minimum ? value : nil
        }

        mutating func field(_ range: ClosedRange<Int64>, _ text: Span<UInt8>) -> Int64? {
            guard let value = digits(2, 2, text), range.contains(value) else { return nil }
            return value
        }

        /// `[+-]YYYY[-MM[-DD]]` as days since 1970.
        mutating func date(_ text: Span<UInt8>) -> Int64? {
            let isNegative = take(0x2D, text)
            if !isNegative { _ = take(0x2B, text) }
            guard let magnitude = digits(4, 9, text), magnitude <= Instant.yearMax else { return nil }
            let year = isNegative ? -magnitude : magnitude
            guard take(0x2D, text) else { return isAtEnd(text) ? Instant.days(year: year, month: 1, day: 1) : nil }
            guard let month = field(1...12, text) else { return nil }
            guard take(0x2D, text) else { return isAtEnd(text) ? Instant.days(year: year, month: month, day: 1) : nil }
            guard let day = field(1...Instant.daysInMonth(year: year, month: month), text) else { return nil }
            return Instant.days(year: year, month: month, day: day)
        }

        /// `Thh[:mm[:ss[.f]]][zone]` as seconds of the day in UTC; midnight when nothing is left.
        mutating func time(_ text: Span<UInt8>) -> (seconds: Int64, nanoseconds: UInt32)? {
            if isAtEnd(text) { return (0, 0) }
            guard take(0x54, text) || take(0x74, text), let hour = field(0...23, text) else { return nil }
            var seconds = hour * 3_600
            var nanoseconds: UInt32 = 0
            if take(ASCII.colon, text) {
                guard let minute = field(0...59, text) else { return nil }
                seconds += minute * 60
                if take(ASCII.colon, text) {
                    guard let second = field(0...59, text) else { return nil }
                    seconds += second
                    if take(0x2E, text) {
                        guard let fraction = fraction(text) else { return nil }
                        nanoseconds = fraction
                    }
                }
            }
            guard let offset = zone(text) else { return nil }
            return (seconds - offset, nanoseconds)
        }

        private mutating func fraction(_ text: Span<UInt8>) -> UInt32? {
            let start = index
            guard var value = digits(1, 9, text) else { return nil }
            for _ in (index - start)..<9 { value *= 10 }
            return UInt32(value)
        }

        /// `Z`, `±hh[[:]mm]` or nothing, as seconds east of UTC.
        private mutating func zone(_ text: Span<UInt8>) -> Int64? {
            if isAtEnd(text) || take(0x5A, text) || take(0x7A, text) { return 0 }
            let isWest = take(0x2D, text)
            guard isWest || take(0x2B, text), let hours = field(0...23, text) else { return nil }
            var offset = hours * 3_600
            if !isAtEnd(text) {
                _ = take(ASCII.colon, text)
                guard let minutes = field(0...59, text) else { return nil }
                offset += minutes * 60
            }
            return isWest ? -offset : offset
        }
    }
}
