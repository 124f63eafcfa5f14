internal import JSONDocument

/// Findings for people: the place, the line of the file and a caret under it.
struct CheckReport {
    let style: Style

    func text(_ outcome: CheckOutcome) -> String {
        var lines: [String] = []
        for (finding, others) in CheckReport.grouped(outcome.findings) {
            lines.append(headline(finding) + CheckReport.more(others))
            if let excerpt = finding.excerpt { lines += caret(excerpt) }
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
        let place = "\(UserLine.of(finding.file)):\(finding.position.line):\(finding.position.column):"
        let severity = finding.isError ? style.paint("error:", .red) : style.paint("warning:", .yellow)
        return "\(style.paint(place, .bold)) \(severity) \(UserLine.of(finding.message)) [\(finding.code)]"
    }

    private func caret(_ excerpt: SourceExcerpt) -> [String] {
        let scalars = excerpt.text.unicodeScalars
        // Tabs stay tabs, so that the caret is under its place whatever a tab is wide.
        let before = scalars.prefix(excerpt.scalarsBefore).map { $0 == "\t" ? "\t" : " " }.joined()
        let text = String(String.UnicodeScalarView(scalars.map { CheckReport.shown($0) }))
        return ["    \(text)", "    \(before)\(style.paint("^", .green))"]
    }

    /// One character for one, so that the caret stays under its place.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar == "\t" || !UserText.misleads(scalar) { return scalar }
        return scalar.value < 0x20 ? " " : "\u{FFFD}"
    }

    private func summary(_ outcome: CheckOutcome) -> String {
        [
            Count.of(outcome.documentCount, "document"), Count.of(outcome.errorCount, "error"),
            Count.of(outcome.warningCount, "warning"),
        ].joined(separator: ", ")
    }
}
