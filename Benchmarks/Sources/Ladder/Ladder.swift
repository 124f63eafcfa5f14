import CMeasure
import Glibc

/// The command line of `postern-benchmarks`, which `Benchmarks/run` and `Benchmarks/compare` start; it starts itself
/// again for the ends that it measures.
package enum Ladder {
    static let usage = """
        usage: postern-benchmarks part NAME FOLDER [--quick | --tiny]   measures; leaves FOLDER/NAME.json
               postern-benchmarks parts                                 the names
               postern-benchmarks page FOLDER PAGE                      writes the page and its pictures
               postern-benchmarks store RUNG FOLDER                     writes a rung as a folder
        """

    package static func run(_ arguments: [String]) throws {
        switch arguments.first {
        case "part" where (3...4).contains(arguments.count): try measure(arguments)
        case "parts" where arguments.count == 1:
            for part in Part.allCases { print(part.rawValue, part.summary, separator: "\t") }
        case "page" where arguments.count == 3: try ResultPage.write(from: arguments[1], to: arguments[2])
        case "store" where arguments.count == 3:
            let size = try StoreFolder(path: arguments[2]).write(try rung(arguments[1]).store())
            print(size.files, "files,", size.bytes, "bytes")
        case "counted" where arguments.count == 4:
            try InstructionPart.counted(
                try rung(arguments[1]), inTurn: arguments[2] == "turn", divisor: Int(arguments[3]) ?? 1)
        case "counted-messages" where arguments.count == 1: try MessageCount.run()
        case "instructions" where arguments.count == 1: try InstructionPart.printAll()
        case "echo" where arguments.count == 4:
            unsafe measure_echo(arguments[1], Int32(arguments[2]) ?? 0, Int64(arguments[3]) ?? 0)
        case "spin" where arguments.count == 2: measure_spin(Int32(arguments[1]) ?? 0)
        default: throw BenchmarkFailure(description: usage)
        }
    }

    private static func rung(_ name: String) throws -> Rung {
        guard let rung = Rung(name) else { throw BenchmarkFailure(description: "there is no rung `\(name)`") }
        return rung
    }

    private static func measure(_ arguments: [String]) throws {
        guard let part = Part(rawValue: arguments[1]) else {
            throw BenchmarkFailure(description: "there is no part `\(arguments[1])`")
        }
        let effort: Effort =
            switch arguments.last {
            case "--quick": .quick
            case "--tiny": .tiny
            default: .full
            }
        var report = Report(part: part.rawValue)
        try part.run(&report, effort)
        try Files.write(report.json(effort: effort), to: "\(arguments[2])/\(part.rawValue).json")
    }
}
