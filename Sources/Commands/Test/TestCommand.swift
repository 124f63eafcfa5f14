internal import ArgumentParser

struct TestCommand: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs policy tests: questions with the answers that the policies should give.",
        discussion: """
            A file of tests is {"store": FOLDER?, "cases": [CASE…]}; the store is relative
            to the file, and --store wins over it. In a folder every *.json with `cases` is
            taken. A case has "name", "principal", "action", "resource" and "decision"
            (allowed, explicitDeny or implicitDeny); optional are "context", "session",
            "now", "reason", "deniedBy" and "statement": {"policy"?, "sid"?, "index"?}.
            A case of assuming a role has "role" and "call": {"sessionName", "tags"?, …}
            in the place of "action" and "resource", and may have "newSession" or "fault".
            Cases may bring their own policies: identityPolicies, resourcePolicies,
            permissionsBoundary, sessionPolicies, serviceControlPolicies,
            resourceControlPolicies (a list a level, root first, the account's last), or
            trustPolicy, roleTags and maxSessionDuration; and "organization": {"id"?,
            "masterAccount"?, "principalPath"?, "resourcePath"?}.
            The clock stands at 2026-01-01T00:00:00Z unless `now` says otherwise. Coverage
            counts the statements of the store that applied in some case.
            Exit status: 0 all pass, 1 a case fails or the coverage is too small, 2 the
            tests cannot be run.

            Example:
              postern test policy-tests --store company --coverage
              postern test policy-tests/docs.json --junit results.xml --coverage-min 80
              with a file such as
              {"store": "../company", "cases": [{
                "name": "bob reads", "decision": "allowed", "action": "docs:Read",
                "principal": "arn:aws:iam::111122223333:user/bob",
                "resource": "arn:aws:docs:::report/2026-plan"}]}
            """)

    @Argument(help: ArgumentHelp("Files of tests, or folders of them.", valueName: "PATH"))
    var paths: [String]

    @Option(name: .long, help: ArgumentHelp("The store of cases without policies of their own.", valueName: "DIR"))
    var store: String?

    @Option(name: .long, help: "table or json.")
    var format: Format = .table

    @Flag(name: .long, help: "The same as --format json.")
    var json = false

    @Option(name: .long, help: ArgumentHelp("Writes the results as JUnit XML, too.", valueName: "FILE"))
    var junit: String?

    @Flag(name: .long, help: "Lists the statements of the store that applied in no case.")
    var coverage = false

    @Option(
        name: .long, help: ArgumentHelp("Fails when fewer statements than this are covered.", valueName: "PERCENT"))
    var coverageMin: Double?

    func run() throws {
        if let coverageMin, !(0...100).contains(coverageMin) {
            throw CommandFailure.usage("`--coverage-min` is a percentage from 0 to 100")
        }
        var run = TestRun(store: store)
        for path in paths { try run.runAll(at: path) }
        let results = try run.results(wantsCoverage: coverage || coverageMin != nil)
        try writeJUnit(results)
        switch json ? .json : format {
        case .json: Terminal.print(results.json)
        case .table: Terminal.printRaw(TestReport(style: .standardOutput).text(results))
        }
        let isCovered = coverageMin.map { (results.coverage?.percent ?? 0) >= $0 } ?? true
        if !isCovered { Terminal.complain("the coverage is below \(coverageMin ?? 0) %") }
        guard results.failureCount == 0, isCovered else { throw CommandFailure.negative }
    }

    private func writeJUnit(_ results: TestResults) throws {
        guard let junit else { return }
        do throws(FileProblem) {
            try Files.replace(junit, text: JUnitReport.text(results))
        } catch {
            throw CommandFailure.usage("cannot write \(error.message)")
        }
    }
}
