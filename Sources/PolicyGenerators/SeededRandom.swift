/// Random numbers that a seed repeats: SplitMix64.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// Bytes that decide the first numbers, last one first.
    private var choices: [UInt8] = []

    /// The same seed gives the same numbers on every machine.
    public init(seed: UInt64) {
        state = seed
    }

    /// Numbers whose highest byte is one of `choices` each, so that a small range is decided by it; seeded from then on.
    ///
    /// A fuzzer that changes a byte thereby changes one choice.
    public init(choices: [UInt8]) {
        self.choices = choices.reversed()
        state = UInt64(choices.count)
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let bits = mixed()
        guard let choice = choices.popLast() else { return bits }
        return bits >> 8 | UInt64(choice) << 56
    }

    private mutating func mixed() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// True in `percent` of a hundred cases.
    public mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &self) < percent
    }

    /// One of the choices; there must be one.
    public mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        precondition(!choices.isEmpty, "expected something to pick from")
        return choices[Int.random(in: 0..<choices.count, using: &self)]
    }

    /// As many things as the range says.
    public mutating func several<Thing>(
        _ range: ClosedRange<Int>, _ make: (inout SeededRandom) -> Thing
    ) -> [Thing] {
        (0..<Int.random(in: range, using: &self)).map { _ in make(&self) }
    }
}
