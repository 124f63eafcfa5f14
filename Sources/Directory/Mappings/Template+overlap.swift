public import PolicyModel

// Which ARNs templates make: two different things must never become one.
extension Template {
    /// A template of nothing but text.
    public init(literal text: Text) {
        self.init(pieces: text.isEmpty ? [] : [.literal(text.string)])
    }

    /// The template with a value in every place of that name; `nil` when the value does not fit one of them.
    public func filling(_ name: String, with value: Text) -> Template? {
        var filled: [Piece] = []
        for (index, piece) in pieces.enumerated() {
            var text: String
            switch piece {
            case .literal(let literal): text = literal
            case .place(let place) where place == name:
                guard Template.fits(value.string, isLast: index == pieces.count - 1) else { return nil }
                text = value.string
            case .place:
                filled.append(piece)
                continue
            }
            if case .literal(let before)? = filled.last {
                text = before + text
                filled.removeLast()
            }
            filled.append(.literal(text))
        }
        return Template(pieces: filled)
    }

    /// Whether different values always make different ARNs: between any two places stands a `/` or `:`, which no value has
    /// that something follows.
    public var tellsApart: Bool {
        var hasSeparator = true
        for piece in pieces {
            switch piece {
            case .literal(let text):
                hasSeparator = hasSeparator || text.utf8.contains { $0 == ASCII.slash || $0 == ASCII.colon }
            case .place:
                guard hasSeparator else { return false }
                hasSeparator = false
            }
        }
        return true
    }

    /// Whether some ARN could be made by both.
    public func overlaps(_ other: Template) -> Bool {
        let (left, right) = (symbols, other.symbols)
        var seen: Set<Int> = []
        var waiting = [(0, 0)]
        while let (one, two) = waiting.popLast() {
            guard seen.insert(one * (right.count + 1) + two).inserted else { continue }
            if one == left.count && two == right.count { return true }
            // What may be repeated may also have ended.
            if one < left.count && left[one].isRepeated { waiting.append((one + 1, two)) }
            if two < right.count && right[two].isRepeated { waiting.append((one, two + 1)) }
            guard one < left.count, two < right.count, left[one].sharesByte(with: right[two]) else { continue }
            waiting.append((left[one].isRepeated ? one : one + 1, right[two].isRepeated ? two : two + 1))
        }
        return false
    }

    /// The value of the only place of an ARN that the template makes; `nil` when it has others, or does not make it.
    public func onlyValue(of arn: Text) -> Text? {
        guard pieces.count(where: { if case .place = $0 { true } else { false } }) == 1 else { return nil }
        var rest = Substring(arn.string).utf8
        var end = Substring("").utf8
        for (index, piece) in pieces.enumerated() {
            guard case .literal(let text) = piece else { continue }
            if index == 0 {
                guard rest.starts(with: text.utf8) else { return nil }
                rest = rest.dropFirst(text.utf8.count)
            } else {
                end = Substring(text).utf8
            }
        }
        guard rest.reversed().starts(with: end.reversed()) else { return nil }
        let value = String(decoding: rest.dropLast(end.count), as: UTF8.self)
        return Template.fits(value, isLast: end.isEmpty) ? Text(value) : nil
    }

    /// What stands at one position of the ARNs: a byte, or any byte that a value may have there.
    private enum Symbol {
        case byte(UInt8)
        case any(isLast: Bool)
        /// Any number of them.
        case many(isLast: Bool)

        var isRepeated: Bool { if case .many = self { true } else { false } }

        func sharesByte(with other: Symbol) -> Bool {
            switch (self, other) {
            case (.byte(let one), .byte(let two)): one == two
            case (.byte(let byte), _): other.takes(byte)
            case (_, .byte(let byte)): takes(byte)
            // Values may have letters anywhere.
            default: true
            }
        }

        private func takes(_ byte: UInt8) -> Bool {
            switch self {
            case .byte(let own): own == byte
            case .any(let isLast), .many(let isLast): Template.fits(byte, isLast: isLast)
            }
        }
    }

    /// No value is empty: one byte of a place, and then any number.
    private var symbols: [Symbol] {
        pieces.enumerated().flatMap { index, piece -> [Symbol] in
            let isLast = index == pieces.count - 1
            return switch piece {
            case .literal(let text): text.utf8.map { .byte($0) }
            case .place: [.any(isLast: isLast), .many(isLast: isLast)]
            }
        }
    }
}
