internal import Glibc

/// Cuts what a descriptor gives into lines, and never holds more than one line and one reading.
struct LineReader: ~Copyable {
    /// A line without its end.
    enum Line: Equatable {
        case whole([UInt8])
        /// A line that went on for longer than anything is read; it has been passed over.
        case tooLong
    }

    /// Bytes of one reading.
    private static let chunkBytes = 64 * 1024
    private let source: (inout [UInt8]) throws(FileProblem) -> Int
    private let lineBytesMax: Int
    private var chunk: [UInt8]
    private var unread = 0..<0
    private var line: [UInt8] = []
    private var isPassingOver = false
    private var isAtEnd = false

    /// Reads from a descriptor, which somebody else closes.
    init(descriptor: CInt, path: String, lineBytesMax: Int) {
        self.init(lineBytesMax: lineBytesMax) { (chunk: inout [UInt8]) throws(FileProblem) -> Int in
            while true {
                let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
                if count < 0, errno == EINTR { continue }
                guard count >= 0 else { throw FileProblem(path: path, code: errno) }
                return count
            }
        }
    }

    /// Reads from what fills a chunk and says how much of it; 0 is the end.
    init(lineBytesMax: Int, source: @escaping (inout [UInt8]) throws(FileProblem) -> Int) {
        self.lineBytesMax = lineBytesMax
        self.source = source
        chunk = [UInt8](repeating: 0, count: LineReader.chunkBytes)
    }

    /// Whether the next line may have to be waited for.
    var isDry: Bool { unread.isEmpty }

    /// The next line; `nil` when there is none.
    ///
    /// - Parameter beforeWaiting: called before each reading: what was written so far can be handed on.
    mutating func next(beforeWaiting: () -> Void) throws(FileProblem) -> Line? {
        while true {
            if let end = chunk[unread].firstIndex(of: 0x0A) { return finish(at: end) }
            keep(chunk[unread])
            unread = 0..<0
            if isAtEnd { return last() }
            beforeWaiting()
            let count = try source(&chunk)
            unread = 0..<count
            isAtEnd = count == 0
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        guard !isPassingOver, line.count + bytes.count <= lineBytesMax else {
            isPassingOver = isPassingOver || !bytes.isEmpty
            line = []
            return
        }
        line += bytes
    }

    private mutating func finish(at end: Int) -> Line {
        keep(chunk[unread.lowerBound..<end])
        unread = end + 1..<unread.upperBound
        return take()
    }

    /// What stands behind the last line feed.
    private mutating func last() -> Line? {
        isPassingOver || !line.isEmpty ? take() : nil
    }

    private mutating func take() -> Line {
        defer { (line, isPassingOver) = ([], false) }
        return isPassingOver ? .tooLong : .whole(line)
    }
}
