public import PolicyModel

/// "decimal integers or fractions, optional sign/exponent, whole string must parse" (spec §5): every digit written out.
public struct SlowDecimal: Sendable, Equatable, Comparable {
    /// Our bound, as `ExactDecimal.exponentMax`.
    static let exponentMax = 1_000_000

    private var isNegative = false
    /// The digits before the point, without leading zeros.
    private var whole: [Int] = []
    /// The digits behind the point, without trailing zeros.
    private var fraction: [Int] = []

    /// Reads the number; `nil` when the whole text is not one.
    public init?(_ text: Text) {
        var rest = scalars(text)[...]
        isNegative = SlowDecimal.takeSign(&rest)
        whole = takeDigits(&rest)
        guard !whole.isEmpty else { return nil }
        if rest.first == "." {
            rest = rest.dropFirst()
            fraction = takeDigits(&rest)
            guard !fraction.isEmpty else { return nil }
        }
        guard let exponent = SlowDecimal.takeExponent(&rest), rest.isEmpty else { return nil }
        movePoint(by: exponent)
        while whole.first == 0 { whole.removeFirst() }
        while fraction.last == 0 { fraction.removeLast() }
        if whole.isEmpty, fraction.isEmpty { isNegative = false }
    }

    private static func takeSign(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
        guard rest.first == "+" || rest.first == "-" else { return false }
        return rest.removeFirst() == "-"
    }

    /// The exponent; 0 when there is none, `nil` when it is malformed or past the bound.
    private static func takeExponent(_ rest: inout ArraySlice<Unicode.Scalar>) -> Int? {
        guard rest.first == "e" || rest.first == "E" else { return 0 }
        rest = rest.dropFirst()
        let isNegative = takeSign(&rest)
        let digits = takeDigits(&rest)
        guard !digits.isEmpty, let value = number(digits, atMost: exponentMax) else { return nil }
        return isNegative ? -value : value
    }

    private mutating func movePoint(by places: Int) {
        let digits = whole + fraction
        // Zero has no digit that could move, and a long exponent would only write out zeros.
        guard digits.contains(where: { $0 != 0 }) else { return }
        let point = whole.count + places
        let zerosBefore = [Int](repeating: 0, count: max(0, -point))
        let zerosBehind = [Int](repeating: 0, count: max(0, point - digits.count))
        let all = zerosBefore + digits + zerosBehind
        whole = Array(all.prefix(max(0, point)))
        fraction = Array(all.dropFirst(max(0, point)))
    }

    /// Smaller first: by sign, by the number of digits before the point, then digit by digit.
    public static func < (lhs: SlowDecimal, rhs: SlowDecimal) -> Bool {
        guard lhs.isNegative == rhs.isNegative else { return lhs.isNegative }
        return lhs.isNegative ? smaller(rhs, lhs) : smaller(lhs, rhs)
    }

    private static func smaller(_ lhs: SlowDecimal, _ rhs: SlowDecimal) -> Bool {
        guard lhs.whole.count == rhs.whole.count else { return lhs.whole.count < rhs.whole.count }
        return (lhs.whole + lhs.fraction).lexicographicallyPrecedes(rhs.whole + rhs.fraction)
    }
}

/// "both parse as true/false (ASCII case-insensitive)" (spec §5 `Bool`); `nil` when the text is neither.
public func boolean(_ text: Text) -> Bool? {
    switch text.foldedASCII {
    case "true": true
    case "false": false
    default: nil
    }
}

/// "base64-decode both, compare bytes" (spec §5 `BinaryEquals`): every character written out as six bits.
///
/// `nil` unless the whole text is RFC 4648 §4 with its padding, and the bits the padding cuts off are zero.
public func decodedBase64(_ text: Text) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
    let written = scalars(text)
    let padding = written.reversed().prefix { $0 == "=" }.count
    guard written.count % 4 == 0, padding <= 2 else { return nil }
    var bits: [Int] = []
    for scalar in written.dropLast(padding) {
        guard let value = alphabet.firstIndex(of: scalar) else { return nil }
        bits += (0..<6).map { value >> (5 - $0) & 1 }
    }
    let left = bits.count % 8
    guard bits.suffix(left).allSatisfy({ $0 == 0 }) else { return nil }
    let whole = bits.dropLast(left)
    return stride(from: 0, to: whole.count, by: 8).map { start in
        whole[start..<(start + 8)].reduce(0) { $0 << 1 | UInt8($1) }
    }
}

/// Takes the ASCII digits at the front.
func takeDigits(_ rest: inout ArraySlice<Unicode.Scalar>) -> [Int] {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits.map { Int($0.value) - 48 }
}

/// The number that decimal digits write; `nil` past the bound.
func number(_ digits: [Int], atMost maximum: Int) -> Int? {
    var value = 0
    for digit in digits {
        guard value <= (maximum - digit) / 10 else { return nil }
        value = value * 10 + digit
    }
    return value
}
