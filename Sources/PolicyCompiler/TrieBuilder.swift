internal import DecisionTree

/// Builds a pattern trie: patterns by their literal prefix, each with what is left of it and a payload.
struct TrieBuilder {
    private final class Node {
        var label: [UInt8]
        var terminals: [(pieces: [Piece], payload: UInt32)] = []
        /// In the order of the first bytes of their labels.
        var children: [Node] = []

        init(label: [UInt8]) {
            self.label = label
        }

        /// Where the child is whose label begins with a byte, or where it would go.
        func place(of byte: UInt8) -> (index: Int, isThere: Bool) {
            for (index, child) in children.enumerated() where child.label[0] >= byte {
                return (index, child.label[0] == byte)
            }
            return (children.count, false)
        }
    }

    private let root = Node(label: [])
    private(set) var isEmpty = true

    /// Adds a pattern; equal patterns may have different payloads.
    mutating func insert(_ pieces: [Piece], payload: UInt32) {
        isEmpty = false
        if case .literal(let prefix) = pieces.first {
            node(for: prefix).terminals.append((Array(pieces.dropFirst()), payload))
        } else {
            root.terminals.append((pieces, payload))
        }
    }

    /// The node at the end of a path of bytes, made where it is missing.
    private func node(for path: [UInt8]) -> Node {
        var node = root
        var rest = path[...]
        while let first = rest.first {
            let (index, isThere) = node.place(of: first)
            guard isThere else {
                let leaf = Node(label: Array(rest))
                node.children.insert(leaf, at: index)
                return leaf
            }
            let child = node.children[index]
            let common = TrieBuilder.common(child.label, rest)
            if common < child.label.count { split(child, at: common) }
            node = child
            rest = rest.dropFirst(common)
        }
        return node
    }

    /// How many bytes both begin with.
    private static func common(_ label: [UInt8], _ rest: ArraySlice<UInt8>) -> Int {
        let most = min(label.count, rest.count)
        var count = 0
        while count < most, label[count] == rest[rest.startIndex + count] { count += 1 }
        return count
    }

    /// Makes a node with the first bytes of its label, above one with the others.
    private func split(_ node: Node, at count: Int) {
        let lower = Node(label: Array(node.label.dropFirst(count)))
        (lower.terminals, lower.children) = (node.terminals, node.children)
        node.label = Array(node.label.prefix(count))
        node.terminals = []
        node.children = [lower]
    }

    /// Writes the trie, children before their parents, and gives the root's offset.
    func emit(_ programs: inout ProgramWriter, into writer: inout ImageWriter) -> UInt32 {
        // What all patterns begin with is the root's own label.
        let isStep = root.terminals.isEmpty && root.children.count == 1
        return emit(isStep ? root.children[0] : root, &programs, &writer)
    }

    private func emit(_ node: Node, _ programs: inout ProgramWriter, _ writer: inout ImageWriter) -> UInt32 {
        let children = node.children.map { (byte: UInt32($0.label[0]), offset: emit($0, &programs, &writer)) }
        let terminals = node.terminals
            .map { (program: programs.emit($0.pieces, into: &writer), payload: $0.payload) }
        let offset = writer.offset
        let shape = TrieShape.words(label: node.label.count, terminals: terminals.count, children: children.count)
        for word in shape { writer.append(word) }
        writer.append(packed: node.label)
        for terminal in terminals {
            writer.append(terminal.program)
            writer.append(terminal.payload)
        }
        for child in children {
            writer.append(child.byte)
            writer.append(child.offset)
        }
        return offset
    }
}

/// Writes programs, each distinct one once an image.
struct ProgramWriter {
    private let keySymbol: (Symbols.Key) -> UInt32
    private var written: [[Piece]: UInt32] = [:]

    /// - Parameter keySymbol: gives a folded key its symbol.
    init(keySymbol: @escaping (Symbols.Key) -> UInt32) {
        self.keySymbol = keySymbol
    }

    /// Writes a program and gives its offset, or what stands for one without words.
    mutating func emit(_ pieces: [Piece], into writer: inout ImageWriter) -> UInt32 {
        if pieces.isEmpty { return UInt32(Format.Program.end) }
        if pieces.count == 1, pieces[0] == .anyRun { return UInt32(Format.Program.anything) }
        if let offset = written[pieces] { return offset }
        let words = pieces.map { operands(of: $0, &writer) }
        let offset = writer.offset
        writer.append(UInt32(pieces.count))
        for (kind, first, second) in words {
            writer.append(kind)
            writer.append(first)
            writer.append(second)
        }
        written[pieces] = offset
        return offset
    }

    private func operands(of piece: Piece, _ writer: inout ImageWriter) -> (UInt32, UInt32, UInt32) {
        switch piece {
        case .literal(let bytes): (Format.Piece.literal, writer.append(bytes: bytes), 0)
        case .anyRun: (Format.Piece.anyRun, 0, 0)
        case .anyRunInField: (Format.Piece.anyRunInField, 0, 0)
        case .anyOne: (Format.Piece.anyOne, 0, 0)
        case .anyOneInField: (Format.Piece.anyOneInField, 0, 0)
        case .variable(let key, let fallback):
            (Format.Piece.variable, keySymbol(key), fallback.map { writer.append(bytes: $0) } ?? 0)
        }
    }
}
