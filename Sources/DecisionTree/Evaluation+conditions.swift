internal import PolicyModel

/// Conditions: the rules of spec §4 and §5 over the nodes of the snapshot's image of conditions.
extension Evaluation {
    /// Whether the condition at an offset holds; evaluated at most once a question.
    @inlinable
    public func holds(_ condition: Int, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        let number = conditions.offset(condition &+ Format.Condition.memo)
        if let known = scratch.remembered(number) { return known }
        guard scratch.spend(1) else { return false }
        let outcome = test(condition, view, &scratch)
        scratch.remember(number, outcome)
        return outcome
    }

    /// `test(op, key, V)` of spec §4.
    @usableFromInline
    func test(_ condition: Int, _ view: borrowing RequestView, _ scratch: inout Scratch) -> Bool {
        let comparison = conditions[condition &+ Format.Condition.comparison]
        let flags = conditions[condition &+ Format.Condition.flags]
        let key = conditions[condition &+ Format.Condition.key]
        let index = view.entry(of: key)
        if comparison == Format.Comparison.null { return testNull(condition, isAbsent: index == nil, &scratch) }
        let hasQuantifier = flags & (Format.Condition.forAllValues | Format.Condition.forAnyValue) != 0
        let isNegated = flags & Format.Condition.isNegated != 0
        guard let index, !(hasQuantifier && isNullSet(view.entries[index], view)) else {
            if flags & Format.Condition.ifExists != 0 { return true }
            if flags & Format.Condition.forAllValues != 0 { return true }
            return flags & Format.Condition.forAnyValue != 0 ? false : isNegated
        }
        let entry = view.entries[index]
        if !hasQuantifier {
            // A multi-valued key without a set operator never matches, positive or negated (spec §13-8).
            guard !isMultiValued(key, entry) else { return false }
            return one(view.values[entry.firstValue], condition, view, &scratch) != isNegated
        }
        return testEach(entry, condition, flags, view, &scratch)
    }

    private func testNull(_ condition: Int, isAbsent: Bool, _ scratch: inout Scratch) -> Bool {
        let count = conditions.offset(condition &+ Format.Condition.valueCount)
        guard scratch.spend(count >> 4) else { return false }
        for value in 0..<count
        where (conditions[condition &+ Format.Condition.values &+ value] == 1) == isAbsent {
            return true
        }
        return false
    }

    /// `[""]`, which a set operator takes as no values (spec §4).
    private func isNullSet(_ entry: RequestView.Entry, _ view: borrowing RequestView) -> Bool {
        entry.valueCount == 1 && view.values[entry.firstValue].isEmpty
    }

    /// A property of the key's declaration, else of what the caller sent (spec §4).
    private func isMultiValued(_ key: UInt32, _ entry: RequestView.Entry) -> Bool {
        let flags = keyFlags[Int(key)]
        return flags & Format.KeyFlag.isDeclared != 0
            ? flags & Format.KeyFlag.isMultiValued != 0 : entry.isList
    }

    private func testEach(
        _ entry: RequestView.Entry, _ condition: Int, _ flags: UInt32, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        let isNegated = flags & Format.Condition.isNegated != 0
        let needsAll = flags & Format.Condition.forAllValues != 0
        for index in entry.firstValue..<(entry.firstValue &+ entry.valueCount) {
            let passes = one(view.values[index], condition, view, &scratch) != isNegated
            if passes != needsAll { return passes }
        }
        return needsAll
    }

    /// Whether any value of the condition equals `text`, which is parsed once.
    private func one(
        _ text: ByteView, _ condition: Int, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        let comparison = conditions[condition &+ Format.Condition.comparison]
        let values = condition &+ Format.Condition.values
        let end = values &+ conditions.offset(condition &+ Format.Condition.valueCount)
        switch comparison {
        case Format.Comparison.ipAddress:
            guard let address = text.ipAddress?.unmapped else { return false }
            return any(values, end, text, &scratch) { isInBlock(address, $0) }
        case Format.Comparison.dateEquals...Format.Comparison.dateGreaterOrEqual:
            guard let instant = text.instant else { return false }
            return any(values, end, text, &scratch) { compareDates(instant, comparison, $0) }
        case Format.Comparison.bool:
            guard let boolean = text.boolean else { return false }
            return any(values, end, text, &scratch) { boolean == ($0 == 1) }
        default:
            for at in values..<end {
                guard scratch.spend(1 &+ text.count >> 6) else { return false }
                if compare(text, comparison, conditions.offset(at), view, &scratch) { return true }
            }
            return false
        }
    }

