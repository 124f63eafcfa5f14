internal import JSONDocument

/// Findings for people: the place, the line of the file and a caret under it.
struct CheckReport {
    let style: Style

    /// A line of a file that is longer is cut around the place.
    private static let sourceScalarsMax = 100

    func text(_ outcome: CheckOutcome) -> String {
        var lines: [String] = []
        var sources = SourceLines()
        for (finding, others) in CheckReport.grouped(outcome.findings) {
            lines.append(headline(finding) + CheckReport.more(others))
            if let source = sources.line(of: finding) { lines += caret(source, column: finding.position.column) }
        }
        lines.append(summary(outcome))
        return lines.joined(separator: "\n") + "\n"
    }

    /// One finding for many holders of the same broken target; the others only with how many they are.
    private static func grouped(_ findings: [CheckFinding]) -> [(finding: CheckFinding, others: Int)] {
        var groups: [(finding: CheckFinding, others: Int)] = []
        var places: [String: Int] = [:]
        for finding in findings {
            let key = "\(finding.code) \(finding.message)"
            if finding.code == "missing-reference", let place = places[key] {
                groups[place].others += 1
            } else {
                places[key] = groups.count
                groups.append((finding, 0))
            }
        }
        return groups
    }

    private static func more(_ others: Int) -> String {
        others == 0 ? "" : ", and at \(Count.of(others, "more place"))"
    }

    private func headline(_ finding: CheckFinding) -> String {
        let place = "\(finding.file):\(finding.position.line):\(finding.position.column):"
        let severity = finding.isError ? style.paint("error:", .red) : style.paint("warning:", .yellow)
        return "\(style.paint(place, .bold)) \(severity) \(finding.message) [\(finding.code)]"
    }

    private func caret(_ source: String, column: Int) -> [String] {
        let scalars = Array(source.unicodeScalars)
        let first = max(0, column - 1 - Self.sourceScalarsMax / 2)
        let shown = scalars.dropFirst(first).prefix(Self.sourceScalarsMax)
        // Tabs stay tabs, so that the caret is under its place whatever a tab is wide.
        let before = shown.prefix(max(0, column - 1 - first)).map { $0 == "\t" ? "\t" : " " }.joined()
        let text = String(String.UnicodeScalarView(shown.map { $0.value < 0x20 && $0 != "\t" ? " " : $0 }))
        return ["    \(text)", "    \(before)\(style.paint("^", .green))"]
    }

    private func summary(_ outcome: CheckOutcome) -> String {
        [
            Count.of(outcome.documentCount, "document"), Count.of(outcome.errorCount, "error"),
            Count.of(outcome.warningCount, "warning"),
        ].joined(separator: ", ")
    }
}

/// Lines of the files that findings name; each file is read once in a row.
private struct SourceLines {
    private var file = ""
    private var lines: [Substring] = []

    mutating func line(of finding: CheckFinding) -> String? {
        if finding.file != file {
            file = finding.file
            let bytes = (try? Files.read(file, bytesMax: JSONLimits.file.bytesMax)) ?? []
            lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false) {
                $0 == "\n" || $0 == "\r\n"
            }
        }
        let index = finding.position.line - 1
        return lines.indices.contains(index) && !lines[index].isEmpty ? String(lines[index]) : nil
    }
}
