import CMeasure
import Glibc

/// What the sidecar takes once a store is in force and nobody asks.
enum MemoryPart {
    /// How long memory that a start gave back may take to go.
    private static let restMicroseconds: UInt32 = 500_000

    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("Memory at rest (VmRSS)")
        let folder = try TemporaryFolder()
        guard let builder = StoreBuilder("empty", seed: 0) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        let empty = try resident(builder.store, "\(folder.path)/empty", folder.path)
        report.add("an empty store", empty.bytes / 1e6, "MB")
        for rung in [Rung.large, .extraLarge] {
            report.progress("rung \(rung.name)")
            let full = try resident(
                try rung.store(divisor: effort.divisor), "\(folder.path)/\(rung.name)", folder.path)
            report.add("\(rung.name): its text", Double(full.text) / 1e6, "MB")
            report.add("\(rung.name)", full.bytes / 1e6, "MB")
            report.add(
                "\(rung.name): over an empty store's / its text", (full.bytes - empty.bytes) / Double(full.text), "x",
                key: "memory.\(rung.name)")
        }
    }

    private static func resident(
        _ store: BenchmarkStore, _ place: String, _ sockets: String
    ) throws -> (bytes: Double, text: Int) {
        let size = try StoreFolder(path: place).write(store)
        let served = try Served(store: place, place: sockets, processor: nil)
        usleep(restMicroseconds)
        let bytes = served.child.memory("VmRSS:")
        guard bytes > 0 else { throw BenchmarkFailure(description: "the system does not say what postern takes") }
        if !store.questions.isEmpty { try served.check(store) }
        return (bytes, size.bytes)
    }
}
