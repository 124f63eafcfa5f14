/// A decimal number as text, compared exactly: no `Double` comes near it (spec §5 `Numeric…`, O4–O6).
///
/// `[+-]digits[.digits][e[+-]digits]`, the whole text; the exponent is at most ±1,000,000. Nothing is allocated: the
/// number is a view of where its digits stand in the text it was read from.
public struct ExactDecimal: Sendable {
    /// The largest exponent that is read; a longer one makes the text no number.
    public static let exponentMax = 1_000_000

    private var isNegative = false
    /// Offset of the first digit that is not zero, and one past the last; empty for zero.
    private var firstDigit = 0
    private var endDigit = 0
    /// Offset of the `.`, or -1.
    private var point = -1
    /// The power of ten of the first digit, counted as 0.d₁d₂… × 10^magnitude.
    private var magnitude = 0

    private var isZero: Bool { firstDigit == endDigit }

    /// Reads the number; `nil` when the whole text is not one.
    public init?(_ text: Span<UInt8>) {
        var index = 0
        if index < text.count, text[index] == 0x2B || text[index] == 0x2D {
            isNegative = text[index] == 0x2D
            index += 1
        }
        let digitsStart = index
        while index < text.count, ASCII.isDigit(text[index]) { index += 1 }
        let integerEnd = index
        guard integerEnd > digitsStart else { return nil }
        if index < text.count, text[index] == 0x2E {
            point = index
            index += 1
            while index < text.count, ASCII.isDigit(text[index]) { index += 1 }
            guard index > point + 1 else { return nil }
        }
        let digitsEnd = index
        guard let exponent = ExactDecimal.exponent(text, from: index) else { return nil }
        locateDigits(text, from: digitsStart, integerEnd: integerEnd, to: digitsEnd, exponent: exponent)
    }

    private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int? {
        guard start < text.count else { return 0 }
        guard ASCII.lowercased(text[start]) == 0x65 else { return nil }
        var index = start + 1
        var isNegative = false
        if index < text.count, text[index] == 0x2B || text[index] == 0x2D {
            isNegative = text[index] == 0x2D
            index += 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            guard ASCII.isDigit(text[index]) else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
            guard value <= exponentMax else { return nil }
            index += 1
        }
        return isNegative ? -value : value
    }

    private mutating func locateDigits(
        _ text: Span<UInt8>, from start: Int, integerEnd: Int, to end: Int, exponent: Int
    ) {
        var first = start
        while first < end, text[first] == 0x30 || first == point { first += 1 }
        var last = end
        while last > first, text[last - 1] == 0x30 || last - 1 == point { last -= 1 }
        firstDigit = first
        endDigit = last
        // Digits before the point count up, zeros skipped behind it count down.
        magnitude = exponent + (first < integerEnd ? integerEnd - first : integerEnd + 1 - first)
        if isZero { (firstDigit, endDigit, isNegative) = (0, 0, false) }
    }

    /// -1, 0 or 1 as the left number is smaller than, equal to, or greater than the right one.
    ///
    /// Each number goes with the text it was read from.
    public static func compare(
        _ left: ExactDecimal, _ leftText: Span<UInt8>, _ right: ExactDecimal, _ rightText: Span<UInt8>
    ) -> Int {
        if left.isZero || right.isZero {
            return left.isZero ? (right.isZero ? 0 : (right.isNegative ? 1 : -1)) : (left.isNegative ? -1 : 1)
        }
        guard left.isNegative == right.isNegative else { return left.isNegative ? -1 : 1 }
        let order = compareMagnitudes(left, leftText, right, rightText)
        return left.isNegative ? -order : order
    }

    private static func compareMagnitudes(
        _ left: ExactDecimal, _ leftText: Span<UInt8>, _ right: ExactDecimal, _ rightText: Span<UInt8>
    ) -> Int {
        guard left.magnitude == right.magnitude else { return left.magnitude < right.magnitude ? -1 : 1 }
        var leftIndex = left.firstDigit
        var rightIndex = right.firstDigit
        while leftIndex < left.endDigit, rightIndex < right.endDigit {
            if leftIndex == left.point { leftIndex += 1 }
            if rightIndex == right.point { rightIndex += 1 }
            let (a, b) = (leftText[leftIndex], rightText[rightIndex])
            guard a == b else { return a < b ? -1 : 1 }
            leftIndex += 1
            rightIndex += 1
        }
        // Trailing zeros were cut, so whatever is left over is greater than nothing.
        if leftIndex < left.endDigit { return 1 }
        return rightIndex < right.endDigit ? -1 : 0
    }
}
