import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// Exactly the keys of spec §7 that the engine knows of each kind of caller: no more, no fewer.
@Suite struct EngineContextTests {
    private func keys(
        _ caller: ReferenceCaller, session: ReferenceSession? = nil, resourceAccount: AccountID? = nil
    ) -> [String: [String]] {
        var question = ReferenceQuestion(
            caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x", resourceAccount: resourceAccount)
        question.session = session
        question.now = Instant(seconds: 1_767_225_601, nanoseconds: 500_000_000)
        let held = EngineContext.context(of: question).held
        return Dictionary(uniqueKeysWithValues: held.map { ($0.key.string, $0.value.values.map(\.string)) })
    }

    private func always(_ keys: [String: [String]]) -> [String: [String]] {
        let clock = [
            "aws:currenttime": ["2026-01-01T00:00:01.500000000Z"], "aws:epochtime": ["1767225601"],
            "aws:principalisawsservice": ["false"], "aws:resourceaccount": ["111111111111"],
            "aws:principalaccount": ["111111111111"], "aws:viaawsservice": ["false"],
        ]
        return keys.merging(clock) { first, _ in first }
    }

    @Test func `a user with an id and a tag`() throws {
        let account = try #require(AccountID("111111111111"))
        let user = ReferenceCaller.user(
            account, arn: "arn:aws:iam::111111111111:user/p/bob", id: "AIDABOB",
            tags: [ReferenceCaller.Tag(key: "Team", value: "a")])
        #expect(
            keys(user)
                == always([
                    "aws:principalarn": ["arn:aws:iam::111111111111:user/p/bob"], "aws:principaltype": ["User"],
                    "aws:userid": ["AIDABOB"], "aws:username": ["bob"], "aws:principaltag/team": ["a"],
                ]))
    }

    @Test func `a session of a role with a path`() throws {
        let account = try #require(AccountID("111111111111"))
        let session = ReferenceCaller.roleSession(
            account, roleARN: "arn:aws:iam::111111111111:role/p/R", sessionName: "s", roleID: "AROAR")
        #expect(session.arn == "arn:aws:sts::111111111111:assumed-role/R/s")
        #expect(
            keys(session)
                == always([
                    "aws:principalarn": ["arn:aws:iam::111111111111:role/p/R"], "aws:principaltype": ["AssumedRole"],
                    "aws:userid": ["AROAR:s"], "aws:multifactorauthpresent": ["false"],
                ]))
    }

    @Test func `a root user`() throws {
        let account = try #require(AccountID("111111111111"))
        #expect(
            keys(.root(account))
                == always([
                    "aws:principalarn": ["arn:aws:iam::111111111111:root"], "aws:principaltype": ["Account"],
                    "aws:userid": ["111111111111"],
                ]))
    }

    @Test func `a federated user with all that a session may say, in an organization`() throws {
        let account = try #require(AccountID("111111111111"))
        let master = try #require(AccountID("999999999999"))
        var federated = ReferenceCaller.federatedUser(
            account, name: "fed", userARN: "arn:aws:iam::111111111111:user/bob", userID: "AIDABOB",
            tags: [ReferenceCaller.Tag(key: "Team", value: "a"), ReferenceCaller.Tag(key: "old", value: "y")])
        federated.organization = ReferenceOrganization(id: "o-1", masterAccount: master, nodes: ["r-1", "ou-1"])
        var session = ReferenceSession()
        session.tags = [ReferenceCaller.Tag(key: "TEAM", value: "b")]
        session.issued = "2025-12-31T12:00:00Z"
        session.sourceIdentity = "carol"
        session.federatedProvider = "idp.example"
        session.mfaPresent = true
        session.mfaAgeSeconds = 60
        #expect(
            keys(federated, session: session)
                == always([
                    "aws:principalarn": ["arn:aws:sts::111111111111:federated-user/fed"],
                    "aws:principaltype": ["FederatedUser"], "aws:userid": ["111111111111:fed"],
                    "aws:principaltag/team": ["b"], "aws:principaltag/old": ["y"],
                    "aws:principalorgid": ["o-1"], "aws:principalorgpaths": ["o-1/r-1/ou-1/"],
                    "aws:principalorgmasteraccountid": ["999999999999"],
                    "aws:tokenissuetime": ["2025-12-31T12:00:00Z"], "aws:sourceidentity": ["carol"],
                    "aws:federatedprovider": ["idp.example"], "aws:multifactorauthpresent": ["true"],
                    "aws:multifactorauthage": ["60"],
                ]))
    }

    @Test func `a service`() throws {
        let account = try #require(AccountID("111111111111"))
        var expected = always([
            "aws:principalisawsservice": ["true"], "aws:principalservicename": ["events.example"],
            "aws:principalservicenameslist": ["events.example"],
        ])
        expected["aws:principalaccount"] = nil
        #expect(keys(.service("events.example"), resourceAccount: account) == expected)
    }

    @Test func `an anonymous caller, and one who presents a token`() throws {
        let account = try #require(AccountID("111111111111"))
        var expected = always([
            "aws:principalaccount": ["anonymous"], "aws:principaltype": ["Anonymous"], "aws:userid": ["anonymous"],
        ])
        expected["aws:principalisawsservice"] = nil
        #expect(keys(.anonymous, resourceAccount: account) == expected)
        expected["aws:federatedprovider"] = ["idp.example"]
        #expect(keys(.bearer(provider: "idp.example"), resourceAccount: account) == expected)
    }

    @Test func `what a caller asserts of the engine's keys is dropped, in any spelling`() throws {
        let account = try #require(AccountID("111111111111"))
        var question = ReferenceQuestion(caller: .root(account), action: "docs:Read", resource: "*")
        question.context = [
            Request.ContextEntry(key: "AWS:principaltag/team", value: .single("admin")),
            Request.ContextEntry(key: "aws:USERNAME", value: .single("admin")),
            Request.ContextEntry(key: "app:x", value: .single("y")),
        ]
        let context = EngineContext.context(of: question)
        #expect(context["aws:PrincipalTag/team"] == nil)
        #expect(context["aws:username"] == nil)
        #expect(context["APP:X"] == .single("y"))
    }
}
