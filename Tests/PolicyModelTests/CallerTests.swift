import PolicyModel
import Testing

@Suite struct CallerTests {
    static let account = AccountID("111122223333")

    @Test(
        arguments: [
            "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/team/a/alice",
        ] as [Text])
    func `is a user by an ARN with its path`(text: Text) throws {
        #expect(try Caller(text) == .user(account: #require(Self.account), arn: text))
    }

    @Test func `is a root user, a role's session, a federated user, a service or nobody`() throws {
        let account = try #require(Self.account)
        #expect(Caller("arn:aws:iam::111122223333:root") == .root(account))
        #expect(
            Caller("arn:aws:sts::111122223333:assumed-role/R/s@x")
                == .assumedRole(account: account, roleName: "R", sessionName: "s@x"))
        #expect(
            Caller("arn:aws:sts::111122223333:federated-user/Bob") == .federatedUser(account: account, name: "Bob"))
        #expect(Caller("events.example") == .service("events.example"))
        #expect(Caller("anonymous") == .anonymous)
    }

    @Test(
        arguments: [
            "", "*", "alice", "Anonymous", "111122223333", "arn:aws:iam::111122223333:role/R", "arn:aws:iam::1:user/a",
            "arn:aws:iam::111122223333:user", "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:root/x",
            "arn:aws:iam::111122223333:group/g", "arn:aws:iam:eu:111122223333:user/a",
            "arn:aws:sts::111122223333:user/a",
            "arn:aws:sts::111122223333:assumed-role/R", "arn:aws:sts::111122223333:assumed-role//s",
            "arn:aws:sts::111122223333:assumed-role/p/R/s", "arn:aws:sts::111122223333:assumed-role/R/",
            "arn:aws:iam::111122223333:assumed-role/R/s", "arn:aws:sts::111122223333:federated-user/",
            "arn:aws:iam::aws:user/a", ".example", "events.", "a..b", "ev ents.example",
            "arn:aws:iam::111122223333:user/a/",
            "events_x.example",
        ] as [Text])
    func `is none of these`(text: Text) {
        #expect(Caller(text) == nil)
    }
}
