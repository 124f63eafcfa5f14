import Testing

@testable import Ladder

@Suite("The page of results")
struct PageTests {
    @Test("targets that were reached, missed and not measured are told apart")
    func page() throws {
        let folder = try TemporaryFolder()
        var report = Report(part: "wire", isQuiet: true)
        report.section("Round trips")
        report.add("p50", 1.05, "x", key: "wire.p50")
        report.add("p99", 1.21, "x", key: "wire.p99")
        report.draw("latency", "postern & more", [Point(x: 0, y: 1_000), Point(x: 99, y: 9_000)])
        try Files.write(report.json(effort: .full), to: "\(folder.path)/wire.json")
        try ResultPage.write(from: folder.path, to: "\(folder.path)/RESULTS.md")
        let page = Files.text("\(folder.path)/RESULTS.md")
        #expect(page.contains("| `Authorize`, one caller, rung M: p50 / C echo | ≤ 1.08 × | 1.05 | yes |"))
        #expect(page.contains("| the same, p99 | ≤ 1.2 × | 1.21 | **no** |"))
        #expect(page.contains("| two threads deciding / one | ≥ 1.9 × | not measured | – |"))
        #expect(page.contains("](results/latency.svg)"))
        #expect(!page.contains("not to be quoted"))
        let picture = Files.text("\(folder.path)/results/latency.svg")
        #expect(picture.hasPrefix("<svg ") && picture.contains("postern &amp; more"))
    }

    @Test("a page of quick figures says so")
    func quick() throws {
        let folder = try TemporaryFolder()
        var report = Report(part: "threads", isQuiet: true)
        report.add("two threads / one", 1.95, "x", key: "threads")
        try Files.write(report.json(effort: .quick), to: "\(folder.path)/threads.json")
        try ResultPage.write(from: folder.path, to: "\(folder.path)/RESULTS.md")
        #expect(Files.text("\(folder.path)/RESULTS.md").contains("not to be quoted"))
    }

    @Test("numbers keep three digits that count")
    func numbers() {
        #expect(NumberText.short(1_234_567) == "1,234,567")
        #expect(NumberText.short(1_234.5) == "1,235")
        #expect(NumberText.short(12.345) == "12.3")
        #expect(NumberText.short(0.12345) == "0.123")
        #expect(NumberText.short(1.1) == "1.10")
        #expect(NumberText.short(-2.5) == "-2.50")
        #expect(NumberText.short(9.999) == "10.00")
        #expect(NumberText.short(.nan) == "–")
        #expect(NumberText.plain(0.5) == "0.5")
        #expect(NumberText.plain(10.04) == "10")
    }

    @Test("a profile's costs are those of each function itself")
    func profile() {
        let profile = """
            events: Ir
            fn=(1) collectedLoop
            10 100
            +1 50
            cfn=(2) swift_retain
            calls=1 0
            12 900
            fn=(2)
            5 7
            fn=(1)
            * 3
            """
        #expect(InstructionPart.selfCosts(profile) == ["collectedLoop": 153, "swift_retain": 7])
    }

    @Test("percentiles and distributions")
    func statistics() {
        let samples = (1...1_000).map(Double.init)
        #expect(Statistics.percentiles(samples, [0, 50, 100]) == [1, 501, 1_000])
        #expect(Statistics.distribution(samples).last?.x == 99.9)
    }
}
