import CMeasure
import Crypto
import Glibc

/// Cold start: from starting the program to its first answer.
///
/// The files are in the page cache for both sides.
enum StartPart {
    private static let imageSecondsMax = 120

    static func run(_ report: inout Report, _ effort: Effort) throws {
        let folder = try TemporaryFolder()
        for rung in [Rung.small, .large] {
            report.section("Cold start of rung \(rung.name)")
            let store = try rung.store(divisor: effort.divisor)
            let place = "\(folder.path)/\(rung.name)"
            let size = try StoreFolder(path: place).write(store)
            report.add("files", Double(size.files), "")
            report.add("their text", Double(size.bytes), "bytes")
            try compiled(&report, effort, store, place, folder.path)
            if case .large = rung { try fromImage(&report, effort, store, place, folder.path) }
        }
    }

    private static func compiled(
        _ report: inout Report, _ effort: Effort, _ store: BenchmarkStore, _ place: String, _ sockets: String
    ) throws {
        _ = try Jansson.readAndParse(place)
        var (starts, yardsticks): ([Double], [Double]) = ([], [])
        for run in 0..<effort.runs {
            yardsticks.append(try Jansson.readAndParse(place).nanoseconds)
            let served = try Served(store: place, place: sockets, processor: nil)
            starts.append(Double(served.startNanoseconds))
            if run == 0 { try served.check(store) }
        }
        tell(&report, starts, yardsticks, "reading and jansson-parsing the files", key: "start.\(store.name)")
    }

    private static func tell(
        _ report: inout Report, _ starts: [Double], _ yardsticks: [Double], _ yardstick: String, key: String
    ) {
        report.add("from start to first answer", Statistics.median(starts) / 1e6, "ms")
        report.add(yardstick, Statistics.median(yardsticks) / 1e6, "ms")
        report.add(
            "start / \(yardstick)", Statistics.median(zip(starts, yardsticks).map { $0 / $1 }), "x", key: key)
    }

    // MARK: From the compiled image

    private static func fromImage(
        _ report: inout Report, _ effort: Effort, _ store: BenchmarkStore, _ place: String, _ sockets: String
    ) throws {
        let help = Files.output(of: "\(Files.quoted(Programs.postern)) serve --help")
        guard help.contains("--cache") else {
            return report.note("This build has no `serve --cache`: no start from an image.")
        }
        report.section("Start of rung L from its compiled image")
        let cache = "\(sockets)/cache"
        _ = unsafe mkdir(cache, 0o700)
        let flags = ["--cache", cache]
        try waitForImage(in: cache, madeBy: try Served(store: place, place: sockets, processor: nil, flags: flags))
        var (starts, yardsticks): ([Double], [Double]) = ([], [])
        for run in 0..<effort.runs {
            yardsticks.append(try readAndDigest(place))
            let served = try Served(store: place, place: sockets, processor: nil, flags: flags)
            starts.append(Double(served.startNanoseconds))
            if run == 0 { try served.check(store) }
        }
        tell(&report, starts, yardsticks, "reading and SHA-256 of the files", key: "start.image")
    }

    /// Until there is a file that no longer grows.
    private static func waitForImage(in cache: String, madeBy served: Served) throws {
        var last = ""
        for _ in 0..<(imageSecondsMax * 2) {
            let listing = Files.output(of: "ls -l \(Files.quoted(cache)) | tail -n +2")
            if !listing.isEmpty, listing == last { return }
            last = listing
            usleep(500_000)
            guard !served.child.hasEnded else { break }
        }
        throw BenchmarkFailure(description: "no image appeared")
    }

    private static func readAndDigest(_ folder: String) throws -> Double {
        let begin = measure_nanoseconds()
        let files = unsafe measure_folder(
            folder,
            { bytes, count, _ in
                let text = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
                return unsafe Array(SHA256.hash(data: text)).isEmpty ? -1 : 0
            }, nil)
        guard files >= 0 else { throw BenchmarkFailure(description: "cannot read \(folder)") }
        return Double(measure_nanoseconds() - begin)
    }
}
