internal import PolicyModel

/// Prints a compiled document for people: what failing tests show.
public struct Listing {
    private let image: Image
    private let conditions: Image
    private let actionNames: [String]
    private let serviceNames: [String]
    private let keyNames: [String]
    private var lines: [String] = []

    /// Prepares to print; names by symbol, where they are known.
    public init(
        document: Image, conditions: Image, actionNames: [String] = [], serviceNames: [String] = [],
        keyNames: [String] = []
    ) {
        image = document
        self.serviceNames = serviceNames
        self.conditions = conditions
        self.actionNames = actionNames
        self.keyNames = keyNames
    }

    /// The listing, a line a node, children indented under their parent.
    public mutating func print() -> String {
        lines = []
        add(
            0,
            "document statements=\(image[Format.Document.statementCount])"
                + " allow=\(mask(Format.Document.allowMask)) deny=\(mask(Format.Document.denyMask))\(flags())")
        printIndex("deny", image.offset(Format.Document.deny))
        printIndex("allow", image.offset(Format.Document.allow))
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func add(_ depth: Int, _ text: String) {
        lines.append(String(repeating: "  ", count: depth) + text)
    }

    private func mask(_ word: Int) -> String {
        String(image.pair(word), radix: 16)
    }

    private func flags() -> String {
        let flags = image[Format.Document.flags]
        return (flags & Format.DocumentFlag.testsSessionFacts != 0 ? " testsSessionFacts" : "")
            + (flags & Format.DocumentFlag.allowsAll != 0 ? " allowsAll" : "")
            + (flags & Format.DocumentFlag.deniesOthers != 0 ? " deniesOthers" : "")
    }

    private func bytes(_ offset: Int) -> String { "`\(image.bytes(offset).text)`" }

    private func name(_ names: [String], _ symbol: UInt32) -> String {
        Int(symbol) < names.count ? names[Int(symbol)] : "#\(symbol)"
    }

    private mutating func printIndex(_ effect: String, _ index: Int) {
        guard index != 0 else { return }
        add(1, effect)
        printActions(index, depth: 2)
        let list = image.offset(index + Format.ActionIndex.notList)
        guard list != 0 else { return }
        for entry in 0..<image.offset(list) {
            let at = list + Format.NotList.entries + entry * 2
            add(2, "action not in")
            printActions(image.offset(at), depth: 3, isExclusion: true)
            printLeaf(image.offset(at + 1), depth: 3)
        }
    }

    private mutating func printActions(_ index: Int, depth: Int, isExclusion: Bool = false) {
        printTable(image.offset(index + Format.ActionIndex.exact), "action", actionNames, depth, isExclusion)
        printTable(image.offset(index + Format.ActionIndex.services), "service", serviceNames, depth, isExclusion)
        printTrie(
            "action", image.offset(index + Format.ActionIndex.trie), prefix: "", depth: depth,
            payload: isExclusion ? .nothing : .leaf)
    }

    private mutating func printTable(
        _ table: Int, _ what: String, _ names: [String], _ depth: Int, _ isExclusion: Bool
    ) {
        guard table != 0 else { return }
        for slot in 0...image.offset(table) {
            let at = table + Format.ExactTable.slots + slot * 2
            guard image[at] != Format.ExactTable.empty else { continue }
            add(depth, "\(what) \(name(names, image[at]))")
            if !isExclusion { printLeaf(image.offset(at + 1), depth: depth + 1) }
        }
    }

    private enum Payload {
        case leaf, body, nothing
    }

    private mutating func printTrie(_ what: String, _ node: Int, prefix: String, depth: Int, payload: Payload) {
        guard node != 0 else { return }
        let shape = TrieShape(at: node) { image[$0] }
        let path = prefix + image.bytes(at: shape.label, count: shape.labelCount).text.string
        for terminal in 0..<shape.terminalCount {
            let at = shape.terminals + terminal * 2
            add(depth, "\(what) `\(path)`\(program(image.offset(at)))")
            switch payload {
            case .leaf: printLeaf(image.offset(at + 1), depth: depth + 1)
            case .body: printBody(image.offset(at + 1), depth: depth + 1)
            case .nothing: break
            }
        }
        for child in 0..<shape.childCount {
            printTrie(what, image.offset(shape.children + child * 2 + 1), prefix: path, depth: depth, payload: payload)
        }
    }

    private func program(_ offset: Int) -> String {
        if offset == Format.Program.end { return "" }
        if offset == Format.Program.anything { return " then anything" }
        var text = " then"
        for piece in 0..<image.offset(offset) {
            let at = offset + 1 + piece * Format.Program.pieceSize
            switch image[at] {
            case Format.Piece.literal: text += " " + bytes(image.offset(at + 1))
            case Format.Piece.anyRun: text += " anyRun"
            case Format.Piece.anyRunInField: text += " anyRunInField"
            case Format.Piece.anyOne: text += " anyOne"
            case Format.Piece.anyOneInField: text += " anyOneInField"
            default:
                let fallback = image.offset(at + 2)
                text += " ${\(name(keyNames, image[at + 1]))\(fallback == 0 ? "" : ", \(bytes(fallback))")}"
            }
        }
        return text
    }

    private mutating func printLeaf(_ leaf: Int, depth: Int) {
        for entry in 0..<image.offset(leaf) {
            let index = image.offset(leaf + 1 + entry)
            printResources(index, depth: depth, payload: .body)
            let list = image.offset(index + Format.ResourceIndex.notList)
            guard list != 0 else { continue }
            for entry in 0..<image.offset(list) {
                let at = list + Format.NotList.entries + entry * 2
                add(depth, "resource not in")
                printResources(image.offset(at), depth: depth + 1, payload: .nothing)
                printBody(image.offset(at + 1), depth: depth + 1)
            }
        }
    }

    private mutating func printResources(_ index: Int, depth: Int, payload: Payload) {
        let any = image.offset(index + Format.ResourceIndex.any)
        if any != 0 {
            add(depth, "any resource")
            for body in 0..<image.offset(any) where payload == .body {
                printBody(image.offset(any + 1 + body), depth: depth + 1)
            }
        }
        printTrie(
            "resource", image.offset(index + Format.ResourceIndex.trie), prefix: "", depth: depth, payload: payload)
    }

    private mutating func printBody(_ body: Int, depth: Int) {
        let principal = image.offset(body + Format.Body.principal)
        add(depth, "statement \(image[body + Format.Body.statement])\(principal == 0 ? "" : principals(principal))")
        for index in 0..<image.offset(body + Format.Body.conditionCount) {
            let node = image.offset(body + Format.Body.conditions + index)
            let key = name(keyNames, conditions[node + Format.Condition.key])
            add(
                depth + 1,
                "condition #\(conditions[node]) comparison=\(conditions[node + Format.Condition.comparison])"
                    + " flags=\(conditions[node + Format.Condition.flags]) key=\(key)"
                    + " values=\(conditions[node + Format.Condition.valueCount])")
        }
    }

    private func principals(_ node: Int) -> String {
        var text = image[node + Format.Principal.isNot] == 0 ? " principal" : " principal not in"
        for entry in 0..<image.offset(node + Format.Principal.count) {
            let at = node + Format.Principal.entries + entry * 2
            text +=
                image[at] == Format.Principal.everyone ? " everyone" : " \(image[at]):\(bytes(image.offset(at + 1)))"
        }
        return text
    }
}
