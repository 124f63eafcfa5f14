internal import CPrefetch

// Bringing memory nearer before it is read: what is begun for the next questions of a call, its last ones do not wait for.
extension Image {
    /// Begins to fetch the cache line of a word; nothing for an offset that the image does not have.
    public func prefetch(_ offset: Int) {
        guard offset >= 0, offset < count else { return }
        unsafe cprefetch_read(base + offset)
    }
}

extension SymbolTable {
    /// Begins to fetch where the probe for a name with a hash begins.
    public func prefetchSlot(_ hash: UInt32) { image.prefetch(2 &+ Int(hash & image[0]) &* 2) }

    /// The first entry whose name has the hash, whose line it begins to fetch; `nil` when there is none.
    ///
    /// It may be another name's: whoever uses it as a guess compares the bytes.
    public func prefetchEntry(_ hash: UInt32) -> Int? {
        let mask = image[0]
        var position = hash & mask
        // At half load an empty slot ends every probe.
        while true {
            let slot = image.pair(2 &+ Int(position) &* 2)
            let offset = Int(slot >> 32)
            guard offset != 0 else { return nil }
            if UInt32(truncatingIfNeeded: slot) == hash {
                image.prefetch(offset)
                // A name of the usual length ends in the line behind it.
                image.prefetch(offset &+ Format.cacheLineWords)
                return offset
            }
            position = (position &+ 1) & mask
        }
    }
}

extension Format {
    /// Words of a cache line of the processors that servers have.
    static let cacheLineWords = 16
}
