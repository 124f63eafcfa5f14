internal import DecisionTree
internal import PolicyModel

/// Times as text, without allocation.
enum ClockText {
    /// Adds `YYYY-MM-DDThh:mm:ss[.fffffffff]Z`.
    static func append(date: Instant, to arena: inout Arena) -> Bool {
        let day = date.seconds >= 0 ? date.seconds / 86_400 : (date.seconds - 86_399) / 86_400
        let second = date.seconds - day * 86_400
        let civil = CivilDay(daysSince1970: day)
        return append(number: civil.year, digits: 4, to: &arena) && arena.append(0x2D)
            && append(number: civil.month, digits: 2, to: &arena) && arena.append(0x2D)
            && append(number: civil.day, digits: 2, to: &arena) && arena.append(0x54)
            && append(number: second / 3_600, digits: 2, to: &arena) && arena.append(ASCII.colon)
            && append(number: second / 60 % 60, digits: 2, to: &arena) && arena.append(ASCII.colon)
            && append(number: second % 60, digits: 2, to: &arena)
            && append(nanoseconds: date.nanoseconds, to: &arena) && arena.append(0x5A)
    }

    /// A number with at least so many digits.
    static func append(number: Int64, digits: Int, to arena: inout Arena) -> Bool {
        if number < 0 { guard arena.append(0x2D) else { return false } }
        var rest = number.magnitude
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        var count = 0
        while rest > 0 || count < digits {
            text[count] = UInt8(0x30 + rest % 10)
            rest /= 10
            count += 1
        }
        while count > 0 {
            count -= 1
            guard arena.append(text[count]) else { return false }
        }
        return true
    }

    private static func append(nanoseconds: UInt32, to arena: inout Arena) -> Bool {
        guard nanoseconds > 0 else { return true }
        return arena.append(0x2E) && append(number: Int64(nanoseconds), digits: 9, to: &arena)
    }
}
