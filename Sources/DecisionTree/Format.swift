/// The compiled format: what each word of a node means.
///
/// The page "The compiled format" of this module's catalogue lists
/// the same nodes as tables; the verifier checks them, the walker reads them, `PolicyCompiler` writes them.
///
/// Every offset in a node points to a node written before it, so no walk can go in circles.
public enum Format {
    /// First word of a document: "PD" and the format's version.
    public static let documentMagic: UInt32 = 0x5044_0004

    /// `[magic, statements, flags, allow mask low, high, deny mask low, high, open mask low, high, deny gate, allow index,
    /// deny index]`; an index is an action index or 0.
    public enum Document {
        /// `Format.documentMagic`.
        public static let magic = 0
        /// How many statements the document has.
        public static let statementCount = 1
        /// `Format.DocumentFlag` bits.
        public static let flags = 2
        /// The lower half of the mask of services that an Allow can match; the upper half follows.
        public static let allowMask = 3
        /// The lower half of the mask of services that a Deny with `Action` can match; the upper half follows.
        public static let denyMask = 5
        /// The lower half of the mask of services of which every question is allowed; the upper half follows.
        public static let openMask = 7
        /// A condition that every Deny with `NotAction` has, or 0.
        public static let denyGate = 9
        /// The action index of Allow statements, or 0.
        public static let allow = 10
        /// The action index of Deny statements, or 0.
        public static let deny = 11
        /// Words of the header.
        public static let size = 12
    }

    /// Flags of a document and, ORed, of a set.
    public enum DocumentFlag {
        /// It has an Allow statement.
        public static let hasAllow: UInt32 = 1
        /// It has a Deny statement.
        public static let hasDeny: UInt32 = 2
        /// It tests a fact of the session that a question must bring along (design §3.3 `sessionRequired`).
        public static let testsSessionFacts: UInt32 = 4
        /// It tests when the credentials were issued, which every session that is described must say.
        public static let testsTokenIssueTime: UInt32 = 8
        /// An Allow of it applies to every question: `*` for `*`, without conditions, to whom it is attached.
        public static let allowsAll: UInt32 = 16
        /// It has a Deny with `NotAction`, which can match any service: the mask of its denies does not say so.
        public static let deniesOthers: UInt32 = 32
    }

    /// `[exact table, service table, pattern trie, not-list]`, each 0 for none: which leaves an action leads to.
    public enum ActionIndex {
        /// The table of whole actions, or 0.
        public static let exact = 0
        /// The table of whole services, `svc:*`, or 0.
        public static let services = 1
        /// The root of the trie of other patterns, or 0.
        public static let trie = 2
        /// The not-list, or 0.
        public static let notList = 3
        /// Words of the node.
        public static let size = 4
    }

    /// `[mask, (action or service symbol, payload) × (mask + 1)]`: open addressing by the symbol's scrambled bits, half full.
    public enum ExactTable {
        /// One less than the number of slots.
        public static let mask = 0
        /// Where the slots begin.
        public static let slots = 1
        /// The symbol of an empty slot.
        public static let empty: UInt32 = .max

        /// Where the probe for a symbol begins.
        @inlinable
        public static func position(of symbol: UInt32, mask: UInt32) -> UInt32 {
            (symbol &* 0x9E37_79B1) >> 7 & mask
        }
    }

    /// `[shape, label bytes, (program, payload) × terminals, (first byte, node) × children]`.
    ///
    /// The shape says how many there are of each, in one word where they are few: the bytes of the label in its lower
    /// half, then the terminals and the children in a byte each. Else it is all ones, and a word for each follows.
    /// `TrieShape` reads it.
    public enum TrieNode {
        /// The shape of a node whose numbers follow in words of their own.
        public static let wide: UInt32 = .max
        /// Bytes of a label that the shape can say.
        public static let labelMax = 0xFFFF
        /// Terminals that the shape can say.
        public static let terminalsMax = 0xFF
        /// Children that the shape can say: so many that no shape is `wide` by chance.
        public static let childrenMax = 0xFE
        /// Words of a node without label, terminals and children.
        public static let sizeMin = 1
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
        /// Where the entries begin.
        public static let entries = 1
    }

    /// `[body list or 0, pattern trie or 0, not-list or 0]`: which bodies a resource leads to.
    public enum ResourceIndex {
        /// The list of bodies that any resource leads to, or 0.
        public static let any = 0
        /// The root of the pattern trie, or 0.
        public static let trie = 1
        /// The not-list, or 0.
        public static let notList = 2
        /// Words of the node.
        public static let size = 3
    }

    /// `[statement, principal or 0, conditions, condition node × conditions, ordinal × conditions]`.
    ///
    /// An ordinal is the condition's index in its statement: explanations name it by that.
    public enum Body {
        /// The statement's index in its document.
        public static let statement = 0
        /// The principal node, or 0 where the kind has none.
        public static let principal = 1
        /// How many conditions there are.
        public static let conditionCount = 2
        /// Where the condition offsets begin, cheapest first.
        public static let conditions = 3
    }

