import Testing

@testable import DecisionTree

/// Images side by side keep their words, whoever lives longer.
@Suite("Images share memory")
struct ImageArenaTests {
    /// Words that tell which image and which place of it they are.
    private func words(_ image: Int, count: Int) -> [UInt32] {
        (0..<count).map { UInt32(truncatingIfNeeded: image &* 65_537 &+ $0) }
    }

    private func read(_ storage: ImageStorage) -> [UInt32] {
        withExtendedLifetime(storage) { (0..<storage.image.count).map { storage.image[$0] } }
    }

    @Test
    func `images of every size keep their words, over many chunks`() {
        let arena = ImageArena()
        let counts = (0..<600).map { ($0 * 37) % 4_100 }
        let storages = counts.enumerated().map { arena.storage(words($0.offset, count: $0.element)) }
        for (image, storage) in storages.enumerated() {
            #expect(read(storage) == words(image, count: counts[image]))
            #expect(storage.byteCount == counts[image] * 4)
        }
    }

    @Test
    func `an image lives on when the arena and its neighbours are gone`() {
        var arena: ImageArena? = ImageArena()
        var storages = (0..<100).compactMap { arena?.storage(words($0, count: 64)) }
        let kept = storages[50]
        arena = nil
        storages = []
        #expect(read(kept) == words(50, count: 64))
    }

    @Test
    func `images begin where a cache line does, behind one another`() {
        let arena = ImageArena()
        let places = [3, 17, 1, 16].map { unsafe UInt(bitPattern: arena.storage(words(0, count: $0)).image.base) }
        #expect(places.allSatisfy { $0 % 64 == 0 })
        #expect(zip(places, places.dropFirst()).map { $1 - $0 } == [64, 128, 64])
    }

    @Test
    func `an image too large to share gets memory of its own`() {
        let arena = ImageArena()
        let first = arena.storage(words(0, count: 16))
        let large = arena.storage(words(1, count: 5_000))
        let second = arena.storage(words(2, count: 16))
        #expect(read(large) == words(1, count: 5_000))
        #expect(unsafe UInt(bitPattern: second.image.base) - UInt(bitPattern: first.image.base) == 64)
    }

    @Test(arguments: [-1, 0, 1])
    func `tables of two large pages, and of a word less and more, hold what they were given`(difference: Int) {
        let count = LargeMemory.pageBytes / 2 + difference
        let storage = ImageStorage(words(7, count: count))
        #expect(read(storage) == words(7, count: count))
    }
}
