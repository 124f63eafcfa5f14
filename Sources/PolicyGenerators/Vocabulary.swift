import PolicyModel

/// The few words that everything random is made of, so that matches happen often.
enum Vocabulary {
    static let home: Text = "111111111111"
    static let abroad: Text = "222222222222"
    static let canonicalID = Text(String(repeating: "0123456789abcdef", count: 4))

    static let actions: [Text] = [
        "docs:Read", "docs:ReadAll", "docs:Write", "DOCS:read", "docs:List", "mail:Send", "mail:Read",
        "docs:Get.Object", "docs:Öffne",
    ]
    /// What nobody may ask, and the statement level has an answer for all the same.
    static let oddActions: [Text] = ["docs:", "docs:a*b"]
    static let services: [Text] = ["docs", "mail"]
    /// What credentials of some kinds may not call, whatever the policies say (spec §8).
    static let guardedActions: [Text] = [
        "sts:GetCallerIdentity", "STS:getcalleridentity", "sts:GetSessionToken", "sts:GetFederationToken",
        "iam:ListUsers", "sts:DecodeAuthorizationMessage",
    ]
    /// What is asked of a role, and its trust policy answers.
    static let trustActions: [Text] = [
        "sts:AssumeRole", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithWebIdentity",
    ]
    static let providers: [Text] = [
        "accounts.example.com", "arn:aws:iam::111111111111:saml-provider/Corp",
        "arn:aws:iam::111111111111:oidc-provider/idp.example",
    ]
    static let serviceNames: [Text] = ["events.example", "mail.example"]
    static let sourceIdentities: [Text] = ["bob", "carol"]
    static let organization: Text = "o-1"
    static let management: Text = "999999999999"
    /// Paths of one tree.
    static let paths: [[Text]] = [["r-1"], ["r-1", "ou-1"], ["r-1", "ou-1", "ou-2"], ["r-1", "ou-3"]]
    static let regions: [Text] = ["", "eu-west-1", "eu", "x1"]

    /// What stands behind the fifth colon in requests.
    static let resources: [Text] = [
        "b/x", "b/x/y", "b/bob/f", "b/a:b", "b/é", "b/e\u{301}", "b/*", "b", "b/\r\n", "B/x", "b/a*b/?", "home/bob",
        "home/${aws:username}", "b/x:y:z", "b/",
    ]

    /// Condition values and context values alike; policies hold nothing past U+00FF.
    static let strings: [Text] = [
        "a", "b", "A", "bob", "k", "K", "team-a", "é", "É", "ß", "a*", "a?b", "*", "a b", "a\r\nb", "${aws:username}",
    ]
    /// Only requests hold these.
    static let foreignStrings: [Text] = ["e\u{301}", "\u{212A}", "\u{1F600}", "aXb", "a/b:c", "team-b", ""]

    static let numbers: [Text] = [
        "5", "5.0", "05", "+5", "50e-1", "10", "7", "-5", "0", "-0", "9007199254740993", "9007199254740992", "0.1",
    ]
    static let dates: [Text] = [
        "2026-01-01", "2026-01-01T00:00:00Z", "1767225600", "2026-01-01T02:00:00+02:00", "2025", "2027-06",
        "1767225601",
        "2026-01-01T00:00:00.000000001Z", "2026-01-01t00Z",
    ]
    static let booleans: [Text] = ["true", "false", "True", "FALSE"]
    static let binaries: [Text] = ["aGk=", "aGkh", "AA==", "aGkA"]
    static let addresses: [Text] = [
        "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "2001:DB8:0:0::1", "203.0.113.200", "10.1.2.3",
    ]
    static let blocks: [Text] = [
        "10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.0.0.1", "203.0.113.9/24", "2001:db8::1", "10.0.0.0/31",
        "::ffff:10.0.0.0/104",
    ]
    static let arns: [Text] = [
        "arn:aws:sns:eu:1:t", "arn:aws:sns:eu:9:x:1:t", "arn:aws:iam::111111111111:user/bob", "arn:aws:docs:::b/x",
        "arn:aws:iam::111111111111:role/p/R",
    ]
    static let arnPatterns: [Text] = [
        "arn:*:*:*:*:*", "arn:aws:sns:*:1:t", "arn:aws:iam::1*:user/*", "arn:aws:iam::?11111111111:role/*",
        "arn:aws:docs:::b/?", "arn:aws:iam::111111111111:user/${aws:username}",
    ]
    static let notARNs: [Text] = ["notanarn", "arn:aws:sns:eu:1", ""]

