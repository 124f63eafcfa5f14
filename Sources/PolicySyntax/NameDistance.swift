public import PolicyModel

/// How far apart two names are.
public enum NameDistance {
    /// The fewest letters to insert, leave out or replace; `nil` past `most`, or for names over 64 bytes.
    public static func between(_ lhs: Text, _ rhs: Text, most: Int) -> Int? {
        let (one, other) = (Array(lhs.utf8), Array(rhs.utf8))
        guard abs(one.count - other.count) <= most, one.count <= 64 else { return nil }
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var next = [index + 1]
            for (column, candidate) in other.enumerated() {
                next.append(
                    min(row[column] + (letter == candidate ? 0 : 1), row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return row[other.count] <= most ? row[other.count] : nil
    }

    /// The known name that is meant: the same but for ASCII case, or else the nearest within two letters (one, where
    /// the name is short).
    public static func meant(by name: String, among known: [String]) -> String? {
        let folded = Text(name).foldedASCII
        let most = folded.utf8.count > 4 ? 2 : 1
        let near = known.compactMap { candidate in
            between(folded, Text(candidate).foldedASCII, most: most).map { (distance: $0, name: candidate) }
        }
        return near.min { $0.distance < $1.distance }?.name
    }

    /// What to write instead of a name that nothing knows: the one that is meant, or a choice of all.
    public static func hint(for name: String, among known: [String]) -> String {
        if let meant = meant(by: name, among: known) { return "did you mean `\(meant)`?" }
        return "it has " + known.map { "`\($0)`" }.joined(separator: ", ")
    }
}
