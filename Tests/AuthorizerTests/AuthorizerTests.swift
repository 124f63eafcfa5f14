import Authorizer
import DecisionTree
import Directory
import PolicyModel
import Testing

import struct Directory.Tag

@Suite("Authorizer: who asks, whose it is, and what may be asked")
struct AuthorizerTests {
    // MARK: Who asks

    @Test(
        "a principal that is nobody's is unknown, and one that no policy names is denied",
        arguments: [
            ("arn:aws:iam::111111111111:user/nobody", Reason.unknownPrincipal),
            ("arn:aws:iam::111111111111:user/Alice", .unknownPrincipal),
            ("arn:aws:iam::999999999999:root", .unknownPrincipal),
            ("arn:aws:iam::111111111111:role/R", .unknownPrincipal),
            ("arn:aws:sts::111111111111:assumed-role/R", .unknownPrincipal),
            ("arn:aws:sts::111111111111:assumed-role/R/", .unknownPrincipal),
            ("arn:aws:sts::111111111111:assumed-role/R/a/b", .unknownPrincipal),
            ("arn:aws:sts::111111111111:assumed-role/Other/s", .unknownPrincipal),
            ("alice", .unknownPrincipal), ("", .unknownPrincipal), ("anonymous", .resourcePolicy),
            ("events.example", .resourcePolicy), ("events..example", .unknownPrincipal),
            ("arn:aws:sts::111111111111:federated-user/alice", .sessionRequired),
            ("arn:aws:sts::999999999999:federated-user/alice", .unknownPrincipal),
            ("arn:aws:iam::111111111111:root", .rootDisabled),
        ])
    func principals(principal: String, expected: Reason) throws {
        var asking = try Asking()
        try asking.add(role: "R", Asking.allowAll)
        let verdict = try asking.ask(principal).verdict
        #expect(verdict.decision == .implicitDeny)
        #expect(verdict.reason == expected)
    }

    @Test("root asks once its account lets it, and a session by its role")
    func enabled() throws {
        var asking = try Asking()
        asking.directory.accounts[asking.home]?.isRootUserEnabled = true
        try asking.add(role: "R", Asking.allowAll)
        #expect(try asking.reason("arn:aws:iam::111111111111:root") == .allowed)
        #expect(try asking.reason("arn:aws:sts::111111111111:assumed-role/R/session") == .allowed)
    }

    @Test("a quarantined principal is denied everything, GetCallerIdentity too")
    func quarantine() throws {
        var asking = try Asking()
        asking.directory.quarantined.insert(.user(asking.home, "alice"))
        #expect(try asking.reason() == .brokenReference)
        #expect(try asking.reason(Asking.alice, "sts:GetCallerIdentity", "*") == .brokenReference)
    }