    /// `[negated?, count, (kind, bytes) × count]`.
    public enum Principal {
        /// 1 for `NotPrincipal`.
        public static let isNot = 0
        /// How many entries there are.
        public static let count = 1
        /// Where the entries begin.
        public static let entries = 2
        /// `*`; no bytes.
        public static let everyone: UInt32 = 1
        /// An account id.
        public static let account: UInt32 = 2
        /// A user ARN.
        public static let user: UInt32 = 3
        /// A role ARN.
        public static let role: UInt32 = 4
        /// A session ARN.
        public static let assumedRole: UInt32 = 5
        /// A federated-user ARN.
        public static let federatedUser: UInt32 = 6
        /// `AIDA…`: a user by unique id.
        public static let userID: UInt32 = 7
        /// `AROA…`: a role by unique id.
        public static let roleID: UInt32 = 8
        /// An identity provider.
        public static let federated: UInt32 = 9
        /// A service's name.
        public static let service: UInt32 = 10
        /// An account by its canonical id.
        public static let canonicalUser: UInt32 = 11
    }

    /// `[memo number, comparison, flags, key symbol, values, value × values]` in the snapshot's image of conditions.
    ///
    /// A value is the offset of bytes (text, numbers, binary), of a program's `[pieces, piece…]`, of six programs
    /// (ARN), of an instant or an address block, or, for `Bool` and `Null`, 0 or 1 itself.
    public enum Condition {
        /// The condition's number, under which a question remembers its outcome.
        public static let memo = 0
        /// A `Format.Comparison`.
        public static let comparison = 1
        /// The flags below.
        public static let flags = 2
        /// The key symbol.
        public static let key = 3
        /// How many values there are.
        public static let valueCount = 4
        /// Where the values begin.
        public static let values = 5
        /// Flag: a negated operator.
        public static let isNegated: UInt32 = 1
        /// Flag: a missing key passes.
        public static let ifExists: UInt32 = 2
        /// Flag: every request value must pass.
        public static let forAllValues: UInt32 = 4
        /// Flag: some request value must pass.
        public static let forAnyValue: UInt32 = 8
    }

    /// How a condition compares; negation is a flag.
    public enum Comparison {
        /// Values are bytes.
        public static let equalBytes: UInt32 = 1
        /// Values are programs.
        public static let program: UInt32 = 2
        /// Values are programs of literals and variables; both sides are lower-cased as they are compared.
        public static let foldedProgram: UInt32 = 3
        /// `x = p` as exact decimals; negated for `NumericNotEquals`.
        public static let numericEquals: UInt32 = 4
        /// `x < p` as exact decimals.
        public static let numericLess: UInt32 = 5
        /// `x ≤ p` as exact decimals.
        public static let numericLessOrEqual: UInt32 = 6
        /// `x > p` as exact decimals.
        public static let numericGreater: UInt32 = 7
        /// `x ≥ p` as exact decimals.
        public static let numericGreaterOrEqual: UInt32 = 8
        /// `x = p` as instants; negated for `DateNotEquals`.
        public static let dateEquals: UInt32 = 9
        /// `x < p` as instants.
        public static let dateLess: UInt32 = 10
        /// `x ≤ p` as instants.
        public static let dateLessOrEqual: UInt32 = 11
        /// `x > p` as instants.
        public static let dateGreater: UInt32 = 12
        /// `x ≥ p` as instants.
        public static let dateGreaterOrEqual: UInt32 = 13
        /// Values are 0 or 1.
        public static let bool: UInt32 = 14
        /// Values are decoded bytes.
        public static let binary: UInt32 = 15
        /// Values are address blocks.
        public static let ipAddress: UInt32 = 16
        /// Values are six program offsets each.
        public static let arn: UInt32 = 17
        /// Values are 1 for `true` and 0 for `false`.
        public static let null: UInt32 = 18
    }

    /// `[documents, flags, slot × documents]`, the slots in their order.
    ///
    /// What a decision asks of every document in play stands in columns by slot: `DocumentTable`.
    public enum DocumentSet {
        /// How many documents the set has.
        public static let count = 0
        /// The `Format.DocumentFlag` bits of all of them.
        public static let flags = 1
        /// Where the slots begin.
        public static let slots = 2
    }

