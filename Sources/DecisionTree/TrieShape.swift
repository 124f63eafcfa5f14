/// What a node of a trie consists of, and where (`Format.TrieNode`).
@frozen
public struct TrieShape: BitwiseCopyable, Sendable {
    /// Where the bytes of the label begin.
    public let label: Int
    /// How many bytes the label has.
    public let labelCount: Int
    /// How many patterns end their literal prefix here.
    public let terminalCount: Int
    /// How many children there are.
    public let childCount: Int

    /// Reads the shape of a node; whoever asks for it says what the words are.
    @inlinable
    @inline(__always)
    public init(at node: Int, _ word: (Int) -> UInt32) {
        let shape = word(node)
        guard shape == Format.TrieNode.wide else {
            label = node &+ 1
            labelCount = Int(shape) & Format.TrieNode.labelMax
            terminalCount = Int(shape >> 16) & Format.TrieNode.terminalsMax
            childCount = Int(shape >> 24)
            return
        }
        label = node &+ 4
        labelCount = Int(word(node &+ 1))
        terminalCount = Int(word(node &+ 2))
        childCount = Int(word(node &+ 3))
    }

    /// Where the terminals begin, two words each.
    @inlinable
    public var terminals: Int { label &+ (labelCount &+ 3) >> 2 }

    /// Where the children begin, two words each.
    @inlinable
    public var children: Int { terminals &+ terminalCount &* 2 }

    /// The words that say it.
    public static func words(label: Int, terminals: Int, children: Int) -> [UInt32] {
        guard label <= Format.TrieNode.labelMax, terminals <= Format.TrieNode.terminalsMax,
            children <= Format.TrieNode.childrenMax
        else { return [Format.TrieNode.wide, UInt32(label), UInt32(terminals), UInt32(children)] }
        return [UInt32(label) | UInt32(terminals) << 16 | UInt32(children) << 24]
    }
}
