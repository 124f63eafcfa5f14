import PolicyModel
import Testing

@Suite struct ConditionKeysTests {
    @Test(
        arguments: [
            ("aws:principalarn", .arn, false), ("aws:tagkeys", .string, true), ("aws:calledvia", .string, true),
            ("aws:multifactorauthpresent", .bool, false), ("aws:multifactorauthage", .numeric, false),
            ("aws:sourceip", .ip, false), ("aws:currenttime", .date, false), ("aws:epochtime", .date, false),
            ("aws:username", .string, false), ("aws:principaltag/team", .string, false),
            ("aws:requesttag/x/y", .string, false),
            ("aws:resourcetag/team", .string, false), ("aws:principalorgpaths", .string, true),
            ("sts:transitivetagkeys", .string, true), ("aws:tokenissuetime", .date, false),
        ] as [(Text, KeyDeclaration.ValueType, Bool)])
    func `declares the language's own keys`(key: Text, type: KeyDeclaration.ValueType, isMultiValued: Bool) {
        #expect(
            ConditionKeys.declaration(ofFolded: key) == KeyDeclaration(type: type, isMultiValued: isMultiValued))
    }

    @Test(
        arguments: ["app:name", "aws:principaltag/", "aws:nosuchkey", "", "principalarn", "aws:principaltag"] as [Text])
    func `declares no other key`(key: Text) {
        #expect(ConditionKeys.declaration(ofFolded: key) == nil)
    }

    @Test func `knows every key by a name without upper case`() {
        for key in GlobalConditionKey.allCases {
            #expect(Text(key.rawValue).foldedASCII == Text(key.rawValue))
            #expect(Text(key.spelling).foldedASCII == Text(key.rawValue))
        }
        for prefix in TagKeyPrefix.allCases {
            #expect(Text(prefix.spelling).foldedASCII == Text(prefix.rawValue))
        }
    }

    @Test(
        arguments: [
            "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username",
            "aws:principaltag/team", "aws:principalorgid", "aws:principalisawsservice", "aws:sourceidentity",
            "aws:federatedprovider", "aws:tokenissuetime", "aws:multifactorauthpresent", "aws:multifactorauthage",
            "aws:currenttime", "aws:epochtime", "sts:externalid", "sts:rolesessionname", "sts:sourceidentity",
            "sts:transitivetagkeys", "saml:aud", "aws:resourceaccount",
        ] as [Text])
    func `lets nobody assert the engine's keys`(key: Text) {
        #expect(ConditionKeys.isEngineOwned(folded: key))
    }

    @Test(
        arguments: [
            "aws:securetransport", "aws:sourceip", "aws:requestedregion", "aws:calledvia", "aws:sourcearn",
            "aws:requesttag/team", "aws:tagkeys", "aws:resourcetag/team", "aws:useragent", "app:name", "aws:nosuchkey",
        ] as [Text])
    func `lets the enforcement point assert the others`(key: Text) {
        #expect(!ConditionKeys.isEngineOwned(folded: key))
    }

    @Test func `names the facts that only a session's question can bring`() {
        let facts = GlobalConditionKey.allCases.filter(\.isSessionFact)
        #expect(facts == [.sourceIdentity, .federatedProvider, .tokenIssueTime, .stsSourceIdentity])
    }
}

@Suite struct KeyDeclarationTests {
    @Test(
        arguments: [
            (.string, ""), (.string, "x"), (.numeric, "1.5"), (.date, "2024-01-01"), (.bool, "True"), (.ip, "::1"),
            (.arn, "arn:aws:s3:::b"), (.binary, "aGk="),
        ] as [(KeyDeclaration.ValueType, String)])
    func `accepts values of its type`(type: KeyDeclaration.ValueType, value: String) {
        #expect(accepts(type, value))
    }

    @Test(
        arguments: [
            (.numeric, "abc"), (.numeric, ""), (.date, "yesterday"), (.bool, "yes"), (.ip, "10.0.0.0/8"),
            (.arn, "arn:aws:s3"),
            (.arn, "xrn:aws:s3:::b"), (.arn, ""), (.binary, "aGk"),
        ] as [(KeyDeclaration.ValueType, String)])
    func `accepts no other values`(type: KeyDeclaration.ValueType, value: String) {
        #expect(!accepts(type, value))
    }
}
