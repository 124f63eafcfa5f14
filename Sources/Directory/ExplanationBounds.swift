internal import PolicyModel

/// How much an explanation shows.
///
/// What a person can look through, and what a reply may weigh: a principal can have a million statements that are all
/// about one action. What is left out is counted.
public struct ExplanationBounds: Sendable, Hashable {
    /// Statements of one layer.
    public var statementsPerLayerMax = 50
    /// Statements of all layers.
    public var statementsMax = 100
    /// Failed conditions of one statement.
    public var conditionsMax = 20
    /// Values of a list: what a condition wants, what the question has.
    public var valuesMax = 20
    /// Bytes of a name or value; longer ones end in `…`.
    public var textBytesMax = 1_024
    /// Bytes of one statement with its conditions, and of the nearest Allow.
    public var statementBytesMax = 8 * 1_024
    /// Bytes of all statements, as JSON writes them.
    public var bytesMax = 64 * 1_024
    /// Sentences about what to do.
    public var hintsMax = 8

    /// What replies carry.
    public static let reply = ExplanationBounds()

    /// All there is, in the order of the walk: for who reads with a program, of policies of its own.
    public static let everything: ExplanationBounds = {
        let unbounded = Int.max / 4
        var bounds = ExplanationBounds()
        bounds.statementsPerLayerMax = unbounded
        bounds.statementsMax = unbounded
        bounds.conditionsMax = unbounded
        bounds.valuesMax = unbounded
        bounds.textBytesMax = unbounded
        bounds.statementBytesMax = unbounded
        bounds.bytesMax = unbounded
        return bounds
    }()
}

/// What is left of a number of bytes, and the texts that were taken from it.
struct ByteAllowance {
    private let bounds: ExplanationBounds
    private(set) var bytesLeft: Int

    init(_ bytes: Int, _ bounds: ExplanationBounds) {
        self.bounds = bounds
        bytesLeft = bytes
    }

    /// A name, cut if it is long; it is always shown.
    mutating func name(_ text: Text) -> String {
        let shown = shortened(text)
        bytesLeft -= ByteAllowance.weight(shown)
        return shown
    }

    /// The first values of a list, and how many more there are.
    mutating func values(_ texts: [Text]) -> (shown: [String], leftOut: Int) {
        var shown: [String] = []
        for text in texts.prefix(bounds.valuesMax) {
            let value = shortened(text)
            let weight = ByteAllowance.weight(value)
            guard weight <= bytesLeft else { break }
            bytesLeft -= weight
            shown.append(value)
        }
        return (shown, texts.count - shown.count)
    }

    /// Takes bytes for something whole; `false`, and nothing taken, when there are not as many.
    mutating func take(_ bytes: Int) -> Bool {
        guard bytes <= bytesLeft else { return false }
        bytesLeft -= bytes
        return true
    }

    /// Cuts between two scalars.
    private func shortened(_ text: Text) -> String {
        guard text.utf8.count > bounds.textBytesMax else { return text.string }
        var bytes = Array(text.utf8.prefix(bounds.textBytesMax + 1))
        while let cut = bytes.popLast(), cut & 0xC0 == 0x80 {}
        return String(decoding: bytes, as: UTF8.self) + "…"
    }

    /// Bytes of a text as JSON writes it, with its quotes and a comma.
    static func weight(_ text: String) -> Int {
        text.utf8.reduce(3) { weight, byte in
            switch byte {
            case 0..<0x20: weight + 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): weight + 2
            default: weight + 1
            }
        }
    }
}
