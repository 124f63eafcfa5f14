import PolicyCases
import PolicyModel
import PolicyReference
import Testing

/// Exactly the keys of spec §7 that the engine knows of each kind of caller: no more, no fewer.
@Suite struct EngineContextTests {
    private func keys(_ caller: ReferenceCaller) -> [String: [String]] {
        var question = ReferenceQuestion(caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x")
        question.now = Instant(seconds: 1_767_225_601, nanoseconds: 500_000_000)
        let held = EngineContext.context(of: question).held
        return Dictionary(uniqueKeysWithValues: held.map { ($0.key.string, $0.value.values.map(\.string)) })
    }

    private func always(_ keys: [String: [String]]) -> [String: [String]] {
        let clock = [
            "aws:currenttime": ["2026-01-01T00:00:01.500000000Z"], "aws:epochtime": ["1767225601"],
            "aws:principalisawsservice": ["false"], "aws:resourceaccount": ["111111111111"],
            "aws:principalaccount": ["111111111111"],
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
