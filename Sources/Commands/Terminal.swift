internal import Glibc
internal import JSONDocument

/// Standard output and error, written at once and without a buffer that a signal could lose.
enum Terminal {
    /// Writes a line to standard output.
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    /// Writes text as it is to standard output.
    static func printRaw(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes a line to standard error.
    static func printError(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    /// Writes text as it is to standard error.
    static func printErrorRaw(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Says on standard error, in one line, what went wrong.
    static func complain(_ message: String) {
        printError(Style.standardError.paint("postern:", .bold) + " " + UserLine.of(message))
    }

    private static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A reader that has gone has heard enough.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Text of files, messages and names on one line of a terminal, over which it has no power.
enum UserLine {
    static func of(_ text: String) -> String { UserText.oneLine(text) }

    /// JSON on one line, and still JSON: what could mislead stands in its strings, and becomes an escape of theirs.
    static func json(_ value: JSONOutput) -> String {
        value.serialized().unicodeScalars.reduce(into: "") { result, scalar in
            guard UserText.misleads(scalar) else { return result.unicodeScalars.append(scalar) }
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
    }
}

/// Colours for people: only on a terminal, and never where `NO_COLOR` is set.
struct Style {
    let isColoured: Bool

    static let standardOutput = Style(descriptor: STDOUT_FILENO)
    static let standardError = Style(descriptor: STDERR_FILENO)

    init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    private init(descriptor: CInt) {
        let refuses =
            !(EnvironmentVariable.value("NO_COLOR") ?? "").isEmpty || EnvironmentVariable.value("TERM") == "dumb"
        isColoured = isatty(descriptor) == 1 && !refuses
    }

    /// What the escape sequences of terminals say.
    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case bold = "1"
        case dim = "2"
    }

    func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// The process's environment.
enum EnvironmentVariable {
    static func value(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// Numbers for people.
enum Count {
    /// `1 document`, `1,498 documents`.
    static func of(_ count: Int, _ noun: String) -> String {
        "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
