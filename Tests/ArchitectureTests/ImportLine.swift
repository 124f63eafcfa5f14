/// An `import` declaration as one line of a Swift file has it.
struct ImportLine: Equatable, Sendable {
    /// The module, without the declaration or submodule that may follow it.
    let module: String

    private static let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set<Substring> = [
        "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]

    /// Reads `line`, or gives `nil` when it is anything else than an import.
    init?(_ line: some StringProtocol) {
        var words = Self.withoutComment(line).split(whereSeparator: \.isWhitespace)[...]
        while let word = words.first, word.hasPrefix("@") || Self.modifiers.contains(word) {
            words = words.dropFirst()
        }
        guard words.popFirst() == "import" else { return nil }
        if let kind = words.first, Self.kinds.contains(kind) { words = words.dropFirst() }
        guard let name = words.first?.split(whereSeparator: { $0 == "." || $0 == ";" }).first else { return nil }
        module = String(name)
    }

    /// The part of a line before `//`.
    static func withoutComment(_ line: some StringProtocol) -> String {
        guard let comment = line.firstRange(of: "//") else { return String(line) }
        return String(line[..<comment.lowerBound])
    }
}
