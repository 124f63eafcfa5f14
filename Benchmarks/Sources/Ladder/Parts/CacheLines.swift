/// Cache lines that a decision reads or writes and that are not near, which repeat from run to run: callgrind simulates a
/// first-level cache of 32 KiB and behind it one of a MiB.
enum CacheLines {
    /// Lines a decision.
    struct Counted: Sendable {
        /// That the first level does not have.
        var beyondFirst: Double
        /// That the second does not have either.
        var beyondSecond: Double
    }

    private static let caches = ["--cache-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=1048576,16,64"]

    /// Counts for a decision.
    static func of(_ count: InstructionPart.Count, program: String) throws -> Counted {
        let numbers = try InstructionPart.collected(
            count, program: program, options: caches + ["--callgrind-out-file=/dev/null"])
        // Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw
        guard numbers.count == 9 else {
            throw BenchmarkFailure(description: "callgrind gave \(numbers.count) events instead of nine")
        }
        return Counted(beyondFirst: numbers[4] + numbers[5], beyondSecond: numbers[7] + numbers[8])
    }
}
