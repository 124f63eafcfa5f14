internal import DecisionTree
internal import PolicyModel

/// The caller's own text in errors: on one line and never endless.
enum UserText {
    /// The text in backticks.
    static func quoted(_ view: ByteView) -> String { "`\(bounded(view))`" }

    /// The text with control characters and backticks as escapes, cut at a character after `quotedBytesMax` bytes.
    static func bounded(_ view: ByteView) -> String {
        var end = min(view.count, WireBounds.quotedBytesMax)
        while end < view.count, end > 0, view[end] & 0xC0 == 0x80 { end -= 1 }
        var result = String.UnicodeScalarView()
        for scalar in view.slice(0, end).text.string.unicodeScalars {
            switch scalar.value {
            // Controls, backticks, ends of lines, and what turns the direction of the text.
            case 0..<0x20, 0x60, 0x7F...0x9F, 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result) + (end < view.count ? "…" : "")
    }
}

extension WireError {
    /// What is wrong with a text, said to whoever sent it.
    init(_ fault: JSONFault, in tape: borrowing JSONTape) {
        self = fault.isMalformed ? .unparsable(tape.describe(fault)) : .badRequest(tape.describe(fault))
    }
}

extension JSONTape {
    /// One line in lower case.
    func describe(_ fault: JSONFault) -> String {
        switch fault {
        case .unexpected(let offset): "the message is no JSON: unexpected \(found(offset)) at byte \(offset)"
        case .unexpectedEnd: "the message is no JSON: it ends too early"
        case .invalidUTF8(let offset): "the message is not UTF-8 at byte \(offset)"
        case .tooDeep(let offset):
            "at most \(WireBounds.depthMax) arrays and objects may stand inside each other, \(WireBounds.policyDepthMax) in a session policy; byte \(offset) begins another"
        case .duplicateName(let token): "the member \(UserText.quoted(tokens[token].text)) is given twice"
        case .nullCharacter(let offset): "the string at byte \(offset) holds `\\u0000`, which is not accepted"
        case .loneSurrogate(let offset): "the escape at byte \(offset) is half a surrogate pair"
        case .numberTooLong(let offset):
            "the number at byte \(offset) is longer than \(WireBounds.numberBytesMax) bytes"
        case .exponentTooLarge(let offset):
            "the exponent of the number at byte \(offset) is outside ±\(WireBounds.exponentMax)"
        case .outOfRoom: "the message's strings take too much room"
        }
    }

    /// The character at an offset, which is in range and not broken UTF-8.
    private func found(_ offset: Int) -> String {
        UserText.quoted(text.slice(offset, offset + (text.widthOfScalar(at: offset) ?? 1)))
    }
}
