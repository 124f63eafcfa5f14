/// User text in messages: always on one line, never endless, and without power over a terminal.
public enum UserText {
    /// The most scalars of user text a message repeats.
    public static let scalarsMax = 120

    /// The text in backticks, with what could mislead as escapes, cut after `scalarsMax` scalars.
    public static func quoted(_ text: String) -> String { "`\(escaped(text))`" }

    /// The text with backticks and what could mislead as escapes, cut after `scalarsMax` scalars.
    public static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < scalarsMax else { return String(result) + "…" }
            append(scalar, isEscaped: scalar == "`" || misleads(scalar), to: &result)
        }
        return String(result)
    }

    /// The whole text on one line, with what could mislead as escapes.
    public static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: misleads) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { append(scalar, isEscaped: misleads(scalar), to: &result) }
        return String(result)
    }

    /// Whether a character does something to what is around it: it commands a terminal, ends the line, or turns the
    /// direction of the text, so that a line reads as what it does not say.
    public static func misleads(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func append(
        _ scalar: Unicode.Scalar, isEscaped: Bool, to result: inout String.UnicodeScalarView
    ) {
        guard isEscaped else { return result.append(scalar) }
        switch scalar {
        case "\n": result.append(contentsOf: "\\n".unicodeScalars)
        case "\r": result.append(contentsOf: "\\r".unicodeScalars)
        case "\t": result.append(contentsOf: "\\t".unicodeScalars)
        default: result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        }
    }

    /// `U+000A` and the like.
    public static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