    /// What the engine's own keys hold in questions, so that policies often say it.
    static let engineValues: [Text: [Text]] = [
        "aws:principaltype": ["User", "AssumedRole", "FederatedUser", "Account", "Anonymous"],
        "aws:principalaccount": [home, abroad, "anonymous"],
        "aws:principalorgid": [organization, "o-2"],
        "aws:principalorgpaths": ["o-1/r-1/", "o-1/r-1/ou-1/", "o-1/r-1/*", "o-1/*"],
        "aws:resourceorgpaths": ["o-1/r-1/", "o-1/r-1/ou-1/", "o-1/r-1/*", "o-1/*"],
        "aws:principalservicename": serviceNames,
        "aws:sourceidentity": sourceIdentities,
        "aws:federatedprovider": providers,
        "aws:userid": ["AIDABOB", "AROAR:*", "111111111111:fed", "anonymous"],
        "aws:username": ["bob", "alice", "Bob"],
    ]

    /// Variables as policies write them; the last ones are literal characters.
    static let variables: [Text] = [
        "${aws:username}", "${AWS:UserName}", "${app:owner}", "${aws:PrincipalTag/team}", "${app:array}", "${app:gone}",
        "${aws:PrincipalOrgID}", "${app:gone, 'bob'}", "${app:owner,'x'}", "${app:gone, ''}", "${app:array, 'bob'}",
        "${app:gone , 'a*'}", "${*}", "${?}", "${$}",
    ]
}

/// A condition key of the vocabulary, with what it may hold.
struct VocabularyKey {
    var name: Text
    var type: KeyDeclaration.ValueType
    /// Whether it arrives as a list.
    var isList = false
    /// Whether the language or the schema declares it, so that only values of its type arrive.
    var isDeclared = false
    /// Whether the engine computes it, so that no caller asserts it.
    var isEngineOwned = false

    static let all: [VocabularyKey] = [
        VocabularyKey(name: "app:s", type: .string),
        VocabularyKey(name: "app:owner", type: .string),
        VocabularyKey(name: "app:gone", type: .string),
        VocabularyKey(name: "app:array", type: .string, isList: true),
        VocabularyKey(name: "app:list", type: .string, isList: true, isDeclared: true),
        VocabularyKey(name: "aws:TagKeys", type: .string, isList: true, isDeclared: true),
        VocabularyKey(name: "aws:UserAgent", type: .string, isDeclared: true),
        VocabularyKey(name: "aws:RequestTag/team", type: .string, isDeclared: true),
        VocabularyKey(name: "aws:ResourceTag/team", type: .string, isDeclared: true),
        VocabularyKey(name: "app:n", type: .numeric),
        VocabularyKey(name: "app:declared", type: .numeric, isDeclared: true),
        VocabularyKey(name: "app:when", type: .date),
        VocabularyKey(name: "app:flag", type: .bool),
        VocabularyKey(name: "aws:SecureTransport", type: .bool, isDeclared: true),
        VocabularyKey(name: "aws:SourceIp", type: .ip, isDeclared: true),
        VocabularyKey(name: "app:arn", type: .arn),
        VocabularyKey(name: "aws:SourceArn", type: .arn, isDeclared: true),
        VocabularyKey(name: "app:blob", type: .binary),
        VocabularyKey(name: "aws:username", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:userid", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalTag/team", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalType", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalAccount", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalArn", type: .arn, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:CurrentTime", type: .date, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:EpochTime", type: .date, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:MultiFactorAuthPresent", type: .bool, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:MultiFactorAuthAge", type: .numeric, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:TokenIssueTime", type: .date, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:SourceIdentity", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:FederatedProvider", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalOrgID", type: .string, isDeclared: true, isEngineOwned: true),
        VocabularyKey(
            name: "aws:PrincipalOrgPaths", type: .string, isList: true, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:ResourceOrgPaths", type: .string, isList: true, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalIsAWSService", type: .bool, isDeclared: true, isEngineOwned: true),
        VocabularyKey(name: "aws:PrincipalServiceName", type: .string, isDeclared: true, isEngineOwned: true),
    ]

    /// What the schema would declare of the application's keys.
    static let declaredKeys: [Text: KeyDeclaration] = [
        "app:list": KeyDeclaration(type: .string, isMultiValued: true),
        "app:declared": KeyDeclaration(type: .numeric),
    ]
}
