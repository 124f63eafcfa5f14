public import PolicyModel

/// What a parser takes for granted, and how much it takes (spec §2.4, §2.5; design §3.2).
public struct PolicyRules: Sendable, Hashable {
    /// The partitions that a resource or principal ARN may name.
    public var partitions: Set<Text> = PolicyRules.partitionsKnown
    /// Context keys that the store declares, by name without ASCII upper case; the language's own need not be here.
    public var declaredKeys: [Text: KeyDeclaration] = [:]
    /// Whether a `Sid` may hold blanks, as the resource policies of some services allow (spec §2.4).
    public var sidMayHoldBlanks = false
    /// Whether `"Principal": "*"` in a trust policy is an error instead of a warning (spec §13-14).
    public var refusesEveryoneTrusted = false
    /// The most statements of a document.
    public var statementsMax = 2_000
    /// The most values of one list: actions, resources, principals of a type, or values of a condition key.
    public var valuesMax = 5_000
    /// The longest document, in bytes of its own JSON.
    public var documentBytesMax = 256 * 1024

    /// AWS's partitions, and `app` for services of one's own.
    public static let partitionsKnown: Set<Text> = [
        "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "app",
    ]

    /// The deepest document (spec §2.1).
    public static let depthMax = 32

    /// The most diagnostics of one severity that are kept of one document; a person stops reading before.
    public static let diagnosticsMax = 1_000

    /// The rules as they are without any setting.
    public init() {}

    /// What is declared of a key, by the language or by the store.
    func declaration(ofFolded key: Text) -> KeyDeclaration? {
        ConditionKeys.declaration(ofFolded: key) ?? declaredKeys[key]
    }
}
