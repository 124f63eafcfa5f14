internal import CLinux

/// Memory of this process alone, behind no file, that is filled once and then cannot be written to.
///
/// INVARIANT: each part is filled by whoever made it, before anybody else knows that part; from `seal` on it stays as it
/// is.
@safe
final class AnonymousMemory: @unchecked Sendable {  // Immutable once it is shared, by the invariant.
    private let base: UnsafeMutableRawPointer
    let byteCount: Int

    /// Zeroed memory; `nil` when the system has none to give, and for no bytes.
    ///
    /// - Parameter isFilledNow: whether all of it is about to be filled, so that it had better be there at once.
    init?(byteCount: Int, isFilledNow: Bool = false) {
        guard byteCount > 0, let base = unsafe clinux_memory_map(byteCount) else { return nil }
        if isFilledNow { unsafe clinux_memory_populate(base, byteCount) }
        unsafe self.base = base
        self.byteCount = byteCount
    }

    deinit { unsafe clinux_memory_unmap(base, byteCount) }

    /// Reads on in a file until the memory is full or the file ends; gives how many bytes it has taken.
    func read(from descriptor: Descriptor) throws(FileFailure) -> Int {
        var filled = 0
        while filled < byteCount {
            let part = unsafe clinux_read(descriptor.number, base + filled, byteCount - filled)
            guard part >= 0 else { throw FileFailure(code: CInt(truncatingIfNeeded: -part)) }
            if part == 0 { break }
            filled += part
        }
        return filled
    }

    /// Reads what there is at a place in a file, into the beginning; gives how many bytes it has taken, at most as many as fit.
    func read(from descriptor: Descriptor, at place: UInt64, bytesMax: Int) throws(FileFailure) -> Int {
        let count = unsafe clinux_read_at(descriptor.number, base, min(bytesMax, byteCount), place)
        guard count >= 0 else { throw FileFailure(code: CInt(truncatingIfNeeded: -count)) }
        return count
    }

    /// Fills a part that nobody else knows yet.
    func write(_ bytes: [UInt8], at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= byteCount, "memory is written to where it is")
        unsafe bytes.withUnsafeBytes { source in
            guard let first = source.baseAddress else { return }
            unsafe (base + offset).copyMemory(from: first, byteCount: source.count)
        }
    }

    /// Takes away the right to write to it; `false` when the system refuses.
    func seal() -> Bool { unsafe clinux_memory_seal(base, byteCount) >= 0 }

    /// The bytes, to be read while the memory lives.
    @unsafe
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: byteCount) }
}
