import CMeasure
import Glibc

// `Benchmarks/run` starts this program; it starts itself again for the ends that it measures.
let arguments = Array(CommandLine.arguments.dropFirst())

func write(_ text: String, to path: String) throws {
    guard let file = unsafe fopen(path, "w") else { throw BenchmarkFailure(description: "cannot write \(path)") }
    defer { unsafe fclose(file) }
    guard unsafe fputs(text, file) >= 0 else { throw BenchmarkFailure(description: "cannot write \(path)") }
}

func measureAll(json: String?) throws {
    var report = Report()
    try DecisionBenchmark.run(&report)
    try RoundTripBenchmark.run(&report)
    if let json { try write(report.json, to: json) }
}

do {
    switch arguments.first {
    case nil: try measureAll(json: nil)
    case "--json" where arguments.count == 2: try measureAll(json: arguments[1])
    case "counted" where arguments.count == 3:
        try DecisionBenchmark.counted(statements: Int(arguments[1]) ?? 100, inTurn: arguments[2] == "turn")
    case "counted-messages" where arguments.count == 1: try MessageCount.run()
    case "serve" where arguments.count == 2:
        _ = measure_pin(RoundTripBenchmark.serverProcessor)
        try ServedStore.serve(path: arguments[1])
    case "echo" where arguments.count == 4:
        _ = measure_pin(RoundTripBenchmark.serverProcessor)
        unsafe measure_echo(arguments[1], Int32(arguments[2]) ?? 0, Int64(arguments[3]) ?? 0)
    case "spin" where arguments.count == 2: measure_spin(Int32(arguments[1]) ?? 0)
    default: throw BenchmarkFailure(description: "usage: Benchmarks/run [--json FILE | --instructions]")
    }
} catch {
    print("error: \(error)")
    exit(1)
}