    @Test("GetCallerIdentity is allowed to whoever is known, on anything and over a deny")
    func callerIdentity() throws {
        var asking = try Asking()
        try asking.add(
            user: "alice",
            #"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#)
        #expect(try asking.reason(Asking.alice, "STS:getCallerIdentity", "*") == .allowed)
        #expect(try asking.reason(Asking.alice, "sts:GetCallerIdentity", "arn:aws:docs:::whose") == .allowed)
        #expect(try asking.reason() == .identityPolicyDeny)
        #expect(try asking.reason("nobody", "sts:GetCallerIdentity", "*") == .unknownPrincipal)
    }

    // MARK: Whose the resource is (design §3.2)

    @Test("the owner of a matching entry comes first, then the ARN's account, then the only account")
    func owners() throws {
        var asking = try Asking()
        // Two accounts: an ARN without one belongs to nobody.
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .unknownResourceAccount)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs::111111111111:report") == .allowed)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs::222222222222:report") == .resourcePolicy)
        #expect(try asking.reason(Asking.alice, "docs:Read", "*") == .allowed)
        try asking.add(resource: "arn:aws:docs:::rep*", in: asking.other)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .resourcePolicy)
        try asking.add(resource: "arn:aws:docs:::rep*", in: asking.other, owner: asking.home)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .allowed)
        asking.directory.resources = [:]
        asking.directory.accounts[asking.other] = nil
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .allowed)
    }

    @Test("two sources that disagree are a denial: two entries, or an entry and the ARN")
    func ambiguity() throws {
        var asking = try Asking()
        try asking.add(resource: "arn:aws:docs:::report", in: asking.home)
        try asking.add(resource: "arn:aws:docs:::rep*", in: asking.other)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .ambiguousOwner)
        asking.directory.resources = [:]
        try asking.add(resource: "arn:aws:docs::*", in: asking.other)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs::111111111111:x") == .ambiguousOwner)
    }

    @Test("a kind that requires its resource policy is not reached by an identity policy alone")
    func required() throws {
        var asking = try Asking()
        try asking.add(resource: "arn:aws:kms:::key/1", in: asking.home, isPolicyRequired: true)
        #expect(try asking.reason(Asking.alice, "kms:Decrypt", "arn:aws:kms:::key/1") == .resourcePolicy)
        let delegates =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"kms:*"}}"#
        try asking.add(
            resource: "arn:aws:kms:::key/1", in: asking.home, policy: delegates, isPolicyRequired: true)
        #expect(try asking.reason(Asking.alice, "kms:Decrypt", "arn:aws:kms:::key/1") == .allowed)
    }

    @Test("a tag comes from the most specific entry that has it")
    func tags() throws {
        var asking = try Asking()
        let policy =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/a":"narrow","aws:ResourceTag/b":"wide"}}}}"#
        try asking.add(user: "alice", policy)
        try asking.add(
            resource: "arn:aws:docs:::r*", in: asking.home,
            tags: [Tag(key: "a", value: "wide"), Tag(key: "b", value: "wide")])
        try asking.add(resource: "arn:aws:docs:::report", in: asking.home, tags: [Tag(key: "A", value: "narrow")])
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report") == .allowed)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::r2") == .identityPolicy)
    }

    // MARK: What may be asked

    @Test(
        "an action is `service:name` without wildcards",
        arguments: ["docs", "docs:", ":Read", "a:b:c", "docs:Re*", "docs:?", "do cs:Read", "", "docs:\u{7F}"])
    func actions(action: String) throws {
        let asking = try Asking()
        #expect(throws: RequestFault.malformedAction) { try asking.ask(Asking.alice, action) }
    }

    @Test(
        "a resource is an ARN with six fields, or `*`",
        arguments: ["", "**", "report", "arn:", "arn:aws:docs", "arn:aws:docs::1", "arn::docs:::x", "arn:aws::::x"])
    func resources(resource: String) throws {
        let asking = try Asking()
        #expect(throws: RequestFault.malformedResource) { try asking.ask(Asking.alice, "docs:Read", resource) }
    }

    @Test(
        "a key of the engine is refused in any spelling",
        arguments: GlobalConditionKey.allCases.filter(\.isEngineOwned).map(\.rawValue)
            + ["AWS:PrincipalArn", "aws:PrincipalTag/team", "AWS:principaltag/x", "saml:aud", "aws:PrincipalTag/"])
    func engineKeys(key: String) throws {
        let asking = try Asking()
        #expect(throws: RequestFault.engineOwnedKey(Text(key))) { try asking.ask(context: single([key: "x"])) }
    }

    @Test("a declared key has the declared type and number of values")
    func shapes() throws {
        var asking = try Asking()
        asking.directory.declaredKeys = [
            "app:level": KeyDeclaration(type: .numeric),
            "app:groups": KeyDeclaration(type: .string, isMultiValued: true),
        ]
        #expect(try asking.reason(context: single(["app:Level": "7"])) == .allowed)
        #expect(try asking.reason(context: list("APP:groups", ["a", "b"])) == .allowed)
        #expect(throws: RequestFault.self) { try asking.ask(context: single(["app:Level": "seven"])) }
        #expect(throws: RequestFault.self) { try asking.ask(context: list("app:Level", ["7"])) }
        #expect(throws: RequestFault.self) { try asking.ask(context: single(["app:Groups": "a"])) }
        #expect(throws: RequestFault.self) { try asking.ask(context: single(["aws:SourceIp": "10.0.0"])) }
        #expect(throws: RequestFault.self) { try asking.ask(context: single(["aws:TagKeys": "a"])) }
    }

    @Test(
        "a key that a document older than the schema tests plainly is refused as an array, and as a single value",
        arguments: ["StringEquals", "StringNotEquals", "StringLike"])
    func olderDocument(name: String) throws {
        var asking = try Asking()
        // As a reload leaves it: the schema made the key multi-valued, and the document is the last good version.
        let guarded =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"\#(name)":{"app:env":"secret"}}}]}"#
        try asking.add(user: "alice", guarded)
        #expect(throws: RequestFault.unexpectedArray("app:env")) {
            try asking.ask(context: list("app:env", ["secret"]))
        }
        asking.directory.declaredKeys = ["app:env": KeyDeclaration(type: .string, isMultiValued: true)]
        for values in [["secret"], ["a", "secret"], ["a"], []] {
            #expect(throws: RequestFault.unexpectedArray("APP:env")) {
                try asking.ask(context: list("APP:env", values))
            }
        }
        #expect(throws: RequestFault.self) { try asking.ask(context: single(["app:env": "secret"])) }
        // Whoever leaves the key out is decided by it as by any that is missing.
        #expect(try asking.reason() == (name == "StringNotEquals" ? .identityPolicyDeny : .allowed))
    }

    @Test("a key is given once, whatever its case")
    func repeated() throws {
        var asking = try Asking()
        asking.directory.declaredKeys = ["app:env": KeyDeclaration(type: .string)]
        #expect(throws: RequestFault.repeatedKey("APP:env")) {
            try asking.ask(context: single(["app:Env": "x", "APP:env": "y"]))
        }
    }

    @Test("resource tags may be asserted only where the store gives none")
    func assertedTags() throws {
        var asking = try Asking()
        let context = single(["aws:ResourceTag/team": "red"])
        try asking.add(resource: "arn:aws:docs:::report", in: asking.home)
        #expect(try asking.reason(Asking.alice, "docs:Read", "arn:aws:docs:::report", context: context) == .allowed)
        try asking.add(resource: "arn:aws:docs:::rep*", in: asking.home, tags: [])
        #expect(throws: RequestFault.assertedResourceTag("aws:ResourceTag/team")) {
            try asking.ask(Asking.alice, "docs:Read", "arn:aws:docs:::report", context: context)
        }
    }

    @Test("aws:TagKeys is made from the request's tags, and held against them")
    func tagKeys() throws {
        var asking = try Asking()
        let guarded =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}}"#
        try asking.add(user: "alice", guarded)
        #expect(try asking.reason(context: single(["aws:RequestTag/team": "red"])) == .allowed)
        #expect(try asking.reason(context: single(["aws:RequestTag/owner": "eve"])) == .identityPolicy)
        let both = single(["aws:RequestTag/owner": "eve"]) + list("aws:TagKeys", ["team"])
        #expect(throws: RequestFault.missingTagKey("aws:RequestTag/owner")) { try asking.ask(context: both) }
    }

    // MARK: Sessions, cost, clock

    @Test("a session is denied where a document in play tests facts that nobody gave")
    func sessionFacts() throws {
        var asking = try Asking()
        let revokes =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"docs:Never","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}}]}"#
        try asking.add(role: "R", revokes)
        try asking.add(user: "alice", revokes)
        #expect(try asking.reason("arn:aws:sts::111111111111:assumed-role/R/s") == .sessionRequired)
        // A user's long-term credentials have no such facts.
        #expect(try asking.reason() == .allowed)
    }

    @Test("a question that takes too many steps is denied, whatever would allow it")
    func tooCostly() throws {
        var asking = try Asking()
        // One pattern costs no more than its length and the text's; sixty of them against a long text cost too much.
        let denies = (0..<60).map {
            #"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"app:Text":"*a*b\#($0)"}}}"#
        }
        let costly =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},\#(denies.joined(separator: ","))]}"#
        try asking.add(user: "alice", costly)
        let short = try asking.ask(context: single(["app:Text": "aaa"])).verdict
        #expect(short.reason == .allowed)
        let long = try asking.ask(context: single(["app:Text": String(repeating: "a", count: 4_096)])).verdict
        #expect(long.decision == .implicitDeny)
        #expect(long.reason == .tooCostly)
    }

    @Test("both clock keys are the one reading that was given")
    func clock() throws {
        var asking = try Asking()
        let policy =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:CurrentTime":"2026-01-01T00:00:00.000000007Z","aws:EpochTime":"1767225600"},"DateEquals":{"aws:CurrentTime":"2026-01-01T00:00:00.000000007Z"}}}}"#
        try asking.add(user: "alice", policy)
        let now = Instant(seconds: 1_767_225_600, nanoseconds: 7)
        #expect(try asking.ask(now: now).verdict.reason == .allowed)
        #expect(try asking.ask(now: Instant(seconds: 1_767_225_601, nanoseconds: 7)).verdict.reason == .identityPolicy)
    }

    @Test("what the authorizer adds to a view is gone when it returns, also after a fault")
    func leavesNothing() throws {
        var asking = try Asking()
        try asking.add(
            user: "alice",
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:CurrentTime":"2026*","aws:PrincipalTag/team":"*"}}}}"#,
            tags: [Tag(key: "team", value: "red")])
        let (verdict, before, after) = try asking.ask(context: single(["aws:RequestTag/x": "1", "app:a": "2"]))
        #expect(verdict.reason == .allowed)
        #expect(before == after)
    }
}
