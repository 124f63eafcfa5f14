internal import Glibc

/// The seeds of a property test: those that are always run, and more when somebody asks for them.
///
/// `POSTERN_PROPERTY_SEEDS` is `N` for the seeds 1001 to 1000+N besides, or `FROM-TO` for these besides;
/// `Deploy/property-tests` sets it. `first` is only the first of those that are always run: under a sanitizer everything
/// takes ten times as long, and the other seeds go through the same code.
public enum PropertySeeds {
    /// The variable's name.
    public static let variable = "POSTERN_PROPERTY_SEEDS"

    /// The fixed seeds, then those that are asked for, or only the first; a variable that cannot be read ends the run, with status 2.
    public static func all(_ fixed: [UInt64]) -> [UInt64] {
        guard let text = unsafe getenv(variable).map({ unsafe String(cString: $0) }), !text.isEmpty else {
            return fixed
        }
        if text == "first" { return Array(fixed.prefix(1)) }
        guard let more = asked(text) else {
            print("\(variable) is `\(text)`: expected a number N, FROM-TO, or first")
            exit(2)
        }
        return fixed + more
    }

    /// The seeds that a text asks for; `nil` when it cannot be read.
    public static func asked(_ text: String) -> [UInt64]? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        if ends.count == 1, let count = ends[0] { return (0..<count).map { 1_001 + $0 } }
        if ends.count == 2, let from = ends[0], let to = ends[1], from <= to { return Array(from...to) }
        return nil
    }
}
