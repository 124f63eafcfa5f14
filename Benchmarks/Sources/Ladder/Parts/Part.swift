/// What can be measured by itself.
package enum Part: String, CaseIterable, Sendable {
    case decisions, growth, instructions, wire, load, processor, threads, start, reload, memory, cedar, peers

    /// What it is about, in a line.
    package var summary: String {
        switch self {
        case .decisions: "decisions in process on the rungs S, M, L, XL and A, and what they allocate"
        case .growth: "the same decisions in stores of 100 to 100,000 statements, in process and over the socket"
        case .instructions: "instructions a decision and a stage, counted by valgrind"
        case .wire: "round trips of one caller beside a bare C echo; 1, 10 and 100 questions a call"
        case .load: "1, 8 and 64 callers, closed and open loop, beside the echo; quiet callers beside batches"
        case .processor: "processor time of the server a message, beside jansson; one loop and two"
        case .threads: "two threads that decide, against one"
        case .start: "cold start of rung L, beside reading its files"
        case .reload: "files of rung L that change under load"
        case .memory: "memory at rest, beside the text of the store"
        case .cedar: "gdrive, github and tinytodo as IAM policies, by N"
        case .peers: "cedarpy, casbin and regopy on the same questions"
        }
    }

    package func run(_ report: inout Report, _ effort: Effort) throws {
        switch self {
        case .decisions: try DecisionPart.run(&report, effort)
        case .growth: try GrowthPart.run(&report, effort)
        case .instructions: try InstructionPart.run(&report, effort)
        case .wire: try WirePart.run(&report, effort)
        case .load: try LoadPart.run(&report, effort)
        case .processor: try ProcessorPart.run(&report, effort)
        case .threads: try ThreadPart.run(&report, effort)
        case .start: try StartPart.run(&report, effort)
        case .reload: try ReloadPart.run(&report, effort)
        case .memory: try MemoryPart.run(&report, effort)
        case .cedar: try CedarPart.run(&report, effort)
        case .peers: try PeerPart.run(&report, effort)
        }
    }
}