    /// Whether any of some values passes a test that takes no steps of its own.
    @inline(__always)
    private func any(
        _ first: Int, _ end: Int, _ text: ByteView, _ scratch: inout Scratch, _ passes: (Int) -> Bool
    ) -> Bool {
        for at in first..<end {
            guard scratch.spend(1 &+ text.count >> 6) else { return false }
            if passes(conditions.offset(at)) { return true }
        }
        return false
    }

    private func compare(
        _ text: ByteView, _ comparison: UInt32, _ value: Int, _ view: borrowing RequestView,
        _ scratch: inout Scratch
    ) -> Bool {
        switch comparison {
        case Format.Comparison.equalBytes: return text.equals(conditions.bytes(value))
        case Format.Comparison.program:
            return Evaluation.matches(text, program: value, of: conditions, keyFlags: keyFlags, view, &scratch)
        case Format.Comparison.foldedProgram: return equalsFolded(text, value, view)
        case Format.Comparison.numericEquals...Format.Comparison.numericGreaterOrEqual:
            return compareNumbers(text, comparison, conditions.bytes(value))
        case Format.Comparison.binary: return text.decodesFromBase64(to: conditions.bytes(value))
        case Format.Comparison.arn: return matchesARN(text, value, view, &scratch)
        default: return false
        }
    }

    private func compareNumbers(_ text: ByteView, _ comparison: UInt32, _ number: ByteView) -> Bool {
        guard let order = text.compareAsDecimal(number) else { return false }
        switch comparison {
        case Format.Comparison.numericEquals: return order == 0
        case Format.Comparison.numericLess: return order < 0
        case Format.Comparison.numericLessOrEqual: return order <= 0
        case Format.Comparison.numericGreater: return order > 0
        default: return order >= 0
        }
    }

    private func compareDates(_ left: Instant, _ comparison: UInt32, _ value: Int) -> Bool {
        let seconds = Int64(bitPattern: UInt64(conditions[value]) | UInt64(conditions[value &+ 1]) << 32)
        let right = Instant(seconds: seconds, nanoseconds: conditions[value &+ 2])
        switch comparison {
        case Format.Comparison.dateEquals: return left == right
        case Format.Comparison.dateLess: return left < right
        case Format.Comparison.dateLessOrEqual: return left <= right
        case Format.Comparison.dateGreater: return left > right
        default: return left >= right
        }
    }

    /// The block is `[bits, prefix, high low, high high, low low, low high]`.
    private func isInBlock(_ address: IPAddress, _ value: Int) -> Bool {
        guard address.bits == conditions.offset(value) else { return false }
        let high = UInt64(conditions[value &+ 2]) | UInt64(conditions[value &+ 3]) << 32
        let low = UInt64(conditions[value &+ 4]) | UInt64(conditions[value &+ 5]) << 32
        let masked = address.masked(to: conditions.offset(value &+ 1))
        return masked.high == high && masked.low == low
    }

    /// Six fields, each matched on its own (spec §3.3); fewer than six, or none beginning `arn`, match nothing.
    private func matchesARN(
        _ text: ByteView, _ value: Int, _ view: borrowing RequestView, _ scratch: inout Scratch
    ) -> Bool {
        // A policy value without six fields was compiled to no programs.
        guard value != 0, text.hasPrefix("arn") else { return false }
        var start = 0
        for field in 0..<6 {
            let end = field == 5 ? text.count : text.firstIndex(of: 0x3A, from: start)
            guard let end else { return false }
            let program = conditions.offset(value &+ field)
            guard
                Evaluation.matches(
                    text.slice(start, end), program: program, of: conditions, keyFlags: keyFlags, view, &scratch)
            else { return false }
            start = end &+ 1
        }
        return true
    }

    /// Equality after lower-casing both sides, variables included.
    private func equalsFolded(_ text: ByteView, _ program: Int, _ view: borrowing RequestView) -> Bool {
        var wanted = FoldedBytes(text)
        if program == Format.Program.end { return wanted.next() == nil }
        for piece in 0..<conditions.offset(program) {
            let at = program &+ 1 &+ piece &* Format.Program.pieceSize
            guard let literal = Evaluation.literal(at, of: conditions, keyFlags: keyFlags, view) else { return false }
            var part = FoldedBytes(literal)
            while let byte = part.next() {
                guard wanted.next() == byte else { return false }
            }
        }
        return wanted.next() == nil
    }
}
