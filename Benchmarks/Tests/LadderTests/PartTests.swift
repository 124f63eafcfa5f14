import Testing

@testable import Ladder

/// Every part once, on the smallest stores: what is measured means nothing here, but that it is measured does.
///
/// Without valgrind and the peers, which only `Benchmarks/run` asks for.
@Suite("Parts", .serialized)
struct PartTests {
    private static let parts = Part.allCases.filter { $0 != .instructions }

    @Test("every part runs, checks its answers and leaves figures, and no target is without one")
    func run() throws {
        let folder = try TemporaryFolder()
        var keys: Set<String> = []
        for part in Self.parts {
            var report = Report(part: part.rawValue, isQuiet: true)
            try part.run(&report, .tiny)
            #expect(!report.figures.isEmpty, "\(part)")
            for figure in report.figures {
                #expect(figure.value.isFinite, "\(part): \(figure.name)")
            }
            let file = "\(folder.path)/\(part.rawValue).json"
            try Files.write(report.json(effort: .tiny), to: file)
            let read = try PartResult(path: file)
            #expect(read.figures == report.figures)
            #expect(read.series == report.series)
            keys.formUnion(report.figures.map(\.key))
        }
        // Of valgrind, of the peers, of an image where there is none, and ratios where the control does not show.
        let elsewhere = ["instructions.", "growth.instructions", "peer.", "start.image", "wire."]
        for target in Target.all where !elsewhere.contains(where: { target.key.hasPrefix($0) }) {
            #expect(keys.contains(target.key), "\(target.key)")
        }
    }
}
