import Glibc

/// `RESULTS.md` with its pictures, from what the parts left.
enum ResultPage {
    static let commitVariable = "POSTERN_COMMIT"

    /// Writes the page, and its pictures beside it in `results/`.
    static func write(from folder: String, to page: String) throws {
        let results = try Part.allCases.map { "\(folder)/\($0.rawValue).json" }.filter(Files.exists)
            .map { try PartResult(path: $0) }
        guard !results.isEmpty else { throw BenchmarkFailure(description: "nothing was measured in \(folder)") }
        let place = page.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let pictures = "\(place.isEmpty ? "." : place)/results"
        _ = unsafe mkdir(pictures, 0o755)
        var text = head(results) + targets(results) + "\n## Pictures\n"
        let series = results.flatMap(\.series)
        for (name, heading) in Pictures.names {
            guard let chart = Pictures.chart(name, series) else { continue }
            try Files.write(chart.svg(), to: "\(pictures)/\(name).svg")
            text += "\n### \(heading)\n\n![\(chart.title)](results/\(name).svg)\n"
        }
        text += "\n## All figures\n" + results.map(figures).joined()
        try Files.write(text, to: page)
    }

    // MARK: Head

    private static func head(_ results: [PartResult]) -> String {
        let commit = unsafe getenv(commitVariable).map { unsafe String(cString: $0) } ?? "unknown"
        let efforts = Set(results.map(\.effort))
        let warning =
            efforts == ["full"]
            ? ""
            : "\n**Parts of this were measured with `\(efforts.subtracting(["full"]).sorted().joined(separator: ", "))`"
                + " effort, on smaller stores: they show that the machinery works, and are not to be quoted.**\n"
        return """
            # Results

            Written by `Benchmarks/run`; [README.md](README.md) says what is measured and how to read it.
            \(warning)
            | | |
            | --- | --- |
            | commit | \(commit) |
            | written | \(Machine.today) |
            | machine | \(Machine.processors) processors: \(Machine.processor); Linux \(Machine.kernel) |
            | load (1, 5, 15 minutes) when a part ended | \(results.map { "\($0.part) \($0.load)" }.joined(separator: "; ")) |
            | versions | \(versions) |

            Ratios are of one run. Times are this machine's, and only to be compared within it.

            """
    }

    private static var versions: String {
        [Machine.swift, "jansson \(Jansson.version)", Machine.valgrind].filter { !$0.isEmpty }.joined(separator: ", ")
            + "; peers: those named beside their figures"
    }

    // MARK: Targets

    private static func targets(_ results: [PartResult]) -> String {
        var known: [String: (figure: Figure, effort: String)] = [:]
        for result in results {
            for figure in result.figures where !figure.key.isEmpty { known[figure.key] = (figure, result.effort) }
        }
        let rows = Target.all.map { target in
            guard let (figure, effort) = known[target.key] else {
                return "| \(target.what) | \(target.text) | not measured | – |\n"
            }
            let reached =
                (target.isReached(by: figure.value) ? "yes" : "**no**") + (effort == "full" ? "" : " (\(effort))")
            return "| \(target.what) | \(target.text) | \(NumberText.short(figure.value)) | \(reached) |\n"
        }
        return """

            ## Targets

            | what | target | measured | reached |
            | --- | --- | --- | --- |

            """ + rows.joined()
    }

    // MARK: Figures

    private static func figures(_ result: PartResult) -> String {
        var text = "\n### \(result.part)\n\n\(Part(rawValue: result.part)?.summary ?? "")"
        text += " (\(result.effort), \(NumberText.short(result.seconds.rounded())) s, \(result.finished))\n"
        var section = ""
        for figure in result.figures {
            if figure.section != section {
                section = figure.section
                text += "\n**\(section)**\n\n| what | figure | |\n| --- | ---: | --- |\n"
            }
            text += "| \(figure.name) | \(NumberText.short(figure.value)) | \(figure.unit) |\n"
        }
        for note in result.notes { text += "\n\(note)\n" }
        return text
    }
}
