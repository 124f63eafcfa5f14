internal import PolicyModel

/// A piece of a pattern before it is written (`Format.Piece`).
enum Piece: Hashable {
    case literal([UInt8])
    case anyRun
    case anyRunInField
    case anyOne
    case anyOneInField
    case variable(key: Text, default: [UInt8]?)
}

/// Patterns as pieces: what each wildcard means where it stands.
enum Lowering {
    /// An action pattern that is folded: one glob over the whole name, without ASCII case (spec §3.1).
    static func action(folded pattern: Text) -> [Piece] {
        var pieces = PieceList()
        for byte in pattern.utf8 { pieces.appendGlob(byte) }
        return pieces.pieces
    }

    /// Whether an action pattern takes one name alone.
    static func isExact(action pattern: Text) -> Bool {
        !pattern.isEmpty && !pattern.utf8.contains { $0 == ASCII.star || $0 == ASCII.questionMark }
    }

    /// Whether a resource pattern is made only of `*`, and so matches also the pseudo-resource (spec §3.2 rule 1).
    static func matchesEverything(_ pattern: Text) -> Bool {
        !pattern.isEmpty && pattern.utf8.allSatisfy { $0 == ASCII.star }
    }

    /// A resource pattern: six fields, of which the first five bound their wildcards (spec §3.2 rules 2 and 3).
    ///
    /// - Parameter expandsVariables: whether `${…}` is a variable.
    /// - Parameter completes: whether missing fields are taken as `*`.
    /// - Returns: the pieces; `nil` when a variable is malformed or stands before the fifth colon.
    static func resource(_ pattern: Text, expandsVariables: Bool, completes: Bool) -> [Piece]? {
        guard let text = parts(pattern, expandsVariables: expandsVariables) else { return nil }
        var pieces = PieceList()
        var field = 1
        for (index, part) in text.enumerated() {
            switch part {
            case .text(let plain):
                let follows = index + 1 < text.count
                appendFields(Array(plain.utf8), &field, isFollowed: follows, to: &pieces)
            case .literal(let character):
                pieces.append(literal: character.utf8)
            case .variable(let key, let fallback):
                guard field == 6 else { return nil }
                pieces.append(.variable(key: key.foldedASCII, default: fallback.map { Array($0.utf8) }))
            }
        }
        while completes, field < 6 {
            pieces.append(literal: ASCII.colon)
            pieces.append(.anyRun)
            field += 1
        }
        return pieces.pieces
    }

    private static func parts(_ text: Text, expandsVariables: Bool) -> [VariableText.Part]? {
        guard expandsVariables else { return VariableText(plain: text).parts }
        do throws(VariableText.Malformed) {
            return try VariableText(expanding: text).parts
        } catch {
            return nil
        }
    }

    private static func appendFields(
        _ bytes: [UInt8], _ field: inout Int, isFollowed: Bool, to pieces: inout PieceList
    ) {
        for (index, byte) in bytes.enumerated() {
            guard field < 6 else {
                pieces.appendGlob(byte)
                continue
            }
            switch byte {
            case ASCII.colon:
                field += 1
                pieces.append(literal: byte)
            case ASCII.star:
                let isLast = index + 1 == bytes.count ? !isFollowed : bytes[index + 1] == ASCII.colon
                pieces.append(isLast && field >= 2 ? .anyRun : .anyRunInField)
            case ASCII.questionMark: pieces.append(.anyOneInField)
            default: pieces.append(literal: byte)
            }
        }
    }

    /// A condition value with variables and, where the operator has them, wildcards (spec §3.4, §5).
    static func value(_ value: Text, expandsVariables: Bool, hasWildcards: Bool) -> [Piece]? {
        guard let text = parts(value, expandsVariables: expandsVariables) else { return nil }
        var pieces = PieceList()
        for part in text { append(part, hasWildcards: hasWildcards, to: &pieces) }
        return pieces.pieces
    }

    private static func append(_ part: VariableText.Part, hasWildcards: Bool, to pieces: inout PieceList) {
        switch part {
        case .text(let plain) where hasWildcards: for byte in plain.utf8 { pieces.appendGlob(byte) }
        case .text(let plain), .literal(let plain): pieces.append(literal: plain.utf8)
        case .variable(let key, let fallback):
            pieces.append(.variable(key: key.foldedASCII, default: fallback.map { Array($0.utf8) }))
        }
    }

    /// The six fields of an ARN pattern in a condition; `nil` when there are fewer, or it does not begin `arn` (§3.3).
    ///
    /// Only colons that are written in the policy part the fields: what a variable brings along is never special.
    static func arnFields(_ value: Text, expandsVariables: Bool) -> [[Piece]]? {
        guard value.hasPrefix("arn"), let text = parts(value, expandsVariables: expandsVariables) else { return nil }
        var fields = [PieceList()]
        for part in text {
            guard case .text(let plain) = part else {
                append(part, hasWildcards: true, to: &fields[fields.count - 1])
                continue
            }
            for byte in plain.utf8 {
                if byte == ASCII.colon, fields.count < 6 {
                    fields.append(PieceList())
                } else {
                    fields[fields.count - 1].appendGlob(byte)
                }
            }
        }
        return fields.count == 6 ? fields.map(\.pieces) : nil
    }
}

/// Gathers pieces, joining literals and stars that follow each other.
struct PieceList {
    private var closed: [Piece] = []
    /// The bytes of a literal that may go on.
    private var literal: [UInt8] = []

    /// Most patterns are two short literals around a wildcard.
    private static let literalReserve = 32

    var pieces: [Piece] { literal.isEmpty ? closed : closed + CollectionOfOne(.literal(literal)) }

    mutating func append(_ piece: Piece) {
        if !literal.isEmpty {
            closed.append(.literal(literal))
            literal = []
        }
        switch (closed.last, piece) {
        case (.anyRun, .anyRun), (.anyRunInField, .anyRunInField): break
        default: closed.append(piece)
        }
    }

    mutating func append(literal byte: UInt8) {
        if literal.isEmpty { literal.reserveCapacity(PieceList.literalReserve) }
        literal.append(byte)
    }

    mutating func append(literal bytes: some Collection<UInt8>) { literal += bytes }

    /// A byte of text in which `*` and `?` are wildcards without bounds.
    mutating func appendGlob(_ byte: UInt8) {
        switch byte {
        case ASCII.star: append(.anyRun)
        case ASCII.questionMark: append(.anyOne)
        default: append(literal: byte)
        }
    }
}
