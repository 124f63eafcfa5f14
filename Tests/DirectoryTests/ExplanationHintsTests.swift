import Authorizer
import DecisionTree
import PolicyModel
import PolicySyntax
import Testing

@testable import Directory

@Suite("What a person can do about an answer")
struct ExplanationHintsTests {
    private let anyDocs = #"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#
    private let trust = #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#
    private let resource = "arn:aws:docs::111122223333:x"

    private func hints(
        _ store: Explaining, _ principal: String, _ reason: Reason, _ extras: Explaining.Extras = .init()
    ) throws -> [String] {
        let why = try store.why(principal, "docs:Read", resource, extras)
        #expect(why.reason == reason, "\(why.summary)")
        return why.hints
    }

    @Test("an answer that policies explain has none")
    func none() throws {
        var store = try Explaining()
        try store.add(user: "alice", [anyDocs])
        #expect(try hints(store, Explaining.alice, .allowed).isEmpty)
        try store.add(user: "alice", [])
        #expect(try hints(store, Explaining.alice, .identityPolicy).isEmpty)
    }

    // MARK: brokenReference

    @Test("what is broken is named, and who names it")
    func brokenReferences() throws {
        var store = try Explaining()
        let gone: Text = "arn:aws:iam::111122223333:policy/Gone"
        try store.add(user: "alice", [anyDocs], groups: ["lost", "bad"], attached: [gone], boundary: gone)
        let group = Group(account: store.account, name: "bad", holdings: PolicyHoldings(attachedPolicies: [gone]))
        store.directory.groups[group.key] = group
        store.directory.quarantined = [group.key]
        #expect(
            try hints(store, Explaining.alice, .brokenReference) == [
                "user `alice` of 111122223333 names policy `\(gone)`, which is deleted or broken",
                "user `alice` of 111122223333 names the permissions boundary `\(gone)`, which is deleted or broken",
                "user `alice` of 111122223333 names group `lost`, which is deleted or broken",
                "user `alice` of 111122223333 is in group `bad` of 111122223333, which is quarantined",
                "group `bad` of 111122223333 names policy `\(gone)`, which is deleted or broken",
                "`postern status` shows the files that have errors",
            ])
    }

    @Test("a quarantine without a name to blame is told as that")
    func quarantined() throws {
        var store = try Explaining()
        try store.add(user: "alice", [anyDocs])
        store.directory.quarantined = [.user(store.account, "alice")]
        #expect(
            try hints(store, Explaining.alice, .brokenReference) == [
                "user `alice` of 111122223333 is quarantined", "`postern status` shows the files that have errors",
            ])
    }

    @Test("a missing control policy is named with its place")
    func brokenOrganization() throws {
        var store = try Explaining()
        try store.add(user: "alice", [anyDocs])
        let master = try #require(AccountID("999999999999"))
        store.directory.organization = Organization(
            id: "o-1", masterAccount: master,
            root: OrganizationUnit(
                id: "r-abcd", policies: AttachedControlPolicies(service: ["FullAWSAccess", "Gone"]),
                accounts: [OrganizationAccount(id: store.account)]))
        #expect(
            try hints(store, Explaining.alice, .brokenReference).first
                == "`organization.json` hangs service control policy `Gone` on `r-abcd`, above account 111122223333;"
                + " it is deleted or broken")
    }

    @Test("of a role that is to be assumed, what its sessions would lack")
    func brokenRole() throws {
        var store = try Explaining()
        try store.add(user: "alice", [])
        try store.add(role: "R", trust: trust)
        store.directory.roles[.role(store.account, "r")]?.holdings.attachedPolicies = [
            "arn:aws:iam::111122223333:policy/Gone"
        ]
        let why = try store.whyAssumed("arn:aws:iam::111122223333:role/R")
        #expect(why.reason == .brokenReference)
        #expect(
            why.hints.first
                == "role `r` of 111122223333 names policy `arn:aws:iam::111122223333:policy/Gone`, which is deleted or broken"
        )
    }

    // MARK: sessionRequired

    @Test("who tests a fact of the session is named, with what to give")
    func sessionFacts() throws {
        var store = try Explaining()
        let statements = [
            #"{"Sid":"Old","Effect":"Deny","Action":"mail:*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}}"#,
            #"{"Effect":"Allow","Action":"mail:*","Resource":"arn:aws:mail:::${aws:SourceIdentity}"}"#, anyDocs,
        ]
        try store.add(role: "R", trust: trust, [statements.joined(separator: ",")])
        try store.add(
            resource: "arn:aws:docs::111122223333:x",
            #"{"Sid":"NoIdp","Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example"},"Action":"docs:*"}"#
        )
        let session = "arn:aws:sts::111122223333:assumed-role/R/s"
        #expect(
            try hints(store, session, .sessionRequired) == [
                "statement `Old` of `inline0` (policy.json:1:38) tests `aws:TokenIssueTime`: give `session.issued`",
                "statement 1 of `inline0` (policy.json:1:176) tests `aws:SourceIdentity`: give `session.sourceIdentity`,"
                    + " or a `session` without it where there is none",
                "statement `NoIdp` of `arn:aws:docs::111122223333:x` (policy.json:1:38) denies an identity provider:"
                    + " give `session.federatedProvider`, or a `session` without it where there is none",
            ])
        // Who says something of the session lacks the time of issue alone.
        var extras = Explaining.Extras()
        extras.hasSession = true
        #expect(
            try hints(store, session, .sessionRequired, extras) == [
                "statement `Old` of `inline0` (policy.json:1:38) tests `aws:TokenIssueTime`: give `session.issued`"
            ])
        extras.issued = "2026-06-01T00:00:00Z"
        #expect(try hints(store, session, .allowed, extras).isEmpty)
    }

    @Test("a call that sets a source identity is told what it may change, and who tests it is named")
    func sourceIdentity() throws {
        var store = try Explaining()
        try store.add(role: "R", trust: trust)
        let allow =
            #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:SetSourceIdentity"]}"#
        let deny =
            #"{"Sid":"NoMallory","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringLike":{"sts:SourceIdentity":"mallory*"}}}"#
        try store.add(role: "T", trust: "\(allow),\(deny)")
        func hints(_ extras: Explaining.Extras) throws -> [String] {
            let session = "arn:aws:sts::111122223333:assumed-role/R/s"
            let why = try store.whyAssumed("arn:aws:iam::111122223333:role/T", by: session, extras)
            #expect((why.reason == .sessionRequired) == !extras.hasSession, "\(why.summary)")
            return why.hints
        }
        let howToGive = "give `session.sourceIdentity`, or a `session` without it where there is none"
        let reader =
            "statement `NoMallory` of `trust policy of arn:aws:iam::111122223333:role/T` (policy.json:1:144) tests"
            + " `sts:SourceIdentity`: \(howToGive)"
        var extras = Explaining.Extras()
        #expect(try hints(extras) == [reader])
        extras.sourceIdentity = "alice"
        let change = "`sourceIdentity` may not change the one that the caller's session has: \(howToGive)"
        #expect(try hints(extras) == [change, reader])
        extras.hasSession = true
        #expect(try hints(extras).isEmpty)
    }

    @Test("no more are named than a person needs")
    func manyFacts() throws {
        var store = try Explaining()
        let statements = (0..<100).map {
            #"{"Sid":"S\#($0)","Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"Null":{"aws:SourceIdentity":"false"}}}"#
        }
        try store.add(role: "R", trust: trust, [statements.joined(separator: ",")])
        let hints = try hints(store, "arn:aws:sts::111122223333:assumed-role/R/s", .sessionRequired)
        #expect(hints.count == ExplanationBounds.reply.hintsMax)
    }

    @Test("a federated user's session needs its user, and it is that user who is unknown")
    func federatedUsers() throws {
        var store = try Explaining()
        try store.add(user: "bob", path: "/staff/", [anyDocs])
        let principal = "arn:aws:sts::111122223333:federated-user/app"
        #expect(
            try hints(store, principal, .sessionRequired) == [
                "the ARN of a federated user does not say whose session it is: give `session.user`, the ARN of the user"
                    + " behind it"
            ])
        func hint(_ user: String) throws -> [String] {
            var extras = Explaining.Extras()
            extras.user = user
            return try hints(store, principal, .unknownPrincipal, extras)
        }
        #expect(
            try hint("arn:aws:iam::111122223333:user/nobody") == [
                "it is the user of `session.user` that is unknown: account 111122223333 of the store has no user"
                    + " `nobody`"
            ])
        #expect(
            try hint("arn:aws:iam::111122223333:user/bob") == [
                "it is the user of `session.user` that is unknown: the store has a user of this name, whose ARN is"
                    + " `arn:aws:iam::111122223333:user/staff/bob`"
            ])
        #expect(
            try hint("arn:aws:iam::444455556666:user/bob") == [
                "`session.user` is of account 444455556666, and the federated user of 111122223333"
            ])
        #expect(try hint("bob") == ["`session.user` is the ARN of a user, and not `bob`"])
    }

    // MARK: unknownPrincipal, unknownRole, rootDisabled

    @Test(
        "an unknown principal is told what it may have been meant to be",
        arguments: [
            (
                "arn:aws:iam::111122223333:user/bob",
                "the store has a user of this name, whose ARN is `arn:aws:iam::111122223333:user/staff/bob`"
            ), ("arn:aws:iam::111122223333:user/nobody", "account 111122223333 of the store has no user `nobody`"),
            ("arn:aws:iam::444455556666:user/bob", "the store has no account `444455556666`"),
            (
                "arn:aws:iam::111122223333:role/team/Auditor",
                "a role asks nothing: its sessions do, as `arn:aws:sts::111122223333:assumed-role/Auditor/<session>`"
            ), ("arn:aws:iam::111122223333:role/None", "account 111122223333 of the store has no role `None`"),
            (
                "arn:aws:sts::111122223333:assumed-role/team/Auditor/s",
                "a session's ARN has its role's name without the path: `arn:aws:sts::111122223333:assumed-role/Auditor/s`"
            ),
            ("arn:aws:sts::111122223333:assumed-role/None/s", "account 111122223333 of the store has no role `None`"),
            (
                "arn:aws:sts::111122223333:assumed-role/Auditor/a b",
                "`a b` is no name of a session: 1 to 64 letters, digits and `_+=,.@-`"
            ), ("arn:aws:iam::111122223333:group/g", "a group asks nothing: its users do"),
            (
                "bob",
                "a principal is the ARN of a user, root user, assumed role or federated user in partition `aws`, the name"
                    + " of a service such as `svc.example`, or `anonymous`"
            ),
            (
                "arn:aws-cn:iam::111122223333:user/alice",
                "a principal is the ARN of a user, root user, assumed role or federated user in partition `aws`, the name"
                    + " of a service such as `svc.example`, or `anonymous`"
            ),
        ])
    func unknownPrincipals(_ principal: String, _ hint: String) throws {
        var store = try Explaining()
        try store.add(user: "bob", path: "/staff/", [anyDocs])
        try store.add(role: "Auditor", path: "/team/", trust: trust)
        #expect(try hints(store, principal, .unknownPrincipal).first == hint)
    }

    @Test("a role of this name under another path is told, and a root user how it is enabled")
    func others() throws {
        var store = try Explaining()
        try store.add(user: "alice", [])
        try store.add(role: "Auditor", path: "/team/", trust: trust)
        let why = try store.whyAssumed("arn:aws:iam::111122223333:role/Auditor")
        #expect(why.reason == .unknownRole)
        #expect(
            why.hints == [
                "the store has a role of this name, whose ARN is `arn:aws:iam::111122223333:role/team/Auditor`"
            ])
        #expect(
            try store.whyAssumed("arn:aws:iam::111122223333:role/None").hints == [
                "account 111122223333 of the store has no role `None`"
            ])
        #expect(
            try hints(store, "arn:aws:iam::111122223333:root", .rootDisabled) == [
                #"`"RootUser": "enabled"` in the `account.json` of 111122223333 enables it"#
            ])
    }

    @Test("whose a resource is can be said in several places, which are told, and in them differently")
    func owners() throws {
        var store = try Explaining()
        let other = try #require(AccountID("444455556666"))
        store.directory.accounts[other] = Account(id: other)
        try store.add(user: "alice", [anyDocs])
        func hint(_ resource: String, _ reason: Reason) throws -> [String] {
            let why = try store.why(Explaining.alice, "docs:Read", resource)
            #expect(why.reason == reason, "\(why.summary)")
            return why.hints
        }
        let places = "a file in `accounts/<account>/resources/` whose `Resource` matches it says whose it is"
        #expect(
            try hint("arn:aws:docs:::x", .unknownResourceAccount) == [
                places + ", or 12 digits in the ARN's fifth field"
            ])
        try store.add(resource: "arn:aws:docs::444455556666:x", nil)
        #expect(
            try hint("arn:aws:docs::444455556666:x", .ambiguousOwner) == [
                "every file in `resources/` whose `Resource` matches it, by its `Owner` or its folder, and the account in the"
                    + " ARN must say the same account"
            ])
    }

    @Test("a question about oneself is always allowed, and said to be")
    func callerIdentity() throws {
        var store = try Explaining()
        try store.add(user: "alice", [#"{"Effect":"Deny","Action":"*","Resource":"*"}"#])
        let why = try store.why(Explaining.alice, "sts:GetCallerIdentity", "*")
        #expect(why.reason == .allowed && why.layers.isEmpty)
        #expect(
            why.summary
                == "User: \(Explaining.alice) is authorized to perform: sts:GetCallerIdentity on resource: * because it is"
                + " always allowed to a principal that is known, whatever its policies say")
    }
}
