/// The part of a line around a place, to be shown with a caret under it.
public struct SourceExcerpt: Sendable, Hashable {
    /// At most `scalarsMax` scalars of the line, as they stand.
    public let text: String
    /// How many scalars of the text stand before the place.
    public let scalarsBefore: Int

    /// What of a longer line is shown.
    public static let scalarsMax = 100
}

/// A text by its lines, for excerpts of it.
///
/// Places that come in order cost one walk together, however long the lines are.
public struct SourceLines: Sendable {
    private let bytes: [UInt8]
    private let starts: [Int]
    /// Where the last excerpt began.
    private var last = (line: 0, column: 1, offset: 0)

    /// Takes a text, which need not be UTF-8.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        starts = [0] + bytes.indices.lazy.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    }

    /// What stands around a place; `nil` where the line is empty or there is none.
    public mutating func excerpt(at position: JSONPosition) -> SourceExcerpt? {
        guard starts.indices.contains(position.line - 1), position.column > 0 else { return nil }
        let end = position.line < starts.count ? starts[position.line] - 1 : bytes.count
        guard starts[position.line - 1] < end else { return nil }
        let first = max(1, position.column - SourceExcerpt.scalarsMax / 2)
        let start = offset(ofColumn: first, line: position.line, end: end)
        let stop = advanced(start, by: SourceExcerpt.scalarsMax, end: end)
        var text = bytes[start..<stop]
        if stop == end, text.last == 0x0D { text = text.dropLast() }
        return SourceExcerpt(text: String(decoding: text, as: UTF8.self), scalarsBefore: position.column - first)
    }

    private mutating func offset(ofColumn column: Int, line: Int, end: Int) -> Int {
        if last.line != line || last.column > column { last = (line, 1, starts[line - 1]) }
        last = (line, column, advanced(last.offset, by: column - last.column, end: end))
        return last.offset
    }

    /// The offset so many scalars on, at most the end; bytes that continue a scalar count for nothing.
    private func advanced(_ offset: Int, by count: Int, end: Int) -> Int {
        var (offset, rest) = (offset, count)
        while rest > 0, offset < end {
            offset += 1
            while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            rest -= 1
        }
        return offset
    }
}
