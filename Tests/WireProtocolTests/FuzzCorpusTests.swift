import Testing

/// What the fuzz targets keep, in a debug build and on every run of the tests.
@Suite("Inputs that the fuzz targets keep")
struct FuzzCorpusTests {
    @Test("no message is a finding again")
    func wire() throws {
        let inputs = try FuzzCorpus.inputs("wire")
        #expect(inputs.count > 20)
        for input in inputs { WireTarget.run(input) }
    }
}
