internal import PolicyModel

/// What the colons of a resource say of it: whether it is an ARN, and where its account stands.
@frozen
public struct ARNShape: Sendable, BitwiseCopyable {
    /// Whether it is `arn:` with six fields of which partition and service are not empty.
    public private(set) var isARN = false
    /// Where the fifth field begins.
    @usableFromInline var accountStart = 0
    /// Where it ends.
    @usableFromInline var accountEnd = 0

    /// Looks at a text once, up to its fifth colon.
    public init(_ text: ByteView) {
        // Not shorter than eight bytes, so there is a base; `arn:` is its first half word.
        guard text.count >= 8, let base = unsafe text.baseAddress, unsafe Words.loadHalf(base, 0) == 0x3A6E_7261 else {
            return
        }
        // The ends of the fields before; the first is that of `arn`.
        var colons = 0
        var last = 3
        var index = 4
        while index < text.count {
            var found = unsafe Words.places(of: ASCII.colon, in: ARNShape.word(base, index, text.count))
            while found != 0 {
                let colon = index &+ found.trailingZeroBitCount >> 3
                colons &+= 1
                switch colons {
                // Neither partition nor service may be empty.
                case 1, 2: guard colon > last &+ 1 else { return }
                case 3: break
                default:
                    (accountStart, accountEnd) = (last &+ 1, colon)
                    isARN = true
                    return
                }
                last = colon
                found &= found &- 1
            }
            index &+= 8
        }
    }

    /// Eight bytes from `index`, or what is left of them.
    @inline(__always)
    private static func word(_ base: UnsafePointer<UInt8>, _ index: Int, _ count: Int) -> UInt64 {
        let left = count &- index
        return unsafe left >= 8 ? Words.load(base, index) : Words.loadFew(base + index, left)
    }

    /// The account, if the fifth field is twelve digits; else no bytes.
    @inlinable
    public func account(of text: ByteView) -> ByteView {
        guard accountEnd - accountStart == 12 else { return ByteView() }
        let field = text.slice(accountStart, accountEnd)
        return field.isDigits ? field : ByteView()
    }
}
