internal import DecisionTree
internal import PolicyModel

/// Writes the node of one condition.
struct ConditionEmitter {
    private let condition: Condition
    private let key: UInt32
    private let expandsVariables: Bool
    /// Found out once: it looks at every value.
    private let comparison: UInt32

    init(condition: Condition, key: UInt32, expandsVariables: Bool) {
        self.condition = condition
        self.key = key
        self.expandsVariables = expandsVariables
        comparison = ConditionEmitter.comparison(of: condition, expandsVariables: expandsVariables)
    }

    private var base: BaseOperator { condition.operator.base }

    /// Writes the values and then the node; gives the node's offset.
    func emit(number: UInt32, _ programs: inout ProgramWriter, into writer: inout ImageWriter) -> UInt32 {
        var values: [UInt32] = []
        // A value that cannot be read matches nothing; write-time rules refuse it long before.
        for value in condition.values {
            if let word = emit(value, &programs, &writer) { values.append(word) }
        }
        // A set operator makes `Null` a constant, and write-time rules refuse it, too (spec §13-10).
        if base == .null, let quantifier = condition.operator.quantifier {
            values = quantifier == .forAllValues ? [0, 1] : []
        }
        let offset = writer.offset
        writer.append(number)
        writer.append(comparison)
        writer.append(flags)
        writer.append(key)
        writer.append(UInt32(values.count))
        for value in values { writer.append(value) }
        return offset
    }

    private var flags: UInt32 {
        var flags: UInt32 = base.isNegated ? Format.Condition.isNegated : 0
        if condition.operator.ifExists { flags |= Format.Condition.ifExists }
        switch condition.operator.quantifier {
        case .forAllValues: flags |= Format.Condition.forAllValues
        case .forAnyValue: flags |= Format.Condition.forAnyValue
        case nil: break
        }
        return flags
    }

    private static func comparison(of condition: Condition, expandsVariables: Bool) -> UInt32 {
        switch condition.operator.base {
        case .stringEquals, .stringNotEquals:
            // Without variables and escapes the bytes themselves are compared.
            expandsVariables && condition.values.contains(where: \.hasVariableMark)
                ? Format.Comparison.program : Format.Comparison.equalBytes
        case .stringLike, .stringNotLike: Format.Comparison.program
        case .stringEqualsIgnoreCase, .stringNotEqualsIgnoreCase: Format.Comparison.foldedProgram
        case .numericEquals, .numericNotEquals: Format.Comparison.numericEquals
        case .numericLessThan: Format.Comparison.numericLess
        case .numericLessThanEquals: Format.Comparison.numericLessOrEqual
        case .numericGreaterThan: Format.Comparison.numericGreater
        case .numericGreaterThanEquals: Format.Comparison.numericGreaterOrEqual
        case .dateEquals, .dateNotEquals: Format.Comparison.dateEquals
        case .dateLessThan: Format.Comparison.dateLess
        case .dateLessThanEquals: Format.Comparison.dateLessOrEqual
        case .dateGreaterThan: Format.Comparison.dateGreater
        case .dateGreaterThanEquals: Format.Comparison.dateGreaterOrEqual
        case .bool: Format.Comparison.bool
        case .binaryEquals: Format.Comparison.binary
        case .ipAddress, .notIpAddress: Format.Comparison.ipAddress
        case .arnEquals, .arnLike, .arnNotEquals, .arnNotLike: Format.Comparison.arn
        case .null: Format.Comparison.null
        }
    }

    private func emit(_ value: Text, _ programs: inout ProgramWriter, _ writer: inout ImageWriter) -> UInt32? {
        switch comparison {
        case Format.Comparison.equalBytes: return writer.append(bytes: value.utf8)
        case Format.Comparison.program, Format.Comparison.foldedProgram:
            let pieces = Lowering.value(
                value, expandsVariables: expandsVariables, hasWildcards: base.takesWildcards)
            return pieces.map { programs.emit($0, into: &writer) }
        case Format.Comparison.arn:
            return Lowering.arnFields(value, expandsVariables: expandsVariables)
                .map { emit(fields: $0, &programs, &writer) }
        default: return emitTyped(value, &writer)
        }
    }

    private func emit(fields: [[Piece]], _ programs: inout ProgramWriter, _ writer: inout ImageWriter) -> UInt32 {
        let offsets = fields.map { programs.emit($0, into: &writer) }
        let start = writer.offset
        for offset in offsets { writer.append(offset) }
        return start
    }

    private func emitTyped(_ value: Text, _ writer: inout ImageWriter) -> UInt32? {
        let span = value.string.utf8.span
        switch base.family {
        case .numeric: return ExactDecimal(span) == nil ? nil : writer.append(bytes: value.utf8)
        case .date: return Instant(span).map { emit($0, &writer) }
        case .bool, .null: return BooleanText.parse(span).map { $0 ? 1 : 0 }
        case .binary: return Base64.decode(span).map { writer.append(bytes: $0) }
        case .ip: return IPAddressBlock(span).map { emit($0, &writer) }
        case .string, .arn: return nil
        }
    }

    private func emit(_ instant: Instant, _ writer: inout ImageWriter) -> UInt32 {
        let start = writer.offset
        append(UInt64(bitPattern: instant.seconds), &writer)
        writer.append(instant.nanoseconds)
        return start
    }

    private func emit(_ block: IPAddressBlock, _ writer: inout ImageWriter) -> UInt32 {
        let start = writer.offset
        writer.append(UInt32(block.base.bits))
        writer.append(UInt32(block.prefixLength))
        append(block.base.high, &writer)
        append(block.base.low, &writer)
        return start
    }

    private func append(_ value: UInt64, _ writer: inout ImageWriter) {
        writer.append(UInt32(truncatingIfNeeded: value))
        writer.append(UInt32(truncatingIfNeeded: value >> 32))
    }
}
