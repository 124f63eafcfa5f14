internal import DecisionTree
public import PolicyModel

/// The registry of resources: a trie of patterns that leads to entries.
extension TablesBuilder {
    mutating func emit(registry entries: [RegistryInput]) -> ImageStorage {
        // Offset 0 holds the trie's root, and 1 stands for a program without words.
        var writer = ImageWriter(header: 2)
        var names: [Text: UInt32] = [:]
        var trie = TrieBuilder()
        var programs = ProgramWriter { _ in 0 }
        registryOrder = entries.indices.sorted {
            TablesBuilder.isMoreSpecific(entries[$0].pattern, than: entries[$1].pattern)
        }
        for (rank, number) in registryOrder.enumerated() {
            let entry = entries[number]
            guard let pieces = Lowering.resource(entry.pattern, expandsVariables: false, completes: false) else {
                continue
            }
            trie.insert(pieces, payload: emit(entry, rank: UInt32(rank), names: &names, into: &writer))
        }
        writer.set(0, trie.isEmpty ? 0 : trie.emit(&programs, into: &writer))
        return writer.storage()
    }

    private func emit(
        _ entry: RegistryInput, rank: UInt32, names: inout [Text: UInt32], into writer: inout ImageWriter
    ) -> UInt32 {
        let owner = writer.append(bytes: entry.owner.text.utf8)
        let tags = TablesBuilder.emit(
            tags: entry.tags ?? [], prefix: .resourceTag, symbols: symbols, names: &names, into: &writer)
        var flags: UInt32 = entry.isPolicyRequired ? Format.RegistryEntry.isPolicyRequired : 0
        if entry.tags != nil { flags |= Format.RegistryEntry.hasTags }
        let offset = writer.offset
        for word in [owner, flags, entry.policySlot ?? Format.none, tags, rank] { writer.append(word) }
        return offset
    }

    /// "A tag comes from the most specific entry" (design §3.2): the longest literal beginning, then the most literal
    /// characters, then byte order.
    public static func isMoreSpecific(_ left: Text, than right: Text) -> Bool {
        let (leftPrefix, rightPrefix) = (literalPrefix(left), literalPrefix(right))
        if leftPrefix != rightPrefix { return leftPrefix > rightPrefix }
        let (leftCount, rightCount) = (literalCount(left), literalCount(right))
        return leftCount != rightCount ? leftCount > rightCount : left < right
    }

    private static func isWildcard(_ byte: UInt8) -> Bool { byte == ASCII.star || byte == ASCII.questionMark }

    private static func literalPrefix(_ pattern: Text) -> Int {
        // A pattern without wildcards is more specific than any that merely begins with it.
        let prefix = pattern.utf8.prefix { !isWildcard($0) }.count
        return prefix == pattern.utf8.count ? .max : prefix
    }

    private static func literalCount(_ pattern: Text) -> Int {
        pattern.utf8.count { !isWildcard($0) }
    }
}
