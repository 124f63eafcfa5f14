/// A random number generator whose numbers are the same on every machine (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func chance(percent: Int) -> Bool { below(100) < percent }

    /// One of them.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// So many different ones of them, in their order.
    mutating func sample<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        var chosen: Set<Int> = []
        while chosen.count < min(count, elements.count) { chosen.insert(below(elements.count)) }
        return chosen.sorted().map { elements[$0] }
    }
}
