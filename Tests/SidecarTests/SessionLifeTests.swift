import Directory
import PolicyModel
import Testing
import WireProtocol

import struct Directory.Tag

@testable import Sidecar

/// What becomes of a session while the store changes, and what it hands on (spec §8, §13-25).
@Suite("The life of a role's session")
struct SessionLifeTests {
    private static let role = "arn:aws:iam::111111111111:role/R"
    private static let session = "arn:aws:sts::111111111111:assumed-role/R/sess"
    private static let alice = #"{"AWS":"\#(TestCity.alice)"}"#
    private static let tagged = #","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#

    @Test("a role's tags are read per question, and those of the session stay as they were")
    func liveTags() throws {
        let city = try TestCity()
        let trust = TestCity.trust(Self.alice, #"["sts:AssumeRole","sts:TagSession"]"#)
        try city.addRole(
            "R", trust: trust, tags: [Tag(key: "team", value: "red")], TestCity.allow("docs:Read", Self.tagged))
        try city.publish()
        let plain = try #require(try city.assume(Self.role).session)
        let own = try #require(try city.assume(Self.role) { $0.tags = [.init("Team", "red")] }.session)
        #expect(try city.reason(Self.session, session: plain) == "allowed")
        #expect(try city.reason(Self.session, session: own) == "allowed")
        try city.addRole(
            "R", trust: trust, tags: [Tag(key: "team", value: "blue")], TestCity.allow("docs:Read", Self.tagged))
        try city.publish()
        #expect(try city.reason(Self.session, session: plain) == "identityPolicy")
        #expect(try city.reason(Self.session, session: own) == "allowed")
    }

    @Test("policies and boundary act at once, and a changed trust policy ends no session")
    func livePolicies() throws {
        let city = try TestCity()
        try city.addRole("R", trust: TestCity.trust(Self.alice), TestCity.allow("docs:Read"))
        try city.publish()
        let known = try #require(try city.assume(Self.role).session)
        #expect(try city.reason(Self.session, session: known) == "allowed")
        try city.addRole(
            "R", trust: TestCity.trust(#"{"Service":"other.example"}"#), TestCity.allow("docs:Read"))
        try city.publish()
        #expect(try city.reason(Self.session, session: known) == "allowed")
        #expect(try city.assume(Self.role).answer.decision == .implicitDeny)
        try city.addRole("R", trust: TestCity.trust(Self.alice), TestCity.deny("docs:Read"))
        try city.publish()
        #expect(try city.reason(Self.session, session: known) == "identityPolicyDeny")
        try city.addRole(
            "R", trust: TestCity.trust(Self.alice), boundary: TestCity.allow("mail:*"), TestCity.allow("docs:Read"))
        try city.publish()
        #expect(try city.reason(Self.session, session: known) == "permissionsBoundary")
        // The role's boundary gates its sessions, and not the call that makes one.
        #expect(try city.assume(Self.role).answer.decision == .allowed)
    }

    @Test("a deleted role's sessions die, and a role of the same name with another id is another")
    func deletedRole() throws {
        let city = try TestCity()
        try city.addRole("R", trust: TestCity.trust(Self.alice), TestCity.allow("docs:Read"))
        try city.publish()
        let known = try #require(try city.assume(Self.role).session)
        let key = EntityKey.role(try city.account(TestCity.home), "r")
        city.directory.roles[key] = nil
        try city.publish()
        #expect(try city.reason(Self.session, session: known) == "unknownPrincipal")
        // Of a resource policy that names the old role's id, nothing is left either.
        try city.addRole("R", trust: TestCity.trust(Self.alice))
        city.directory.roles[key]?.id = "AROANEW"
        try city.addResource(
            "arn:aws:docs::111111111111:x",
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"AROAOLD"},"Action":"*"}}"#)
        try city.publish()
        #expect(try city.reason(Self.session, session: known) == "identityPolicy")
    }

    @Test("only the newest session's policies count, inline and managed")
    func chain() throws {
        let city = try TestCity()
        let managed = ManagedPolicy(
            account: try city.account(TestCity.home), name: "OnlyMail",
            source: try TestCity.source(TestCity.allow("mail:*"), .managed))
        city.directory.policies[managed.key] = managed
        let everybody = TestCity.trust(#"{"AWS":"111111111111"}"#)
        for name in ["R", "S"] as [Text] { try city.addRole(name, trust: everybody, TestCity.allow("*")) }
        try city.publish()
        // Of the first session nothing but AssumeRole is left.
        let first = try #require(
            try city.assume(Self.role) { $0.policies = [TestCity.allow("sts:*")] }.session)
        #expect(try city.reason(Self.session, session: first) == "sessionPolicy")
        let (role, session) = ("arn:aws:iam::111111111111:role/S", "arn:aws:sts::111111111111:assumed-role/S/sess")
        let second = try #require(try city.assume(role, by: Self.session, session: first).session)
        #expect(second.policies == nil && second.policyARNs == nil)
        #expect(try city.reason(session, session: second) == "allowed")
        let limited = try #require(
            try city.assume(role, by: Self.session, session: first) { $0.policyARNs = [managed.arn.string] }.session)
        #expect(limited.policies == nil)
        #expect(try city.reason(session, session: limited) == "sessionPolicy")
        #expect(try city.reason(session, "mail:Send", session: limited) == "allowed")
        // And a session that was let do nothing can assume nothing, though its role may.
        let nothing = try #require(try city.assume(Self.role) { $0.policies = [] }.session)
        #expect(nothing.policies == [])
        #expect(try city.reason(Self.session, session: nothing) == "sessionPolicy")
        #expect(try city.assume(role, by: Self.session, session: nothing).answer.explanation?.reason == "sessionPolicy")
    }

