/// What a store's size costs: in process, and over the socket with principals drawn uniformly.
enum GrowthPart {
    static func run(_ report: inout Report, _ effort: Effort) throws {
        report.section("Growth with the number of statements")
        var (hot, turn, socket): ([Point], [Point], [Point]) = ([], [], [])
        for size in effort.sizes {
            var decider = try Decider.ready(try Rung.growth(size).store())
            try decider.check()
            let x = Double(size)
            hot.append(Point(x: x, y: try DecisionPart.median(&decider, effort, inTurn: false)))
            turn.append(Point(x: x, y: try DecisionPart.median(&decider, effort, inTurn: true)))
            report.add("\(size) statements: one principal, over and over", hot[hot.count - 1].y, "ns")
            report.add("\(size) statements: \(decider.questionCount) principals in turn", turn[turn.count - 1].y, "ns")
        }
        try overTheSocket(&report, effort, &socket)
        report.draw("growth", "in process, one principal over and over", hot)
        report.draw("growth", "in process, all principals in turn", turn)
        report.draw("growth", "over the socket, all principals in turn", socket)
        ratio(&report, "in process, one principal: largest / smallest", hot, key: "growth.hot")
        ratio(&report, "in process, in turn: largest / smallest", turn, key: "growth.turn")
    }

    private static func ratio(_ report: inout Report, _ name: String, _ points: [Point], key: String) {
        guard let first = points.first, let last = points.last, points.count > 1 else { return }
        report.add(name, last.y / first.y, "x", key: key)
    }

    /// All sizes at once, in alternating blocks.
    private static func overTheSocket(_ report: inout Report, _ effort: Effort, _ points: inout [Point]) throws {
        let folder = try TemporaryFolder()
        let bench = try Bench()
        defer { extendLifetime(bench) }
        var servers: [(size: Int, served: Served, connection: Connection, messages: [UInt8])] = []
        for size in effort.sizes {
            let store = try Rung.growth(size).store()
            let served = try Served(writing: store, as: "\(size)", place: folder.path)
            try served.check(store)
            servers.append((size, served, try served.connect(), Messages.authorize(store.questions)))
        }
        var medians: [[Double]] = servers.map { _ in [] }
        for _ in 0..<(effort.runs * effort.blocks) {
            for (index, server) in servers.enumerated() {
                medians[index].append(Statistics.median(try server.connection.roundTrips(server.messages, 50)))
            }
        }
        for (index, server) in servers.enumerated() {
            let median = Statistics.median(medians[index])
            points.append(Point(x: Double(server.size), y: median))
            report.add("\(server.size) statements: round trip p50, principals in turn", median, "ns")
        }
        guard medians.count > 1 else { return }
        let ratios = zip(medians[medians.count - 1], medians[0]).map { $0 / $1 }
        report.add("over the socket, in turn: largest / smallest", Statistics.median(ratios), "x", key: "growth.socket")
    }
}
