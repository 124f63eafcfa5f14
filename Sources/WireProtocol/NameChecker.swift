internal import DecisionTree
internal import PolicyModel

/// Finds a name that an object has twice, at a bounded cost.
///
/// Few names are compared with each other. Many go through a hash table; should its probes run long, because somebody
/// chose the names for that, they are sorted instead. So n names of length L never cost more than O(L · n log n).
struct NameChecker: ~Copyable {
    /// Objects of up to so many members are checked pair by pair.
    static let pairwiseMax = 8
    /// Probes a name may take on average before sorting takes over.
    static let probesPerName = 8

    /// The check's number in the upper half and a token's index in the lower; an older number means empty.
    private var slots = TrivialBuffer<UInt64>(capacity: 64)
    private var check: UInt32 = 0
    private var sorted = TrivialBuffer<UInt32>(capacity: 16)

    /// The token of a name of an object that equals another name of it; `nil` when all differ.
    mutating func repeatedName(
        of object: Int, in tokens: borrowing TrivialBuffer<JSONToken>, foldsCase: Bool
    ) -> Int? {
        if tokens[object].count <= NameChecker.pairwiseMax {
            return pairwise(object, tokens, foldsCase)
        }
        switch hashed(object, tokens, foldsCase) {
        case .none: return nil
        case .found(let name): return name
        case .tooManyProbes: return bySorting(object, tokens, foldsCase)
        }
    }

    private func pairwise(_ object: Int, _ tokens: borrowing TrivialBuffer<JSONToken>, _ foldsCase: Bool) -> Int? {
        let end = Int(tokens[object].next)
        var name = object + 1
        while name < end {
            var earlier = object + 1
            while earlier < name {
                if equal(tokens[earlier].text, tokens[name].text, foldsCase) { return name }
                earlier = Int(tokens[earlier + 1].next)
            }
            name = Int(tokens[name + 1].next)
        }
        return nil
    }

    private enum Outcome { case none, found(Int), tooManyProbes }

    private mutating func hashed(
        _ object: Int, _ tokens: borrowing TrivialBuffer<JSONToken>, _ foldsCase: Bool
    ) -> Outcome {
        let count = Int(tokens[object].count)
        let mask = beginCheck(count)
        var probes = count * NameChecker.probesPerName
        let end = Int(tokens[object].next)
        var name = object + 1
        while name < end {
            let text = tokens[name].text
            var slot = Int(text.foldedHash) & mask
            while slots[slot] >> 32 == UInt64(check) {
                if equal(tokens[Int(slots[slot] & 0xFFFF_FFFF)].text, text, foldsCase) { return .found(name) }
                probes -= 1
                guard probes > 0 else { return .tooManyProbes }
                slot = (slot + 1) & mask
            }
            slots[slot] = UInt64(check) << 32 | UInt64(name)
            name = Int(tokens[name + 1].next)
        }
        return .none
    }

    /// Makes room for twice as many names, forgets earlier ones, and gives the mask of slot numbers.
    private mutating func beginCheck(_ count: Int) -> Int {
        var size = 64
        while size < count * 2 { size *= 2 }
        if slots.count < size { slots.resize(to: size, with: 0) }
        if check == .max {
            for slot in 0..<slots.count { slots[slot] = 0 }
            check = 0
        }
        check += 1
        return size - 1
    }

    private mutating func bySorting(
        _ object: Int, _ tokens: borrowing TrivialBuffer<JSONToken>, _ foldsCase: Bool
    ) -> Int? {
        sorted.truncate(to: 0)
        let end = Int(tokens[object].next)
        var name = object + 1
        while name < end {
            sorted.append(UInt32(name))
            name = Int(tokens[name + 1].next)
        }
        heapSort(tokens, foldsCase)
        for position in 1..<sorted.count {
            let (left, right) = (tokens[Int(sorted[position - 1])].text, tokens[Int(sorted[position])].text)
            if equal(left, right, foldsCase) { return Int(max(sorted[position - 1], sorted[position])) }
        }
        return nil
    }

    private mutating func heapSort(_ tokens: borrowing TrivialBuffer<JSONToken>, _ foldsCase: Bool) {
        for root in stride(from: sorted.count / 2 - 1, through: 0, by: -1) {
            sift(root, sorted.count, tokens, foldsCase)
        }
        for end in stride(from: sorted.count - 1, to: 0, by: -1) {
            (sorted[0], sorted[end]) = (sorted[end], sorted[0])
            sift(0, end, tokens, foldsCase)
        }
    }

    /// Moves the name at `root` down until no child of it, below `end`, is greater.
    private mutating func sift(
        _ root: Int, _ end: Int, _ tokens: borrowing TrivialBuffer<JSONToken>, _ foldsCase: Bool
    ) {
        func isLess(_ left: UInt32, _ right: UInt32) -> Bool {
            less(tokens[Int(left)].text, tokens[Int(right)].text, foldsCase)
        }
        var parent = root
        while parent * 2 + 1 < end {
            var child = parent * 2 + 1
            if child + 1 < end, isLess(sorted[child], sorted[child + 1]) { child += 1 }
            guard isLess(sorted[parent], sorted[child]) else { return }
            (sorted[parent], sorted[child]) = (sorted[child], sorted[parent])
            parent = child
        }
    }

    @inline(__always)
    private func equal(_ left: ByteView, _ right: ByteView, _ foldsCase: Bool) -> Bool {
        guard left.count == right.count else { return false }
        return foldsCase ? left.equalsFolded(right) : left.equals(right)
    }

    private func less(_ left: ByteView, _ right: ByteView, _ foldsCase: Bool) -> Bool {
        guard left.count == right.count else { return left.count < right.count }
        for index in 0..<left.count {
            let (one, other) =
                foldsCase
                ? (ASCII.lowercased(left[index]), ASCII.lowercased(right[index])) : (left[index], right[index])
            if one != other { return one < other }
        }
        return false
    }
}
