/// The compiled format: what each word of a node means. The page "The compiled format" of this module's catalogue lists
/// the same nodes as tables; the verifier checks them, the walker reads them, `PolicyCompiler` writes them.
///
/// Every offset in a node points to a node written before it, so no walk can go in circles.
public enum Format {
    /// First word of a document: "PD" and the format's version.
    public static let documentMagic: UInt32 = 0x5044_0001

    /// `[magic, statements, flags, mask low, mask high, allow index, deny index]`; an index is an action index or 0.
    public enum Document {
        public static let magic = 0
        public static let statementCount = 1
        public static let flags = 2
        public static let serviceMaskLow = 3
        public static let serviceMaskHigh = 4
        public static let allow = 5
        public static let deny = 6
        /// Words of the header.
        public static let size = 7
    }

    /// Flags of a document and, ORed, of a set.
    public enum DocumentFlag {
        /// It has an Allow statement.
        public static let hasAllow: UInt32 = 1
        /// It has a Deny statement.
        public static let hasDeny: UInt32 = 2
        /// It tests a fact of the session that a question must bring along (design §3.3 `sessionRequired`).
        public static let testsSessionFacts: UInt32 = 4
    }

    /// `[exact table, pattern trie, not-list]`, each 0 for none: which leaves an action leads to.
    public enum ActionIndex {
        public static let exact = 0
        public static let trie = 1
        public static let notList = 2
        public static let size = 3
    }

    /// `[mask, (action symbol, payload) × (mask + 1)]`: open addressing by the symbol's scrambled bits, half full.
    public enum ExactTable {
        public static let mask = 0
        public static let slots = 1
        /// The symbol of an empty slot.
        public static let empty: UInt32 = .max

        /// Where the probe for a symbol begins.
        @inlinable
        public static func position(of symbol: UInt32, mask: UInt32) -> UInt32 {
            (symbol &* 0x9E37_79B1) >> 7 & mask
        }
    }

    /// `[label bytes or 0, terminals, children, (program, payload) × terminals, (first byte, node) × children]`.
    public enum TrieNode {
        public static let label = 0
        public static let terminalCount = 1
        public static let childCount = 2
        public static let terminals = 3
    }

    /// What stands for a program that needs no words of its own.
    public enum Program {
        /// The text must end here.
        public static let end = 0
        /// Anything may follow.
        public static let anything = 1
        /// Words of a piece: `(kind, operand, operand)`.
        public static let pieceSize = 3
    }

    /// The pieces a pattern is made of (spec §3.2).
    public enum Piece {
        /// These bytes: operand = bytes.
        public static let literal: UInt32 = 1
        /// `*` that takes anything.
        public static let anyRun: UInt32 = 2
        /// `*` that stops at `:`.
        public static let anyRunInField: UInt32 = 3
        /// `?`: one scalar.
        public static let anyOne: UInt32 = 4
        /// `?`: one scalar other than `:`.
        public static let anyOneInField: UInt32 = 5
        /// The value of a context key, as literal bytes: operands = key symbol, default bytes or 0.
        public static let variable: UInt32 = 6
    }

    /// `[count, (exclusion, payload) × count]`: entries that apply unless the exclusion matches.
    public enum NotList {
        public static let entries = 1
    }

    /// `[body list or 0, pattern trie or 0, not-list or 0]`: which bodies a resource leads to.
    public enum ResourceIndex {
        public static let any = 0
        public static let trie = 1
        public static let notList = 2
        public static let size = 3
    }

    /// `[statement, principal or 0, conditions, condition node × conditions]`.
    public enum Body {
        public static let statement = 0
        public static let principal = 1
        public static let conditionCount = 2
        public static let conditions = 3
    }

    /// `[negated?, count, (kind, bytes) × count]`.
    public enum Principal {
        public static let isNot = 0
        public static let count = 1
        public static let entries = 2
        public static let everyone: UInt32 = 1
        public static let account: UInt32 = 2
        public static let user: UInt32 = 3
        public static let role: UInt32 = 4
        public static let assumedRole: UInt32 = 5
        public static let federatedUser: UInt32 = 6
        public static let userID: UInt32 = 7
        public static let roleID: UInt32 = 8
        public static let federated: UInt32 = 9
        public static let service: UInt32 = 10
        public static let canonicalUser: UInt32 = 11
    }

