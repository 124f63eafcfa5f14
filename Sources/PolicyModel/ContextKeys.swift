/// A condition key that the language itself defines (spec §7), and what is known of it.
///
/// The raw value is the key without ASCII case, which is how keys are compared.
public enum GlobalConditionKey: String, Sendable, Hashable, CaseIterable {
    case principalArn = "aws:principalarn"
    case principalAccount = "aws:principalaccount"
    case principalType = "aws:principaltype"
    case userID = "aws:userid"
    case username = "aws:username"
    case principalOrgID = "aws:principalorgid"
    case principalOrgPaths = "aws:principalorgpaths"
    case principalOrgMasterAccountID = "aws:principalorgmasteraccountid"
    case principalIsAWSService = "aws:principalisawsservice"
    case principalServiceName = "aws:principalservicename"
    case principalServiceNamesList = "aws:principalservicenameslist"
    case sourceIdentity = "aws:sourceidentity"
    case federatedProvider = "aws:federatedprovider"
    case tokenIssueTime = "aws:tokenissuetime"
    case multiFactorAuthPresent = "aws:multifactorauthpresent"
    case multiFactorAuthAge = "aws:multifactorauthage"
    case currentTime = "aws:currenttime"
    case epochTime = "aws:epochtime"
    case secureTransport = "aws:securetransport"
    case sourceIP = "aws:sourceip"
    case vpcSourceIP = "aws:vpcsourceip"
    case sourceVpc = "aws:sourcevpc"
    case sourceVpce = "aws:sourcevpce"
    case requestedRegion = "aws:requestedregion"
    case viaAWSService = "aws:viaawsservice"
    case calledVia = "aws:calledvia"
    case calledViaFirst = "aws:calledviafirst"
    case calledViaLast = "aws:calledvialast"
    case sourceArn = "aws:sourcearn"
    case sourceAccount = "aws:sourceaccount"
    case sourceOrgID = "aws:sourceorgid"
    case sourceOrgPaths = "aws:sourceorgpaths"
    case tagKeys = "aws:tagkeys"
    case resourceAccount = "aws:resourceaccount"
    case resourceOrgID = "aws:resourceorgid"
    case resourceOrgPaths = "aws:resourceorgpaths"
    case userAgent = "aws:useragent"
    case referer = "aws:referer"
    case externalID = "sts:externalid"
    case roleSessionName = "sts:rolesessionname"
    case stsSourceIdentity = "sts:sourceidentity"
    case transitiveTagKeys = "sts:transitivetagkeys"

    /// The type and the number of values, as a schema would declare them.
    public var declaration: KeyDeclaration {
        switch self {
        case .principalArn, .sourceArn: KeyDeclaration(type: .arn)
        case .principalIsAWSService, .multiFactorAuthPresent, .secureTransport, .viaAWSService:
            KeyDeclaration(type: .bool)
        case .multiFactorAuthAge: KeyDeclaration(type: .numeric)
        case .tokenIssueTime, .currentTime, .epochTime: KeyDeclaration(type: .date)
        case .sourceIP, .vpcSourceIP: KeyDeclaration(type: .ip)
        case .principalOrgPaths, .principalServiceNamesList, .calledVia, .sourceOrgPaths, .tagKeys,
            .resourceOrgPaths, .transitiveTagKeys:
            KeyDeclaration(type: .string, isMultiValued: true)
        default: KeyDeclaration(type: .string)
        }
    }

    /// Whether the engine computes it, so that no caller may set it (spec §7 source `E`, and the resource's account,
    /// which design §3.2 lets no caller assert).
    public var isEngineOwned: Bool {
        switch self {
        case .secureTransport, .sourceIP, .vpcSourceIP, .sourceVpc, .sourceVpce, .requestedRegion, .viaAWSService,
            .calledVia, .calledViaFirst, .calledViaLast, .sourceArn, .sourceAccount, .sourceOrgID, .sourceOrgPaths,
            .tagKeys, .userAgent, .referer:
            false
        default: true
        }
    }

    /// Whether it is a fact of the session that a session's question must bring along (design §3.3 `sessionRequired`).
    ///
    /// `sts:SourceIdentity` is the session's own where it has one: "value being set or inherited" (spec §8).
    public var isSessionFact: Bool {
        switch self {
        case .tokenIssueTime, .sourceIdentity, .federatedProvider, .stsSourceIdentity: true
        default: false
        }
    }
}

/// The families of keys that end in a tag's key (spec §7).
public enum TagKeyPrefix: String, Sendable, Hashable, CaseIterable {
    /// Tags of the principal; computed by the engine.
    case principalTag = "aws:principaltag/"
    /// Tags passed in the request; asserted by the caller.
    case requestTag = "aws:requesttag/"
    /// Tags of the resource; from the store, or asserted where the store has none.
    case resourceTag = "aws:resourcetag/"
}

/// What is declared of a context key: its type, and whether it holds a list (spec §4, design §3.2 `schema.json`).
public struct KeyDeclaration: Sendable, Hashable {
    /// The types a schema may name.
    public enum ValueType: String, Sendable, Hashable, CaseIterable {
        case string, numeric, date, bool, ip, arn, binary
    }

    /// The type of each value.
    public var type: ValueType
    /// Whether the key is multi-valued: it then needs a set operator.
    public var isMultiValued: Bool

    /// Makes a declaration.
    public init(type: ValueType, isMultiValued: Bool = false) {
        self.type = type
        self.isMultiValued = isMultiValued
    }

    /// Whether a request value has the declared type (spec §5 "Type mismatch").
    public func accepts(_ value: Span<UInt8>) -> Bool {
        switch type {
        case .string: true
        case .numeric: ExactDecimal(value) != nil
        case .date: Instant(value) != nil
        case .bool: BooleanText.parse(value) != nil
        case .ip: IPAddress(value) != nil
        case .arn: KeyDeclaration.isARN(value)
        case .binary: Base64.decode(value) != nil
        }
    }

    private static func isARN(_ value: Span<UInt8>) -> Bool {
        guard value.count > 4, value[0] == 0x61, value[1] == 0x72, value[2] == 0x6E, value[3] == ASCII.colon else {
            return false
        }
        var colons = 0
        for index in value.indices where value[index] == ASCII.colon { colons += 1 }
        return colons >= 5
    }
}

/// What is known of a condition key by its name alone.
public enum ConditionKeys {
    /// The language's own declaration of a key; `nil` for application keys.
    ///
    /// - Parameter folded: the key without ASCII upper case.
    public static func declaration(ofFolded folded: Text) -> KeyDeclaration? {
        if let key = GlobalConditionKey(rawValue: folded.string) { return key.declaration }
        if TagKeyPrefix.allCases.contains(where: { isTag(folded, $0) }) { return KeyDeclaration(type: .string) }
        return nil
    }

    /// Whether only the engine sets the key (spec §7 source `E`).
    ///
    /// Resource tags are not: they may be asserted where the store has none for the resource (design §3.3).
    public static func isEngineOwned(folded: Text) -> Bool {
        if let key = GlobalConditionKey(rawValue: folded.string) { return key.isEngineOwned }
        return isTag(folded, .principalTag) || folded.hasPrefix("saml:")
    }

    /// Whether the key is of a tag family, with a tag key behind the slash.
    public static func isTag(_ folded: Text, _ prefix: TagKeyPrefix) -> Bool {
        folded.hasPrefix(Text(prefix.rawValue)) && folded.utf8.count > prefix.rawValue.utf8.count
    }
}
