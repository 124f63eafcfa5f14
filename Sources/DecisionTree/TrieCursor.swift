/// Finds the entries of a pattern trie that match a text, one after the other.
@frozen
public struct TrieCursor {
    @usableFromInline var node = 0
    /// Where the node's label ends in the image, and in the text.
    @usableFromInline var end = 0
    @usableFromInline var position = 0
    @usableFromInline var terminal = 0

    /// Begins at a trie's root; 0 is an empty trie.
    @inlinable
    public init(_ root: Int, _ text: ByteView, _ image: Image) {
        if root != 0 { enter(root, text, image) }
    }

    /// Goes to a node if the text has its label next, else to none.
    @inlinable
    mutating func enter(_ candidate: Int, _ text: ByteView, _ image: Image) {
        let label = image.bytes(candidate)
        guard text.has(label, at: position) else {
            node = 0
            return
        }
        position &+= label.count
        terminal = 0
        node = candidate
        end = Format.TrieNode.end(ofLabel: label.count, at: candidate)
    }

    /// The payload of the next entry that matches; `nil` when there is no other.
    @inlinable
    public mutating func next(
        _ text: ByteView, _ image: Image, _ keyFlags: Image, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Int? {
        while node != 0 {
            // Resuming at a node costs a step again: as many as it gave payloads.
            guard scratch.spend(1) else { return nil }
            let count = image.offset(end &+ Format.TrieNode.terminalCount)
            while terminal < count {
                let at = end &+ Format.TrieNode.terminals &+ terminal &* 2
                terminal &+= 1
                guard scratch.spend(1) else { return nil }
                let program = image.offset(at)
                let isMatch =
                    program == Format.Program.anything
                    || Evaluation.matches(
                        text.dropFirst(position), program: program, of: image, keyFlags: keyFlags, view, &scratch)
                if isMatch { return image.offset(at &+ 1) }
            }
            descend(text, image, terminals: count)
        }
        return nil
    }

    /// Goes to the child whose label the text has next, or to no node.
    @inlinable
    mutating func descend(_ text: ByteView, _ image: Image, terminals: Int) {
        let count = image.offset(end &+ Format.TrieNode.childCount)
        node = 0
        guard position < text.count, count > 0 else { return }
        let children = end &+ Format.TrieNode.terminals &+ terminals &* 2
        if count == 1 { return enter(image.offset(children &+ 1), text, image) }
        var low = 0
        var high = count
        let byte = UInt32(text[position])
        while low < high {
            let middle = (low &+ high) / 2
            if image[children &+ middle &* 2] < byte { low = middle &+ 1 } else { high = middle }
        }
        guard low < count, image[children &+ low &* 2] == byte else { return }
        enter(image.offset(children &+ low &* 2 &+ 1), text, image)
    }
}
