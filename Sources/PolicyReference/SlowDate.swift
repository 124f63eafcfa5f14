public import PolicyModel

/// A date in W3C's profile of ISO 8601, or epoch seconds (spec §5 "Dates"), counted with a plain calendar.
public struct SlowDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int
    /// The billionths of a second behind them.
    public let nanoseconds: Int

    /// Reads a date; `nil` when the whole text is none.
    ///
    /// "a bare integer = **epoch seconds** 0…2^63−1 […] **epoch only when not exactly 4 digits**".
    public init?(_ text: Text) {
        var rest = scalars(text)[...]
        let digits = takeDigits(&rest)
        if rest.isEmpty, !digits.isEmpty, digits.count != 4 {
            guard let epoch = number(digits, atMost: .max) else { return nil }
            (seconds, nanoseconds) = (epoch, 0)
            return
        }
        rest = scalars(text)[...]
        guard let days = SlowDate.takeDays(&rest), let time = SlowDate.takeTime(&rest), rest.isEmpty else {
            return nil
        }
        (seconds, nanoseconds) = (days * 86_400 + time.seconds, time.nanoseconds)
    }

    /// Earlier first.
    public static func < (lhs: SlowDate, rhs: SlowDate) -> Bool {
        lhs.seconds == rhs.seconds ? lhs.nanoseconds < rhs.nanoseconds : lhs.seconds < rhs.seconds
    }

    /// "`YYYY`, `YYYY-MM`, `YYYY-MM-DD`; missing parts = their minimum; years may be negative or >4 digits (AWS takes
    /// ±292275054)": as days since 1970-01-01.
    private static func takeDays(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        let digits = takeDigits(&rest)
        guard (4...9).contains(digits.count), let year = number(digits, atMost: 292_275_054) else { return nil }
        let signed = isNegative ? -year : year
        guard rest.first == "-" else { return rest.isEmpty ? days(signed, 1, 1) : nil }
        rest = rest.dropFirst()
        guard let month = takeTwoDigits(&rest, 1...12) else { return nil }
        guard rest.first == "-" else { return rest.isEmpty ? days(signed, month, 1) : nil }
        rest = rest.dropFirst()
        guard let day = takeTwoDigits(&rest, 1...lengths(of: signed)[month - 1]) else { return nil }
        return days(signed, month, day)
    }

    /// "`…Thh[:mm[:ss[.f{1,9}]]]` with `t` or `T`, zone `Z|z|±hh[[:]mm]`, missing zone = UTC".
    private static func takeTime(_ rest: inout ArraySlice<Unicode.Scalar>) -> (seconds: Int, nanoseconds: Int)? {
        guard let first = rest.first else { return (0, 0) }
        guard first == "T" || first == "t" else { return nil }
        rest = rest.dropFirst()
        guard let hour = takeTwoDigits(&rest, 0...23) else { return nil }
        var (minute, second, nanoseconds) = (0, 0, 0)
        if rest.first == ":" {
            rest = rest.dropFirst()
            guard let value = takeTwoDigits(&rest, 0...59) else { return nil }
            minute = value
            if rest.first == ":" {
                rest = rest.dropFirst()
                guard let value = takeTwoDigits(&rest, 0...59) else { return nil }
                second = value
                if rest.first == "." {
                    rest = rest.dropFirst()
                    let digits = takeDigits(&rest)
                    guard (1...9).contains(digits.count) else { return nil }
                    let padded = digits + [Int](repeating: 0, count: 9 - digits.count)
                    nanoseconds = padded.reduce(0) { $0 * 10 + $1 }
                }
            }
        }
        guard let east = takeZone(&rest) else { return nil }
        return (hour * 3_600 + minute * 60 + second - east, nanoseconds)
    }

    /// Seconds east of UTC.
    private static func takeZone(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        guard let sign = rest.first else { return 0 }
        rest = rest.dropFirst()
        if sign == "Z" || sign == "z" { return 0 }
        guard sign == "+" || sign == "-", let hours = takeTwoDigits(&rest, 0...23) else { return nil }
        var minutes = 0
        if !rest.isEmpty {
            if rest.first == ":" { rest = rest.dropFirst() }
            guard let value = takeTwoDigits(&rest, 0...59) else { return nil }
            minutes = value
        }
        return (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func takeTwoDigits(_ rest: inout ArraySlice<Unicode.Scalar>, _ range: ClosedRange<Int>) -> Int? {
        var two = rest.prefix(2)
        let digits = takeDigits(&two)
        guard digits.count == 2, let value = number(digits, atMost: 99), range.contains(value) else { return nil }
        rest = rest.dropFirst(2)
        return value
    }
}

extension SlowDate {
    /// Days from 1970-01-01 to a day of the Gregorian calendar, which has a year 0 before the year 1.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        daysBefore(year) - daysBefore(1970) + lengths(of: year).prefix(month - 1).reduce(0, +) + day - 1
    }

    /// Days from the first day of the year 1 to the first day of a year: 365 a year, and one for each leap year.
    private static func daysBefore(_ year: Int) -> Int {
        let last = year - 1
        return 365 * last + floored(last, 4) - floored(last, 100) + floored(last, 400)
    }

    private static func floored(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((-number + divisor - 1) / divisor)
    }

    private static func isLeap(_ year: Int) -> Bool { year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) }

    /// The days in each month of a year.
    private static func lengths(of year: Int) -> [Int] {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    /// The date of an instant as `YYYY-MM-DDThh:mm:ss[.fffffffff]Z`, found by walking the calendar.
    ///
    /// The form of `aws:CurrentTime`; for years 1970 to 9999.
    public static func written(_ instant: Instant) -> Text {
        var day = Int(instant.seconds / 86_400)
        let second = Int(instant.seconds % 86_400)
        var year = 1970
        while day >= (isLeap(year) ? 366 : 365) {
            day -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while day >= lengths(of: year)[month - 1] {
            day -= lengths(of: year)[month - 1]
            month += 1
        }
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day + 1, 2))"
        let time = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        let fraction = instant.nanoseconds == 0 ? "" : "." + padded(Int(instant.nanoseconds), 9)
        return Text("\(date)T\(time)\(fraction)Z")
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
