import Testing

/// What the fuzz targets keep, in a debug build and on every run of the tests.
@Suite("Inputs that the fuzz targets keep")
struct FuzzCorpusTests {
    @Test("no question or call is a finding again")
    func decide() throws {
        let inputs = try FuzzCorpus.inputs("decide")
        #expect(inputs.count > 20)
        for input in inputs { DecideTarget.run(input) }
    }
}