    /// `[kind, flags, account record, arn, id, name, own set, boundary set, tags, trust slot or max, longest session,
    /// resource tags, groups, group set × groups]`.
    ///
    /// Bytes and sets are offsets, 0 for none; tags are the offset of `[count, (key symbol, key bytes, value bytes) ×
    /// count]`, where the key is the whole condition key, folded.
    public enum PrincipalRecord {
        /// `user` or `role`.
        public static let kind = 0
        /// `isQuarantined` or 0.
        public static let flags = 1
        /// The account record.
        public static let account = 2
        /// The ARN with path.
        public static let arn = 3
        /// The unique id, or 0.
        public static let id = 4
        /// The name.
        public static let name = 5
        /// The set of its own documents, or 0.
        public static let ownSet = 6
        /// The set of its permissions boundary, or 0.
        public static let boundarySet = 7
        /// The list of tags, or 0.
        public static let tags = 8
        /// The slot of a role's trust policy, or `Format.none`.
        public static let trustSlot = 9
        /// How many seconds a session of the role may last at most.
        public static let maxSessionDuration = 10
        /// A role's tags as those of a resource, or 0.
        public static let resourceTags = 11
        /// How many groups with documents it is in.
        public static let groupCount = 12
        /// Where the sets of its groups begin.
        public static let groups = 13
        /// The kind of a user.
        public static let user: UInt32 = 1
        /// The kind of a role.
        public static let role: UInt32 = 2
        /// Names something deleted or never good (design §3.2 rule 3).
        public static let isQuarantined: UInt32 = 1
        /// Flag: a service-linked role, which control policies do not bind (spec §6.2).
        public static let isServiceLinked: UInt32 = 2
        /// Words of an entry of a list of tags.
        public static let tagSize = 3
    }

    /// `[flags, id bytes, canonical id bytes or 0, path bytes or 0, service levels or 0, resource levels or 0]`.
    ///
    /// Levels are the offset of `[count, set × count]`, root first; a set of 0 is a level that allows nothing.
    public enum AccountRecord {
        /// The flags below.
        public static let flags = 0
        /// The twelve digits.
        public static let id = 1
        /// The canonical id, or 0.
        public static let canonicalID = 2
        /// The place in the organization, `o-x/r-y/ou-z/`, or 0.
        public static let path = 3
        /// The levels of service control policies, or 0.
        public static let serviceLevels = 4
        /// The levels of resource control policies, or 0.
        public static let resourceLevels = 5
        /// Words of the record.
        public static let size = 6
        /// Flag: the root user may ask.
        public static let isRootEnabled: UInt32 = 1
        /// Flag: the account is in the organization.
        public static let isInOrganization: UInt32 = 2
        /// Flag: a service control policy of one of its levels is missing: its principals are quarantined.
        public static let isQuarantined: UInt32 = 4
        /// Flag: a resource control policy of one of its levels is missing: its resources are quarantined.
        public static let isResourceQuarantined: UInt32 = 8
    }

    /// `[id bytes, master account bytes, default resource account bytes or 0, services or 0]`.
    ///
    /// Services are the offset of `[count, name bytes × count]`: those on which resource control policies act; 0 is all.
    public enum OrganizationRecord {
        /// The organization's id.
        public static let id = 0
        /// The management account's twelve digits.
        public static let masterAccount = 1
        /// The account that owns what nothing else says it of, or 0.
        public static let defaultResourceAccount = 2
        /// The services on which resource control policies act, or 0.
        public static let services = 3
    }

    /// `[owner account bytes, flags, policy slot or max, tags or 0, rank]`; a smaller rank is more specific.
    public enum RegistryEntry {
        /// The owner's twelve digits.
        public static let owner = 0
        /// The flags below.
        public static let flags = 1
        /// The policy's document slot, or `Format.none`.
        public static let policySlot = 2
        /// The list of tags, or 0.
        public static let tags = 3
        /// How specific the pattern is: smaller is more.
        public static let rank = 4
        /// Words of the entry.
        public static let size = 5
        /// Flag: only reached through a resource policy.
        public static let isPolicyRequired: UInt32 = 1
        /// Flag: the store says which tags there are.
        public static let hasTags: UInt32 = 2
    }

    /// What is known of an action symbol: its payload in the table of actions.
    public enum ActionSymbol {
        /// The name is one that a question may have: `service:name` without wildcards.
        public static let isAskable: UInt32 = 1
        /// The service is `sts` or `iam`, whose actions have rules of their own (spec §8).
        public static let isAccessManagement: UInt32 = 2
        /// Where the service's symbol stands; all ones for a service that no document names.
        public static let serviceShift: UInt32 = 8
        /// The symbol of a service that no document names.
        public static let noService: UInt32 = 0xFF_FFFF
    }

    /// How services stand in masks: a bit for each of the first 63; the last bit is shared by all others.
    public enum ServiceMask {
        /// The bit that services beyond the first 63 share, and which only documents open to unknown services have else.
        public static let sharedBit: UInt32 = 63

        /// The mask of one service, by its symbol.
        @inlinable
        public static func mask(of symbol: UInt32) -> UInt64 { 1 << UInt64(min(symbol, sharedBit)) }
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
        /// Of a family whose keys are the caller's or not, depending on the question: tags, `aws:TagKeys`, `saml:…`.
        public static let isOfFamily: UInt32 = 32
        /// Where the declared type stands.
        public static let typeShift: UInt32 = 8
        /// The number of the type of IP addresses there.
        public static let typeIP: UInt32 = 4
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
    /// The federated-user session itself is named.
    public static var federatedUser: Grades { Grades(rawValue: 64) }
    /// The calling service is named.
    public static var service: Grades { Grades(rawValue: 128) }
    /// The identity provider behind the session, or the bearer, is named.
    public static var federated: Grades { Grades(rawValue: 256) }
}
