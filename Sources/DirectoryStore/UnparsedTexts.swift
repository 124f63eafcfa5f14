/// The bytes of a file that is yet to be parsed.
enum UnparsedText: Sendable {
    case apart(AnonymousMemory, Range<Int>)
    case array([UInt8])

    /// A copy of the bytes.
    var bytes: [UInt8] {
        switch self {
        case .apart(let memory, let range): unsafe Array(memory.bytes[range])
        case .array(let bytes): bytes
        }
    }
}

/// Keeps the bytes of many files apart from everything else, in memory that goes back to the system as a whole.
///
/// Among what is made of them they would leave holes all over the heap that nothing fills again.
final class UnparsedTexts {
    private var memory: AnonymousMemory?
    private var filled = 0

    private static let chunkBytes = 1 << 20

    /// Keeps a file's bytes.
    func keep(_ bytes: [UInt8]) -> UnparsedText {
        if filled + bytes.count > memory?.byteCount ?? 0 {
            memory = AnonymousMemory(byteCount: max(bytes.count, UnparsedTexts.chunkBytes))
            filled = 0
        }
        guard let memory, !bytes.isEmpty else { return .array(bytes) }
        let range = filled..<(filled + bytes.count)
        memory.write(bytes, at: filled)
        filled = range.upperBound
        return .apart(memory, range)
    }
}
