internal import PolicyModel

/// Records as JSON lines, into a buffer that is used again.
struct DecisionLines {
    /// What has been written; whole lines.
    private(set) var bytes: [UInt8] = []
    /// How many lines that is.
    private(set) var count = 0
    /// The last second that was written as text, and its text.
    private var second = (number: Int64.min, text: [UInt8]())
    /// The last revision that was written, and its text.
    private var revision = (number: UInt32.max, text: [UInt8]())

    /// Forgets all lines; the room is kept.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Adds a line; `name` gives the revision with a number.
    mutating func append(_ record: DecisionRecord, name: (UInt32) -> String?) {
        let facts = record.facts
        append("{\"time\":\"")
        append(time: facts)
        append("\",\"decision\":\"")
        append(facts.decision.rawValue)
        append("\",\"reason\":\"")
        append(facts.reason.rawValue)
        append("\",\"principal\":")
        unsafe append(quoted: record.principal)
        append(",\"action\":")
        unsafe append(quoted: record.action)
        append(",\"resource\":")
        unsafe append(quoted: record.resource)
        append(",\"revision\":")
        append(revision: facts.revision, name)
        append(",\"peerUid\":")
        append(String(facts.peerUser))
        append(cuts: record.cuts)
        append("}\n")
        count += 1
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(cuts: DecisionRecord.Cuts) {
        guard !cuts.isEmpty else { return }
        let named: [(DecisionRecord.Cuts, String)] = [
            (.principal, "\"principal\""), (.action, "\"action\""), (.resource, "\"resource\""),
        ]
        append(",\"truncated\":[")
        append(named.filter { cuts.contains($0.0) }.map(\.1).joined(separator: ","))
        append("]")
    }

    private mutating func append(revision number: UInt32, _ name: (UInt32) -> String?) {
        if number != revision.number {
            var text = DecisionLines()
            if let name = name(number) {
                var name = name
                name.withUTF8 { unsafe text.append(quoted: UnsafeRawBufferPointer($0)) }
            } else {
                text.append("null")
            }
            revision = (number, text.bytes)
        }
        bytes.append(contentsOf: revision.text)
    }

    // MARK: Time

    /// `YYYY-MM-DDThh:mm:ss.uuuuuuZ`.
    private mutating func append(time facts: DecisionFacts) {
        if facts.seconds != second.number { second = (facts.seconds, DecisionLines.text(second: facts.seconds)) }
        bytes.append(contentsOf: second.text)
        bytes.append(UInt8(ascii: "."))
        append(Int64(facts.nanoseconds) / 1_000, digits: 6)
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func text(second: Int64) -> [UInt8] {
        let days = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
        let (day, rest) = (CivilDay(daysSince1970: days), second - days * 86_400)
        var text = DecisionLines()
        text.append(day.year, digits: 4)
        text.append("-")
        text.append(day.month, digits: 2)
        text.append("-")
        text.append(day.day, digits: 2)
        text.append("T")
        text.append(rest / 3_600, digits: 2)
        text.append(":")
        text.append(rest / 60 % 60, digits: 2)
        text.append(":")
        text.append(rest % 60, digits: 2)
        return text.bytes
    }

    /// Adds the last so many digits of a number.
    private mutating func append(_ number: Int64, digits: Int) {
        var divisor: UInt64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number.magnitude / divisor % 10))
            divisor /= 10
        }
    }

    // MARK: Strings

    /// A string in quotes with JSON's escapes; what was asked in a message is UTF-8.
    private mutating func append(quoted text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        if unsafe text.contains(where: { DecisionLines.isEscaped($0) }) {
            for index in 0..<text.count { append(escaped: unsafe text[index]) }
        } else {
            unsafe bytes.append(contentsOf: text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaped byte: UInt8) {
        guard DecisionLines.isEscaped(byte) else { return bytes.append(byte) }
        guard byte < 0x20 else { return bytes.append(contentsOf: [UInt8(ascii: "\\"), byte]) }
        let digits = Array("0123456789abcdef".utf8)
        append("\\u00")
        bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]])
    }
}
