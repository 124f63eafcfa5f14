internal import DecisionTree
internal import PolicyModel

/// Walks a JSON text that is as plain as almost every message: ASCII strings without escapes, whole numbers, `true` and
/// `false`.
///
/// It reads no more than a tokenizer would have to, and gives up (`nil`, `false`) at the first byte that asks for a second
/// look; `JSONTape` then reads the text from its beginning. What it takes, `JSONTape` takes as well, and as the same.
@safe
struct PlainReader {
    // INVARIANT: `base` has `count` readable bytes for as long as the reader is used; `index` never passes `count`.
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private var index = 0

    /// What comes behind a member or an element.
    enum Next {
        case another, end, neither
    }

    /// A reader of a text; `nil` for none.
    init?(_ text: ByteView) {
        guard let base = unsafe text.baseAddress, text.count > 0 else { return nil }
        unsafe self.base = base
        count = text.count
    }

    /// The byte here; 0, which is never in its place anywhere, behind the end.
    @inline(__always)
    var peek: UInt8 { unsafe index < count ? base[index] : 0 }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool {
        mutating get {
            skipBlanks()
            return index == count
        }
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while index < count {
            let byte = unsafe base[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index &+= 1
        }
    }

    /// Takes a byte if it is the next one that is no blank.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard peek == byte else { return false }
        index &+= 1
        return true
    }

    /// Takes the comma behind a member or an element, or the byte that closes what it is in.
    @inline(__always)
    mutating func next(closing byte: UInt8) -> Next {
        skipBlanks()
        let found = peek
        guard found == UInt8(ascii: ",") || found == byte else { return .neither }
        index &+= 1
        return found == byte ? .end : .another
    }

    /// Takes a member's name and its colon; `nil` for one that is empty.
    @inline(__always)
    mutating func name() -> ByteView? {
        guard let name = string(), take(UInt8(ascii: ":")) else { return nil }
        return name
    }

    /// Takes a string; `nil` for one that is empty.
    @inline(__always)
    mutating func string() -> ByteView? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while index &+ 8 <= count {
            let marks = unsafe PlainReader.marks(
                UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self).littleEndian)
            if marks != 0 {
                index &+= marks.trailingZeroBitCount >> 3
                return end(of: start)
            }
            index &+= 8
        }
        while index < count, unsafe PlainReader.isPlain(base[index]) { index &+= 1 }
        return index < count ? end(of: start) : nil
    }

    /// The string that began at `start`, if a quote ends it here.
    @inline(__always)
    private mutating func end(of start: Int) -> ByteView? {
        guard unsafe base[index] == UInt8(ascii: "\""), index > start else { return nil }
        let view = unsafe ByteView(base: base + start, count: index &- start)
        index &+= 1
        return view
    }

    /// The highest bit of the first byte that is no plain character; bits above it may be false.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ ones &* 0x22
        let backslashes = word ^ ones &* 0x5C
        let found =
            (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word | word
        return found & ones << 7
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C }

    /// Takes a string, a whole number of at most 18 digits, `true` or `false`, as its text.
    @inline(__always)
    mutating func scalar() -> ByteView? {
        skipBlanks()
        if peek == UInt8(ascii: "\"") { return string() }
        return unquoted()
    }

    private mutating func unquoted() -> ByteView? {
        let start = index
        switch peek {
        case UInt8(ascii: "t"): return word("true") ? slice(from: start) : nil
        case UInt8(ascii: "f"): return word("false") ? slice(from: start) : nil
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if peek == UInt8(ascii: "-") { index &+= 1 }
            let first = index
            while ASCII.isDigit(peek) { index &+= 1 }
            let digits = index &- first
            guard digits > 0, digits <= 18 else { return nil }
            guard digits == 1 || slice(first, index)[0] != UInt8(ascii: "0") else { return nil }
            // A fraction or an exponent is another reader's.
            switch peek {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20: return slice(from: start)
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard length <= count &- index, slice(index, index &+ length).equals(word) else { return false }
        index &+= length
        return true
    }

    private func slice(from start: Int) -> ByteView { slice(start, index) }

    private func slice(_ start: Int, _ end: Int) -> ByteView {
        unsafe ByteView(base: base + start, count: end &- start)
    }
}
