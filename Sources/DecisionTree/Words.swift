/// Bytes eight at a time: what comparing, searching and hashing are made of.
///
/// A word has the first of its bytes lowest, on every machine. Callers vouch that the bytes are there; no byte beyond
/// them is read.
@usableFromInline
enum Words {
    /// Every byte's lowest bit.
    @inlinable static var ones: UInt64 { 0x0101_0101_0101_0101 }
    /// Every byte's highest bit.
    @inlinable static var tops: UInt64 { 0x8080_8080_8080_8080 }

    @inlinable
    @inline(__always)
    static func load(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> UInt64 {
        unsafe UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self).littleEndian
    }

    @inlinable
    @inline(__always)
    static func loadHalf(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> UInt64 {
        unsafe UInt64(UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt32.self).littleEndian)
    }

    /// One to seven bytes as a word filled up with zeros.
    @inlinable
    @inline(__always)
    static func loadFew(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        if count >= 4 {
            // Two halves that overlap.
            return unsafe loadHalf(bytes, 0) | loadHalf(bytes, count - 4)
                << UInt64(truncatingIfNeeded: (count - 4) &* 8)
        }
        // First, middle and last are all of one to three bytes.
        let middle = count >> 1
        return unsafe UInt64(bytes[0]) | UInt64(bytes[middle]) << UInt64(truncatingIfNeeded: middle &* 8)
            | UInt64(bytes[count - 1]) << UInt64(truncatingIfNeeded: (count - 1) &* 8)
    }

    /// Whether as many bytes are the same; there is at least one.
    @inlinable
    @inline(__always)
    static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 8 else { return unsafe loadFew(left, count) == loadFew(right, count) }
        let last = count &- 8
        // The last eight first, for names differ at their end; they may be compared in part twice.
        guard unsafe load(left, last) == load(right, last) else { return false }
        var index = 0
        while index < last {
            guard unsafe load(left, index) == load(right, index) else { return false }
            index &+= 8
        }
        return true
    }

    /// Whether as many bytes are the same without ASCII case; there is at least one.
    @inlinable
    static func areFoldedEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 8 else { return unsafe folded(loadFew(left, count)) == folded(loadFew(right, count)) }
        let last = count &- 8
        var index = 0
        while index < last {
            guard unsafe folded(load(left, index)) == folded(load(right, index)) else { return false }
            index &+= 8
        }
        return unsafe folded(load(left, last)) == folded(load(right, last))
    }

    /// The same where the right side has no upper case.
    @inlinable
    @inline(__always)
    static func isEqual(_ left: UnsafePointer<UInt8>, folded right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard count >= 8 else { return unsafe folded(loadFew(left, count)) == loadFew(right, count) }
        let last = count &- 8
        guard unsafe folded(load(left, last)) == load(right, last) else { return false }
        var index = 0
        while index < last {
            guard unsafe folded(load(left, index)) == load(right, index) else { return false }
            index &+= 8
        }
        return true
    }

    /// The place of a byte in a range that is not empty.
    @inlinable
    static func firstIndex(of byte: UInt8, _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
        var index = start
        while index &+ 8 <= end {
            let found = unsafe places(of: byte, in: load(bytes, index))
            if found != 0 { return index &+ found.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < end {
            if unsafe bytes[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// Mixes bytes into a hash, without ASCII case; there is at least one.
    @inlinable
    @inline(__always)
    static func mixFolded(_ bytes: UnsafePointer<UInt8>, _ count: Int, into hash: inout UInt64) {
        guard count >= 8 else { return hash = unsafe mixed(hash, folded(loadFew(bytes, count))) }
        let last = count &- 8
        var index = 0
        while index < last {
            hash = unsafe mixed(hash, folded(load(bytes, index)))
            index &+= 8
        }
        hash = unsafe mixed(hash, folded(load(bytes, last)))
    }

    /// Mixes bytes into a hash; there is at least one.
    @inlinable
    @inline(__always)
    static func mix(_ bytes: UnsafePointer<UInt8>, _ count: Int, into hash: inout UInt64) {
        guard count >= 8 else { return hash = unsafe mixed(hash, loadFew(bytes, count)) }
        let last = count &- 8
        var index = 0
        while index < last {
            hash = unsafe mixed(hash, load(bytes, index))
            index &+= 8
        }
        hash = unsafe mixed(hash, load(bytes, last))
    }

    // MARK: Within a word

    /// The bytes with ASCII's upper case as lower case.
    @inlinable
    @inline(__always)
    static func folded(_ word: UInt64) -> UInt64 {
        let low = word & ~tops
        // The highest bit of a byte says that it is at least `A`, and then that it is beyond `Z`.
        let fromA = low &+ ones &* (0x80 - 0x41)
        let beyondZ = low &+ ones &* (0x80 - 0x5B)
        let isUpper = (fromA ^ beyondZ) & ~word & tops
        return word | isUpper >> 2
    }

    /// The highest bit of each byte that is `byte`.
    @inlinable
    @inline(__always)
    static func places(of byte: UInt8, in word: UInt64) -> UInt64 {
        let differences = word ^ ones &* UInt64(byte)
        return ~(((differences & ~tops) &+ ~tops) | differences) & tops
    }

    /// A word mixed into a hash: both halves of a product depend on every bit.
    @inlinable
    @inline(__always)
    static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
