internal import JSONDocument

/// What `init` says when it is done.
enum InitReport {
    /// What was made and what to try next; every command comes out as its comment says.
    static func text(_ store: String) -> String {
        let style = Style.standardOutput
        let word = ShellWord.quoted(store)
        var lines = [
            style.paint("Made \(UserLine.of(store))", .bold) + ": a small company that shares documents, in "
                + Count.of(ExampleStore.files.count, "file") + ".",
            "",
            "Look at it and check it:",
            "  postern check \(word)",
            "",
            "Serve it:",
            "  export POSTERN_SOCKET=\"$PWD/postern.sock\"",
            "  postern serve --store \(word)",
            "",
            "Ask in a second terminal, with the same POSTERN_SOCKET; --explain says why:",
        ]
        for question in ExampleQuestion.all {
            let answer = question.isAllowed ? style.paint("allowed", .green) : style.paint("denied", .red)
            lines += ["  # \(answer): \(question.lesson)", "  \(question.command)"]
        }
        lines += [
            "", "Then edit a file under \(UserLine.of(store))/accounts, ask again, and look at postern status.", "",
        ]
        return lines.joined(separator: "\n")
    }

    /// The made files, for programs.
    static func json(_ store: String) -> String {
        let files = ExampleStore.files.map { JSONOutput.string("\(store)/\($0.path)") }
        return JSONOutput.object([("store", .string(store)), ("files", .array(files))]).serialized()
    }
}

/// Words for a shell.
enum ShellWord {
    /// The text as one word, quoted where a shell would see more in it.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-+:@%".utf8.contains(byte)
        }
        if plain, !text.isEmpty { return text }
        if text.unicodeScalars.contains(where: UserText.misleads) { return escaped(text) }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// `$'…'`, byte by byte where a terminal should not see what it is.
    private static func escaped(_ text: String) -> String {
        "$'"
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "'", "\\": "\\\(scalar)"
                case _ where UserText.misleads(scalar):
                    String(scalar).utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                default: String(scalar)
                }
            }.joined() + "'"
    }
}
