/// What a diagnostic is about; the raw values are stable.
public enum DiagnosticCode: String, Sendable, Hashable, CaseIterable {
    // The text (spec §2.1).
    case invalidJSON = "invalid-json"
    case duplicateMember = "duplicate-member"
    case documentTooLarge = "document-too-large"
    case documentTooDeep = "document-too-deep"
    case invalidPercentEncoding = "invalid-percent-encoding"
    case invalidCharacter = "invalid-character"
    case nullNotAllowed = "null-not-allowed"
    case nullDropped = "null-dropped"
    case wrongType = "wrong-type"

    // The shape (spec §2.2, §2.4).
    case unknownElement = "unknown-element"
    case invalidVersion = "invalid-version"
    case versionRequired = "version-required"
    case missingStatement = "missing-statement"
    case tooManyStatements = "too-many-statements"
    case tooManyValues = "too-many-values"
    case invalidSid = "invalid-sid"
    case duplicateSid = "duplicate-sid"
    case missingEffect = "missing-effect"
    case invalidEffect = "invalid-effect"
    case allowNotAllowed = "allow-not-allowed"

    // Actions and resources (spec §2.4, §3).
    case missingAction = "missing-action"
    case conflictingActions = "conflicting-actions"
    case invalidAction = "invalid-action"
    case actionNotSpecific = "action-not-specific"
    case notActionNotAllowed = "not-action-not-allowed"
    case missingResource = "missing-resource"
    case conflictingResources = "conflicting-resources"
    case resourceNotAllowed = "resource-not-allowed"
    case invalidResource = "invalid-resource"
    case unknownPartition = "unknown-partition"
    case invalidResourceService = "invalid-resource-service"
    case shortARN = "short-arn"
    case iamResourceRegion = "iam-resource-region"
    case iamResourceKind = "iam-resource-kind"

    // Principals (spec §2.6, §6.6).
    case missingPrincipal = "missing-principal"
    case conflictingPrincipals = "conflicting-principals"
    case principalNotAllowed = "principal-not-allowed"
    case notPrincipalNotAllowed = "not-principal-not-allowed"
    case notPrincipalWithAllow = "not-principal-with-allow"
    case unknownPrincipalType = "unknown-principal-type"
    case invalidPrincipal = "invalid-principal"
    case principalWildcard = "principal-wildcard"
    case principalNotEveryone = "principal-not-everyone"

    // Conditions (spec §4, §5).
    case unknownOperator = "unknown-operator"
    case nullOperatorForm = "null-operator-form"
    case invalidConditionKey = "invalid-condition-key"
    case duplicateConditionKey = "duplicate-condition-key"
    case setOperatorRequired = "set-operator-required"
    case invalidNumber = "invalid-number"
    case invalidDate = "invalid-date"
    case invalidBoolean = "invalid-boolean"
    case invalidAddress = "invalid-address"
    case invalidBinary = "invalid-binary"
    case contradictoryValues = "contradictory-values"

    // Variables (spec §3.4).
    case malformedVariable = "malformed-variable"
    case variableNotAllowed = "variable-not-allowed"
    case variableMultiValued = "variable-multi-valued"

    // Doubtful, but accepted.
    case idInIdentityPolicy = "id-in-identity-policy"
    case literalWildcard = "literal-wildcard"
    case addressHostBits = "address-host-bits"
    case arnNeverMatches = "arn-never-matches"
    case notPrincipal = "not-principal"
    case everyoneTrusted = "everyone-trusted"
    case actionNotTrust = "action-not-trust"
    case neverMatches = "never-matches"
    case mixedSetOperators = "mixed-set-operators"
    case literalVariable = "literal-variable"
    case quotaExceeded = "quota-exceeded"
}
