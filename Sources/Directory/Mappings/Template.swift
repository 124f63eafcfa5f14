public import PolicyModel

/// Text with places for values, such as `arn:aws:iam::111122223333:user/{subject.id}`.
///
/// A name in braces is a place; `{{` and `}}` are braces themselves.
public struct Template: Sendable, Hashable {
    /// A part of the text.
    public enum Piece: Sendable, Hashable {
        /// Text as it stands.
        case literal(String)
        /// The place of a value, by its name.
        case place(String)
    }

    /// Why a text is no template.
    public enum Failure: Error, Sendable, Hashable {
        /// A brace that is not closed, or not opened.
        case unbalancedBrace
        /// `{}`.
        case emptyName

        /// One line for people, without the text.
        public var message: String {
            switch self {
            case .unbalancedBrace: "a brace has no partner; write `{{` or `}}` for a brace itself"
            case .emptyName: "`{}` names nothing"
            }
        }
    }

    /// The parts in order; no two literals follow each other.
    public let pieces: [Piece]

    init(pieces: [Piece]) {
        self.pieces = pieces
    }

    /// Reads a template.
    public init(_ text: Text) throws(Failure) {
        var pieces: [Piece] = []
        var literal = ""
        var rest = Substring(text.string).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                literal.unicodeScalars.append(scalar)
            case "}": throw .unbalancedBrace
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw .unbalancedBrace }
                let name = String(rest[..<end])
                guard !name.isEmpty else { throw .emptyName }
                guard !name.contains("{") else { throw .unbalancedBrace }
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = ""
                pieces.append(.place(name))
                rest = rest[rest.index(after: end)...]
            default: literal.unicodeScalars.append(scalar)
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
    }

    /// The names of its places, in order.
    public var places: [String] {
        pieces.compactMap { if case .place(let name) = $0 { name } else { nil } }
    }

    /// The text with values in its places; `nil` when one has none.
    public func text(_ value: (String) -> String?) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .place(let name):
                guard let value = value(name) else { return nil }
                text += value
            }
        }
        return text
    }

    /// The text as an ARN with values in its places; `nil` when one has none or does not fit.
    ///
    /// No value reaches beyond its place: it is not empty and holds no control character, and one that something follows
    /// holds neither `/` nor `:`. So two requests that differ never become one ARN, as far as the template tells their parts
    /// apart.
    public func arn(_ value: (String) -> String?) -> String? {
        var text = ""
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .literal(let literal): text += literal
            case .place(let name):
                let isLast = index == pieces.count - 1
                guard let value = value(name), Template.fits(value, isLast: isLast) else { return nil }
                text += value
            }
        }
        return text
    }

    /// Whether a value may stand in a place of an ARN.
    public static func fits(_ value: String, isLast: Bool) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { fits($0, isLast: isLast) }
    }

    static func fits(_ byte: UInt8, isLast: Bool) -> Bool {
        byte >= 0x20 && byte != 0x7F && (isLast || (byte != ASCII.slash && byte != ASCII.colon))
    }
}
