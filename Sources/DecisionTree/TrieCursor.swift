/// Finds the entries of a pattern trie that match a text, one after the other.
@frozen
public struct TrieCursor {
    /// The offset of the next terminal of the node, and how many are left; behind them are its children.
    @usableFromInline var terminal = 0
    @usableFromInline var terminalsLeft = 0
    @usableFromInline var childCount = 0
    /// Where the node's label ends in the text.
    @usableFromInline var position = 0
    @usableFromInline var isAtNode = false

    /// Begins at a trie's root; 0 is an empty trie.
    @inlinable
    public init(_ root: Int, _ text: ByteView, _ image: Image) {
        if root != 0 { enter(root, text, image) }
    }

    /// Goes to a node if the text has its label next, else to none.
    @inlinable
    mutating func enter(_ node: Int, _ text: ByteView, _ image: Image) {
        let shape = TrieShape(at: node) { image[$0] }
        guard text.has(image.bytes(at: shape.label, count: shape.labelCount), at: position) else {
            isAtNode = false
            return
        }
        isAtNode = true
        position &+= shape.labelCount
        (terminal, terminalsLeft, childCount) = (shape.terminals, shape.terminalCount, shape.childCount)
    }

    /// The payload of the next entry that matches; `nil` when there is no other.
    @inlinable
    public mutating func next(
        _ text: ByteView, _ image: Image, _ keyFlags: Image, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Int? {
        while isAtNode {
            // Resuming at a node costs a step again: as many as it gave payloads.
            guard scratch.spend(1) else { return nil }
            while terminalsLeft > 0 {
                let at = terminal
                terminal &+= 2
                terminalsLeft &-= 1
                guard scratch.spend(1) else { return nil }
                let program = image.offset(at)
                let isMatch =
                    program == Format.Program.anything
                    || Evaluation.matches(
                        text.dropFirst(position), program: program, of: image, keyFlags: keyFlags, view, &scratch)
                if isMatch { return image.offset(at &+ 1) }
            }
            descend(text, image)
        }
        return nil
    }

    /// Goes to the child whose label the text has next, or to no node.
    @inlinable
    mutating func descend(_ text: ByteView, _ image: Image) {
        isAtNode = false
        guard position < text.count, childCount > 0 else { return }
        let children = terminal
        if childCount == 1 { return enter(image.offset(children &+ 1), text, image) }
        var low = 0
        var high = childCount
        let byte = UInt32(text[position])
        while low < high {
            let middle = (low &+ high) / 2
            if image[children &+ middle &* 2] < byte { low = middle &+ 1 } else { high = middle }
        }
        guard low < childCount, image[children &+ low &* 2] == byte else { return }
        enter(image.offset(children &+ low &* 2 &+ 1), text, image)
    }
}
