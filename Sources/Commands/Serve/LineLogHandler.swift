internal import Glibc
internal import Logging

/// Writes each log message as one line to standard error: time, level, words, facts.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Terminal.printError(
            Self.line(
                level: event.level, message: "\(event.message)",
                metadata: metadata.merging(event.metadata ?? [:]) { $1 }, time: ISOTime.now()))
    }

    /// One line whatever the message and the facts hold.
    static func line(level: Logger.Level, message: String, metadata: Logger.Metadata, time: String) -> String {
        let facts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { " \($0.key)=\(oneLine("\($0.value)"))" }.joined()
        return "\(time) \(level.rawValue) \(oneLine(message))\(facts)"
    }

    private static func oneLine(_ text: String) -> String {
        // What only lays out the text becomes a blank, as in a paragraph; everything else is told.
        let scalars = text.unicodeScalars.map { "\n\r\t".unicodeScalars.contains($0) ? " " : $0 }
        return UserLine.of(String(String.UnicodeScalarView(scalars)))
    }
}

/// Times as logs have them.
enum ISOTime {
    /// The time now, such as `2026-11-23T21:42:07.123Z`.
    static func now() -> String {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    static func text(seconds: Int, milliseconds: Int) -> String {
        var seconds = seconds
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        let date = unsafe [padded(parts.tm_year + 1_900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2)]
        let clock = unsafe [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "."
            + padded(CInt(milliseconds), 3) + "Z"
    }

    private static func padded(_ number: CInt, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