    /// `[memo number, comparison, flags, key symbol, values, value × values]` in the snapshot's image of conditions.
    ///
    /// A value is the offset of bytes (text, numbers, binary), of a program's `[pieces, piece…]`, of six programs
    /// (ARN), of an instant or an address block, or, for `Bool` and `Null`, 0 or 1 itself.
    public enum Condition {
        public static let memo = 0
        public static let comparison = 1
        public static let flags = 2
        public static let key = 3
        public static let valueCount = 4
        public static let values = 5
        public static let isNegated: UInt32 = 1
        public static let ifExists: UInt32 = 2
        public static let forAllValues: UInt32 = 4
        public static let forAnyValue: UInt32 = 8
    }

    /// How a condition compares; negation is a flag.
    public enum Comparison {
        /// Values are bytes.
        public static let equalBytes: UInt32 = 1
        /// Values are programs.
        public static let program: UInt32 = 2
        /// Values are programs of lower-cased literals and variables.
        public static let foldedProgram: UInt32 = 3
        public static let numericEquals: UInt32 = 4
        public static let numericLess: UInt32 = 5
        public static let numericLessOrEqual: UInt32 = 6
        public static let numericGreater: UInt32 = 7
        public static let numericGreaterOrEqual: UInt32 = 8
        public static let dateEquals: UInt32 = 9
        public static let dateLess: UInt32 = 10
        public static let dateLessOrEqual: UInt32 = 11
        public static let dateGreater: UInt32 = 12
        public static let dateGreaterOrEqual: UInt32 = 13
        public static let bool: UInt32 = 14
        public static let binary: UInt32 = 15
        public static let ipAddress: UInt32 = 16
        /// Values are six program offsets each.
        public static let arn: UInt32 = 17
        public static let null: UInt32 = 18
    }

    /// `[documents, flags, (slot, mask low, mask high, flags) × documents]`, sorted by slot.
    public enum DocumentSet {
        public static let count = 0
        public static let flags = 1
        public static let entries = 2
        public static let entrySize = 4
    }

    /// `[kind, flags, account record, arn, id, name, own set, boundary set, tags, groups, group set × groups]`.
    ///
    /// Bytes and sets are offsets, 0 for none; tags are the offset of `[count, (key symbol, value bytes) × count]`.
    public enum PrincipalRecord {
        public static let kind = 0
        public static let flags = 1
        public static let account = 2
        public static let arn = 3
        public static let id = 4
        public static let name = 5
        public static let ownSet = 6
        public static let boundarySet = 7
        public static let tags = 8
        public static let groupCount = 9
        public static let groups = 10
        public static let user: UInt32 = 1
        public static let role: UInt32 = 2
        /// Names something deleted or never good (design §3.2 rule 3).
        public static let isQuarantined: UInt32 = 1
    }

    /// `[flags, id bytes, canonical id bytes or 0]`.
    public enum AccountRecord {
        public static let flags = 0
        public static let id = 1
        public static let canonicalID = 2
        public static let isRootEnabled: UInt32 = 1
    }

    /// `[owner account bytes, flags, policy slot or max, tags or 0, rank]`; a smaller rank is more specific.
    public enum RegistryEntry {
        public static let owner = 0
        public static let flags = 1
        public static let policySlot = 2
        public static let tags = 3
        public static let rank = 4
        public static let size = 5
        public static let isPolicyRequired: UInt32 = 1
        public static let hasTags: UInt32 = 2
    }

    /// What is known of a key symbol: bits of its word in `keyFlags`.
    public enum KeyFlag {
        /// The engine sets it; a caller may not.
        public static let isEngineOwned: UInt32 = 1
        /// Declared multi-valued.
        public static let isMultiValued: UInt32 = 2
        /// Some condition tests it without a set operator.
        public static let isTestedPlain: UInt32 = 4
        /// Some condition or variable reads it.
        public static let isTested: UInt32 = 8
        /// Declared, with the type in the bits from `typeShift` on.
        public static let isDeclared: UInt32 = 16
        public static let typeShift: UInt32 = 8
    }

    /// Where nothing is: no slot, no symbol.
    public static let none: UInt32 = .max
}

/// By what a resource policy names a caller (spec §6.4).
@frozen
public struct Grades: OptionSet, Sendable, BitwiseCopyable {
    /// The bits.
    public let rawValue: UInt32

    /// Makes grades from bits.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The statement has no principal element: it applies to whom its policy is attached to.
    public static var attached: Grades { Grades(rawValue: 1) }
    /// Everyone is named.
    public static var everyone: Grades { Grades(rawValue: 2) }
    /// The caller's account is named.
    public static var account: Grades { Grades(rawValue: 4) }
    /// The user is named.
    public static var user: Grades { Grades(rawValue: 8) }
    /// The session's role is named.
    public static var role: Grades { Grades(rawValue: 16) }
    /// The session itself is named.
    public static var session: Grades { Grades(rawValue: 32) }
}
