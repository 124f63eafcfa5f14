/// Where lines go.
public protocol DecisionSink: AnyObject {
    /// Writes bytes; gives how many of them were written, fewer than all when that failed.
    func write(_ bytes: [UInt8]) -> Int
}

/// The reading end of all rings of a log: owned by the one thread that writes.
public struct DecisionDrain: ~Copyable {
    private let log: DecisionLog
    private let sink: any DecisionSink
    private var lines = DecisionLines()
    /// Whether the last write ended within a line.
    private var isLineOpen = false

    /// Lines are written as soon as there is this much of them.
    private static let bytesBeforeWriting = 64 * 1024

    /// A drain of a log that writes to a sink.
    public init(_ log: DecisionLog, to sink: any DecisionSink) {
        self.log = log
        self.sink = sink
    }

    /// Writes what the rings hold now; gives how many records that were.
    public mutating func run() -> Int {
        var count = 0
        for ring in log.rings {
            count += take(ring)
        }
        write()
        return count
    }

    private mutating func take(_ ring: DecisionRing) -> Int {
        ring.take { record in
            lines.append(record) { log.revision($0) }
            if lines.bytes.count >= DecisionDrain.bytesBeforeWriting { write() }
        }
    }

    /// Writes the lines; those that the sink does not take are lost and counted.
    private mutating func write() {
        guard lines.count > 0 else { return }
        // What a failed write left of a line stays alone on its line.
        let bytes = isLineOpen ? [UInt8(ascii: "\n")] + lines.bytes : lines.bytes
        let taken = bytes[..<min(max(sink.write(bytes), 0), bytes.count)]
        let written = taken.count == bytes.count ? lines.count : max(0, newlines(taken) - (isLineOpen ? 1 : 0))
        log.count(written: written, failed: lines.count - written)
        if let last = taken.last { isLineOpen = last != UInt8(ascii: "\n") }
        lines.removeAll()
    }

    private func newlines(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 == UInt8(ascii: "\n") } }
}
