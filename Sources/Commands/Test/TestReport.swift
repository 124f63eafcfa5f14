/// Results for people: a line a case, failures explained.
struct TestReport {
    let style: Style

    func text(_ results: TestResults) -> String {
        var lines: [String] = []
        var file = ""
        for result in results.results {
            if result.file != file { lines.append(style.paint(UserLine.of(result.file), .bold)) }
            file = result.file
            lines += self.lines(result)
        }
        if let coverage = results.coverage { lines += self.lines(coverage) }
        let passed = results.results.count - results.failureCount
        lines.append("\(Count.of(results.results.count, "case")), \(passed) passed, \(results.failureCount) failed")
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(_ result: TestResult) -> [String] {
        let name = UserLine.of(result.name)
        switch result.outcome {
        case .passed: return ["  \(style.paint("pass", .green))   \(name)"]
        case .failed(let failure):
            return ["  \(style.paint("FAIL", .red))   \(name)  (line \(result.line))"]
                + failure.lines.map { "           " + UserLine.of($0) }
        case .error(let message):
            return [
                "  \(style.paint("ERROR", .red))  \(name)  (line \(result.line))", "           " + UserLine.of(message),
            ]
        }
    }

    private func lines(_ coverage: Coverage) -> [String] {
        let head = "coverage: \(coverage.coveredCount) of \(Count.of(coverage.total, "statement")), \(coverage.text) %"
        return [head] + coverage.uncovered.map { "  not covered: \(UserLine.of($0.description))" }
    }
}

/// Results as JUnit XML, which build servers read.
enum JUnitReport {
    static func text(_ results: TestResults) -> String {
        var files: [String] = []
        for result in results.results where files.last != result.file { files.append(result.file) }
        let suites = files.map { file in suite(file, results.results.filter { $0.file == file }) }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n" + suites.joined() + "</testsuites>\n"
    }

    private static func suite(_ file: String, _ results: [TestResult]) -> String {
        let errors = results.filter { if case .error = $0.outcome { true } else { false } }.count
        let failures = results.filter { !$0.isPassed }.count - errors
        return "  <testsuite name=\"\(XMLText.escaped(file))\" tests=\"\(results.count)\" failures=\"\(failures)\""
            + " errors=\"\(errors)\">\n" + results.map(testCase).joined() + "  </testsuite>\n"
    }

    private static func testCase(_ result: TestResult) -> String {
        let head =
            "    <testcase classname=\"\(XMLText.escaped(result.file))\" name=\"\(XMLText.escaped(result.name))\""
            + " file=\"\(XMLText.escaped(result.file))\" line=\"\(result.line)\""
        switch result.outcome {
        case .passed: return head + "/>\n"
        case .failed(let failure):
            return head + ">\n      <failure message=\"\(XMLText.escaped(failure.differences.first ?? ""))\">"
                + XMLText.escaped(failure.lines.joined(separator: "\n")) + "</failure>\n    </testcase>\n"
        case .error(let message):
            return head + ">\n      <error message=\"\(XMLText.escaped(message))\"/>\n    </testcase>\n"
        }
    }
}
