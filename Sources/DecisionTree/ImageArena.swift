internal import CPrefetch

/// Room for many small images side by side, so that walks from one to the next stay on few pages.
///
/// Documents that are compiled together are asked together: apart, each would lie on a page of its own, and a question
/// would wait for the page's address before it waits for the document. Used by one thread at a time; what it gives may
/// be read by any.
public final class ImageArena {
    private var chunk: ImageChunk?
    /// Words of the chunk that are given away.
    private var used = 0
    /// Words of all chunks so far: small stores take little, large ones whole large pages.
    private var total = 0

    /// How large chunks are at the least and at the most: what is alive in one keeps all of it.
    private static let wordsMin = 16 << 10
    private static let wordsMax = LargeMemory.pageBytes / 4
    /// A cache line: the head of an image is read at once.
    fileprivate static let alignmentWords = 16

    /// An arena that has taken no memory yet.
    public init() {}

    /// Copies the words of an image; one that fills a good part of a chunk gets memory of its own.
    public func storage(_ words: [UInt32]) -> ImageStorage {
        guard words.count <= ImageArena.wordsMin / 4 else { return ImageStorage(words) }
        let start = (used + ImageArena.alignmentWords - 1) / ImageArena.alignmentWords * ImageArena.alignmentWords
        if let chunk, start + words.count <= chunk.count {
            used = start + words.count
            return chunk.storage(words, at: start)
        }
        let next = ImageChunk(words: min(max(total, ImageArena.wordsMin), ImageArena.wordsMax))
        (chunk, used, total) = (next, words.count, total + next.count)
        return next.storage(words, at: 0)
    }
}

/// Memory that several images share, and that lives as long as one of them.
///
/// INVARIANT: a part is written once, before anybody knows of it, and never after.
@safe
private final class ImageChunk: @unchecked Sendable {  // Parts are immutable once they are shared.
    private let base: UnsafeMutablePointer<UInt32>
    private let large: LargeMemory?
    let count: Int

    init(words: Int) {
        (count, large) = (words, LargeMemory(words: words))
        unsafe base =
            large?.base
            ?? UnsafeMutableRawPointer.allocate(byteCount: words * 4, alignment: ImageArena.alignmentWords * 4)
            .bindMemory(to: UInt32.self, capacity: words)
    }

    deinit {
        if large == nil { unsafe base.deallocate() }
    }

    func storage(_ words: [UInt32], at start: Int) -> ImageStorage {
        precondition(start >= 0 && start + words.count <= count, "an image is put where there is room")
        unsafe (base + start).update(from: words, count: words.count)
        return unsafe ImageStorage(base: base + start, count: words.count, owner: self)
    }
}

/// Memory by itself, in the large pages of a processor as far as it fills them.
///
/// Of tables larger than a large page a walk reads here and there: on small pages it would wait for addresses as often as
/// for words.
@safe
final class LargeMemory: @unchecked Sendable {  // Whoever writes to it is the only one who knows it.
    @unsafe let base: UnsafeMutablePointer<UInt32>
    private let byteCount: Int

    /// How large those pages are.
    static let pageBytes = 2 << 20

    /// Zeroed memory for so many words; `nil` where they fill no large page, and when there is none to have.
    init?(words: Int) {
        guard words >= LargeMemory.pageBytes / 4,
            let memory = unsafe cprefetch_map(words * 4, LargeMemory.pageBytes)
        else { return nil }
        unsafe base = memory.bindMemory(to: UInt32.self, capacity: words)
        byteCount = words * 4
    }

    deinit { unsafe cprefetch_unmap(base, byteCount, LargeMemory.pageBytes) }
}
