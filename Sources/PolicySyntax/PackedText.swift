internal import PolicyModel

/// A text in less room: what it has in common with its own beginning, or with what policies are made of, is said by where
/// it stood.
///
/// Equal texts are packed equally. A store keeps the text of every document for explanations alone, which can wait for
/// the microseconds of unpacking; packing takes about as long as a digest.
///
/// The format is LZ4's block format but for the history, which begins with `PackedText.history`: a token with two lengths
/// in its halves, more bytes of each length where a half is 15, the literal bytes, and two bytes that say how far back to
/// copy from; the last sequence has only literals.
struct PackedText: Sendable, Hashable {
    /// The sequences.
    let bytes: [UInt8]

    /// What a text is likely to begin by repeating.
    private static let history = Array(
        """
        {"Sid": "", "Effect": "Deny", "NotAction": "NotResource": "Principal": {"AWS": "arn:aws:iam::, "Federated": \
        "CanonicalUser": "ForAllValues:StringLike": {"ForAnyValue:StringEquals": {"StringEqualsIgnoreCase": \
        {"StringNotEquals": {"ArnLike": {"aws:PrincipalArn": "NumericLessThan": {"DateGreaterThan": {"aws:CurrentTime": \
        "Null": {"aws:PrincipalTag/"aws:RequestTag/"aws:ResourceTag/"IpAddress": {"aws:SourceIp": ["10.0.0.0/16"]}}, \
        "Bool": {"aws:SecureTransport": "true"}}, "Condition": {"StringEquals": {"StringLike": {"aws:PrincipalOrgID": \
        "Resource": "*"}, {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["Resource":["arn:aws: \
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "Action": "sts:AssumeRole"}]}\
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["Resource": ["arn:aws:
        """.utf8)

    /// Bytes that a copy has at least, and that are looked up at a time.
    private static let copyMin = 4
    /// How far back a copy reaches: what two bytes hold.
    private static let distanceMax = 65_535
    private static let slotBits: UInt32 = 12

    /// Where each four bytes of the history stand, by their hash.
    private static let historySlots: [UInt32] = {
        var slots = [UInt32](repeating: .max, count: 1 << Int(slotBits))
        for index in 0..<(history.count - copyMin) { slots[slot(history, index)] = UInt32(index) }
        return slots
    }()

    /// Packs a text.
    init(_ text: [UInt8]) {
        var packer = Packer(text)
        bytes = packer.packed()
    }

    /// The text.
    var text: [UInt8] {
        var text = PackedText.history
        var index = 0
        while index < bytes.count {
            let token = Int(bytes[index])
            index += 1
            let literals = length(token >> 4, &index)
            text += bytes[index..<(index + literals)]
            index += literals
            guard index < bytes.count else { break }
            let distance = Int(bytes[index]) | Int(bytes[index + 1]) << 8
            index += 2
            let count = length(token & 15, &index) + PackedText.copyMin
            // Byte by byte: what is copied may be what has just been written.
            for _ in 0..<count { text.append(text[text.count - distance]) }
        }
        return Array(text[PackedText.history.count...])
    }

    private func length(_ half: Int, _ index: inout Int) -> Int {
        var length = half
        guard half == 15 else { return length }
        while true {
            let more = Int(bytes[index])
            index += 1
            length += more
            if more < 255 { return length }
        }
    }

    private static func slot(_ bytes: [UInt8], _ index: Int) -> Int {
        let word =
            UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
            | UInt32(bytes[index + 3]) << 24
        return Int((word &* 2_654_435_761) >> (32 - slotBits))
    }

    private struct Packer {
        /// The history with the text behind it.
        private let input: [UInt8]
        private var slots = PackedText.historySlots
        private var output: [UInt8] = []

        init(_ text: [UInt8]) {
            input = PackedText.history + text
            output.reserveCapacity(text.count / 2 + 16)
        }

        mutating func packed() -> [UInt8] {
            var index = PackedText.history.count
            var pending = index
            while index + PackedText.copyMin <= input.count {
                let slot = PackedText.slot(input, index)
                let candidate = Int(slots[slot])
                slots[slot] = UInt32(index)
                guard candidate < index, index - candidate <= PackedText.distanceMax else {
                    index += 1
                    continue
                }
                let count = common(candidate, index)
                guard count >= PackedText.copyMin else {
                    index += 1
                    continue
                }
                emit(pending..<index, copying: count, from: index - candidate)
                index += count
                pending = index
            }
            emit(pending..<input.count)
            return output.withoutSpareRoom
        }

        private func common(_ earlier: Int, _ later: Int) -> Int {
            var count = 0
            while later + count < input.count, input[earlier + count] == input[later + count] { count += 1 }
            return count
        }

        private mutating func emit(_ literals: Range<Int>, copying count: Int = 0, from distance: Int = 0) {
            let copied = count == 0 ? 0 : count - PackedText.copyMin
            output.append(UInt8(min(literals.count, 15) << 4 | min(copied, 15)))
            emit(rest: literals.count - 15)
            output += input[literals]
            guard count > 0 else { return }
            output.append(UInt8(truncatingIfNeeded: distance))
            output.append(UInt8(truncatingIfNeeded: distance >> 8))
            emit(rest: copied - 15)
        }

        /// What a half of the token did not hold.
        private mutating func emit(rest: Int) {
            guard rest >= 0 else { return }
            for _ in 0..<(rest / 255) { output.append(255) }
            output.append(UInt8(rest % 255))
        }
    }
}
