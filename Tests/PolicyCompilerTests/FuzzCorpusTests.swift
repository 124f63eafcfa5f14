import Testing

/// What the fuzz targets keep, in a debug build and on every run of the tests.
@Suite("Inputs that the fuzz targets keep")
struct FuzzCorpusTests {
    @Test("no document is a finding again")
    func parser() throws {
        let inputs = try FuzzCorpus.inputs("parser")
        #expect(inputs.count > 20)
        for input in inputs { ParserTarget.run(input) }
    }

    @Test("no pattern is a finding again")
    func glob() throws {
        let inputs = try FuzzCorpus.inputs("glob")
        #expect(inputs.count > 20)
        for input in inputs { GlobTarget.run(input) }
    }

    @Test("no compiled document is a finding again")
    func compile() throws {
        let inputs = try FuzzCorpus.inputs("compile")
        #expect(inputs.count > 20)
        for input in inputs { CompileTarget.run(input) }
    }
}