    @Test("a managed session policy of another account is none of the session's")
    func foreignPolicy() throws {
        let city = try TestCity()
        let foreign = ManagedPolicy(
            account: try city.account(TestCity.abroad), name: "Theirs",
            source: try TestCity.source(TestCity.allow("*"), .managed))
        city.directory.policies[foreign.key] = foreign
        try city.addRole("R", trust: TestCity.trust(Self.alice), TestCity.allow("*"))
        try city.publish()
        var session = WireSession()
        session.policyARNs = [foreign.arn.string]
        var asked = WireQuestion(principal: Self.session, action: "docs:Read", resource: TestCity.thing)
        asked.session = session
        var buffer = WireBuffer()
        buffer.appendAuthorize(asked, explain: false)
        #expect(try city.reply(buffer.bytes).contains("io.postern.BadRequest"))
    }

    @Test("service control policies of the role's account gate its sessions, and not who assumes it from abroad")
    func roleAccountCeiling() throws {
        let city = try TestCity()
        let eve = "arn:aws:iam::222222222222:user/eve"
        try city.addUser("eve", in: TestCity.abroad, TestCity.allow("*"))
        try city.addRole("R", trust: TestCity.trust(#"{"AWS":"\#(eve)"}"#), TestCity.allow("*"))
        let policy = ControlPolicy(name: "NoSTS", source: try TestCity.source(TestCity.deny("*"), .scp))
        city.directory.serviceControlPolicies[.serviceControlPolicy("nosts")] = policy
        let (home, abroad) = (try city.account(TestCity.home), try city.account(TestCity.abroad))
        city.directory.organization = Organization(
            id: "o-1", masterAccount: abroad,
            root: OrganizationUnit(
                id: "r-1",
                accounts: [
                    OrganizationAccount(id: abroad),
                    OrganizationAccount(id: home, policies: AttachedControlPolicies(service: ["NoSTS"])),
                ]))
        try city.publish()
        let assumed = try city.assume(Self.role, by: eve)
        #expect(assumed.answer.decision == .allowed)
        #expect(try city.reason(Self.session, session: assumed.session) == "serviceControlPolicyDeny")
    }

    @Test("what the registry says of a role's ARN lets nobody assume it, and its Deny denies")
    func registryBesideTrust() throws {
        let city = try TestCity()
        try city.addRole("R", trust: TestCity.trust(#"{"Service":"other.example"}"#))
        try city.addRole("T", trust: TestCity.trust(Self.alice))
        let everybody = #"{"Version":"2012-10-17","Statement":{"Effect":"%","Principal":"*","Action":"sts:*"}}"#
        try city.addResource(Text(Self.role), everybody.replacing("%", with: "Allow"))
        try city.addResource("arn:aws:iam::111111111111:role/T", everybody.replacing("%", with: "Deny"))
        try city.publish()
        #expect(try city.assume(Self.role).answer.explanation?.reason == "trustPolicy")
        #expect(try city.reason(TestCity.alice, "sts:AssumeRole", Self.role) == "trustPolicy")
        #expect(try city.assume("arn:aws:iam::111111111111:role/T").answer.explanation?.reason == "resourcePolicyDeny")
        // For what is no assumption the role is a resource as any other.
        try city.addUser("bob")
        try city.publish()
        #expect(try city.reason("arn:aws:iam::111111111111:user/bob", "sts:Other", Self.role) == "allowed")
    }

    @Test(
        "only who has no credentials presents a provider's token",
        arguments: [TestCity.alice, "events.example", Self.session])
    func providerOfSomebody(principal: String) throws {
        let city = try TestCity()
        try city.addRole("R", trust: TestCity.trust(#"{"Federated":"idp.example"}"#, "sts:AssumeRoleWithWebIdentity"))
        try city.publish()
        var call = WireAssumption(principal: principal, role: Self.role, sessionName: "sess")
        call.federatedProvider = "idp.example"
        var buffer = WireBuffer()
        buffer.appendAssumeRole(call, explain: false)
        #expect(try city.reply(buffer.bytes).contains("io.postern.BadRequest"))
        #expect(
            try city.assume(Self.role, by: "anonymous") { $0.federatedProvider = "idp.example" }.answer.decision
                == .allowed)
    }
}
