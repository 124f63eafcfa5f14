import Authorizer
import DecisionTree
import PolicyModel
import PolicySyntax
import Testing

import struct Directory.Tag

@testable import Directory

@Suite("The Allow that came closest")
struct NearestAllowTests {
    private static let needsKey = #""Condition":{"StringEquals":{"app:k":"v"}}"#

    private func elements(_ explanation: Explanation) throws -> [String] {
        try #require(explanation.nearestAllow, "\(explanation)").missing.map(\.element)
    }

    // MARK: What a statement lacks

    @Test("a short ARN is completed as its kind of policy does it")
    func shortARN() throws {
        var store = try Explaining()
        let statement =
            #"{"Effect":"Allow","Action":"docs:Read","Resource":"arn:aws:docs",\#(Self.needsKey)}"#
        try store.add(user: "alice", [statement])
        #expect(try elements(store.why()) == ["condition"])
        let open = #"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#
        try store.add(policy: "Boundary", statement)
        try store.add(user: "alice", [open], boundary: "arn:aws:iam::111122223333:policy/Boundary")
        let why = try store.why()
        #expect(why.reason == .permissionsBoundary)
        #expect(try elements(why) == ["condition"])
    }

    @Test("what a statement is not about is told as that")
    func notElements() throws {
        var store = try Explaining()
        try store.add(
            user: "alice",
            [#"{"Sid":"N","Effect":"Allow","NotAction":"docs:*","NotResource":"arn:aws:docs:*:*:*"}"#])
        let nearest = try #require(try store.why().nearestAllow)
        #expect(nearest.missing.map(\.element) == ["action", "resource"])
        #expect(nearest.missing.map(\.isNot) == [true, true])
        #expect(nearest.missing.first?.comparison.wanted == ["docs:*"])
        #expect(
            nearest.advice
                == "statement `N` of `inline0` comes closest: its `NotAction` names the action; its `NotResource` names the resource"
        )
        // A statement that says what it is about has no such mark.
        try store.add(user: "alice", [#"{"Effect":"Allow","Action":"docs:Write","Resource":"*"}"#])
        #expect(try store.why().nearestAllow?.missing.map(\.isNot) == [false])
    }

    @Test("variables are shown with what they stand for")
    func variables() throws {
        var store = try Explaining()
        try store.add(
            user: "alice",
            [
                #"{"Effect":"Allow","Action":"docs:Read","Resource":["arn:aws:docs:::home/${aws:username}/*","arn:aws:docs:::y"],"Condition":{"StringLike":{"app:team":["${aws:PrincipalTag/team}-*","${app:none}","plain"]}}}"#
            ], tags: [Tag(key: "team", value: "red")])
        let nearest = try #require(try store.why().nearestAllow)
        #expect(nearest.missing.map(\.element) == ["resource", "condition"])
        #expect(nearest.missing[0].comparison.resolved == ["arn:aws:docs:::home/alice/*", "arn:aws:docs:::y"])
        #expect(nearest.missing[1].comparison.resolved == ["red-*", nil, "plain"])
        #expect(nearest.missing[1].comparison.wanted == ["${aws:PrincipalTag/team}-*", "${app:none}", "plain"])
        let failed = try store.why(Explaining.alice, "docs:Read", "arn:aws:docs:::y").layers[0].statements[0]
        #expect(failed.failedConditions[0].comparison.resolved == ["red-*", nil, "plain"])
    }

    @Test("a document of 2008 has no variables, and an operator without them neither")
    func plainText() throws {
        var store = try Explaining()
        let old = #"{"Effect":"Allow","Action":"docs:Read","Resource":"arn:aws:docs:::${aws:username}"}"#
        let user = User(
            account: store.account, name: "alice",
            holdings: PolicyHoldings(inlinePolicies: [
                InlinePolicy(name: "old", source: try Explaining.source(old, version: "2008-10-17"))
            ]))
        store.directory.users[user.key] = user
        #expect(try store.why().nearestAllow?.missing.first?.comparison.resolved == nil)
        try store.add(
            user: "alice",
            [#"{"Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"Bool":{"app:b":"true"}}}"#])
        #expect(try store.why().nearestAllow?.missing.first?.comparison.resolved == nil)
    }

    // MARK: Layers

    @Test("in the caller's own account the resource's policy is searched, too, and the nearer one is named")
    func resourcePolicy() throws {
        var store = try Explaining()
        try store.add(user: "alice", [#"{"Effect":"Allow","Action":"mail:Send","Resource":"*"}"#])
        let statement =
            #"{"Sid":"R","Effect":"Allow","Principal":{"AWS":"\#(Explaining.alice)"},"Action":"docs:Read",\#(Self.needsKey)}"#
        try store.add(resource: "arn:aws:docs::111122223333:x", statement)
        let why = try store.why()
        #expect(why.reason == .identityPolicy)
        let nearest = try #require(why.nearestAllow)
        #expect(nearest.statement.layer == "resourcePolicy" && nearest.statement.sid == "R")
        #expect(nearest.missing.map(\.element) == ["condition"])
        // An identity statement that lacks no more is preferred: it is where the reason points.
        try store.add(
            user: "alice", [#"{"Sid":"I","Effect":"Allow","Action":"docs:Read","Resource":"*",\#(Self.needsKey)}"#])
        #expect(try store.why().nearestAllow?.statement.sid == "I")
    }

    @Test("a resource's policy that names the account needs the caller's own policies, too")
    func accountGrade() throws {
        var store = try Explaining()
        try store.add(user: "alice", [])
        try store.add(
            resource: "arn:aws:docs::111122223333:x",
            #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"docs:Read",\#(Self.needsKey)}"#)
        let nearest = try #require(try store.why().nearestAllow)
        #expect(nearest.missing.map(\.element) == ["condition", "layer"])
        #expect(nearest.missing.last?.comparison.wanted == ["identityPolicy"])
    }

    @Test("a resource's policy that names the user is not under the boundary")
    func aroundTheBoundary() throws {
        var store = try Explaining()
        try store.add(policy: "Boundary", #"{"Effect":"Allow","Action":"mail:*","Resource":"*"}"#)
        try store.add(user: "alice", [], boundary: "arn:aws:iam::111122223333:policy/Boundary")
        try store.add(
            resource: "arn:aws:docs::111122223333:x",
            #"{"Effect":"Allow","Principal":{"AWS":"\#(Explaining.alice)"},"Action":"docs:Read",\#(Self.needsKey)}"#)
        #expect(try elements(store.why()) == ["condition"])
        // An identity policy would be under it.
        store.directory.resources = [:]
        try store.add(
            user: "alice", [#"{"Effect":"Allow","Action":"docs:Read","Resource":"*",\#(Self.needsKey)}"#],
            boundary: "arn:aws:iam::111122223333:policy/Boundary")
        let nearest = try #require(try store.why().nearestAllow)
        #expect(nearest.missing.map(\.element) == ["condition", "layer"])
        #expect(nearest.missing.last?.comparison.wanted == ["permissionsBoundary"])
    }

    // MARK: Roles

    private static let auditor =
        #"{"Sid":"AliceAudits","Effect":"Allow","Principal":{"AWS":"\#(Explaining.alice)"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"sts:ExternalId":"audit-2026"}}}"#

    @Test("a trust policy that names the caller needs nothing else")
    func trustPolicy() throws {
        var store = try Explaining()
        try store.add(user: "alice", [#"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#])
        try store.add(role: "Auditor", trust: Self.auditor)
        let role = "arn:aws:iam::111122223333:role/Auditor"
        let why = try store.whyAssumed(role)
        #expect(why.reason == .trustPolicy)
        let nearest = try #require(why.nearestAllow)
        #expect(nearest.statement.sid == "AliceAudits")
        #expect(nearest.missing.map(\.element) == ["condition"])
        #expect(nearest.missing.first?.key == "sts:ExternalId")
        // And so it is.
        var extras = Explaining.Extras()
        extras.externalID = "audit-2026"
        #expect(try store.whyAssumed(role, extras).reason == .allowed)
        // One that names the account needs the caller's policies, and says so.
        let account = Self.auditor.replacing(Explaining.alice, with: "111122223333")
        try store.add(role: "Auditor", trust: account)
        let both = try #require(try store.whyAssumed(role).nearestAllow)
        #expect(both.missing.map(\.element) == ["condition", "layer"])
        #expect(both.missing.last?.comparison.wanted == ["identityPolicy"])
    }

    @Test("a bearer's provider is what does not match")
    func provider() throws {
        var store = try Explaining()
        let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example"
        try store.add(
            role: "Web",
            trust:
                #"{"Effect":"Allow","Principal":{"Federated":"\#(provider)"},"Action":"sts:AssumeRoleWithWebIdentity"}"#
        )
        var extras = Explaining.Extras()
        extras.provider = "arn:aws:iam::111122223333:oidc-provider/other.example"
        let why = try store.whyAssumed("arn:aws:iam::111122223333:role/Web", by: "anonymous", extras)
        let missing = try #require(why.nearestAllow?.missing.first)
        #expect(missing.element == "principal")
        #expect(missing.comparison.wanted == [provider])
        #expect(missing.comparison.actual == [extras.provider])
        // Everyone is not the bearer: the explanation says so of the statement, and that it allows nothing.
        try store.add(
            role: "Web", trust: #"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity"}"#)
        let open = try store.whyAssumed("arn:aws:iam::111122223333:role/Web", by: "anonymous", extras)
        #expect(open.reason == .trustPolicy && open.deniedBy == ["resourcePolicy"])
        let other = try #require(open.nearestAllow?.missing.first)
        #expect(open.nearestAllow?.missing.count == 1 && other.element == "principal")
        #expect(other.comparison.wanted == ["*"] && other.comparison.actual == [extras.provider])
    }

    @Test("of a trust policy no provider of a session's past is compared")
    func providerOfASession() throws {
        var store = try Explaining()
        let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example"
        try store.add(role: "R", trust: Self.auditor)
        let trust = #"{"Effect":"Allow","Principal":{"Federated":"\#(provider)"},"Action":"sts:AssumeRole"}"#
        try store.add(role: "Web", trust: trust)
        var extras = Explaining.Extras()
        extras.provider = provider
        let session = "arn:aws:sts::111122223333:assumed-role/R/s"
        let why = try store.whyAssumed("arn:aws:iam::111122223333:role/Web", by: session, extras)
        let missing = try #require(why.nearestAllow?.missing.first)
        #expect(missing.element == "principal" && missing.comparison.actual == [session])
    }

    @Test("a statement about another service is no advice for the assumption of a role")
    func foreignService() throws {
        var store = try Explaining()
        try store.add(user: "alice", [#"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"#])
        try store.add(
            role: "R", trust: #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#)
        let why = try store.whyAssumed("arn:aws:iam::111122223333:role/R")
        #expect(why.reason == .identityPolicy && why.nearestAllow == nil)
    }

    // MARK: Bounds

    @Test("of a thousand statements a hundred are tried, those that are about the question first")
    func candidates() throws {
        var store = try Explaining()
        let foreign = (0..<1_000).map { #"{"Effect":"Allow","Action":"mail:Send\#($0)","Resource":"*"}"# }
        let about = #"{"Sid":"About","Effect":"Allow","Action":"docs:Read","Resource":"arn:aws:docs:::other"}"#
        let failing = #"{"Sid":"Failing","Effect":"Allow","Action":"docs:Read","Resource":"*",\#(Self.needsKey)}"#
        try store.add(user: "alice", [foreign.joined(separator: ","), about])
        #expect(try store.why().nearestAllow?.statement.sid == "About")
        try store.add(user: "alice", [foreign.joined(separator: ","), about, failing])
        #expect(try store.why().nearestAllow?.statement.sid == "Failing")
        let search = try search(store)
        #expect(search.candidates.count == NearestAllow.candidatesMax)
        #expect(search.documents()?.count == NearestAllow.candidatesMax * 4)
    }

    @Test("two layers share the hundred")
    func sharedCandidates() throws {
        var store = try Explaining()
        let many = (0..<200).map { #"{"Effect":"Allow","Action":"docs:A\#($0)","Resource":"*"}"# }
        let named = (0..<200).map {
            #"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"docs:A\#($0)"}"#
        }
        try store.add(user: "alice", [many.joined(separator: ",")])
        try store.add(resource: "arn:aws:docs::111122223333:x", named.joined(separator: ","))
        let candidates = try search(store).candidates
        #expect(candidates.count { $0.layer == .identityPolicy } == NearestAllow.candidatesMax / 2)
        #expect(candidates.count { $0.layer == .resourcePolicy } == NearestAllow.candidatesMax / 2)
    }

    @Test("statements of very many patterns are not compiled")
    func elements() throws {
        var store = try Explaining()
        func statement(_ sid: String, _ count: Int) -> String {
            let values = (0..<count).map { #""v\#($0)""# }.joined(separator: ",")
            return
                #"{"Sid":"\#(sid)","Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{"app:k":[\#(values)]}}}"#
        }
        // Values of one list are at most 5,000.
        let policies = (0..<6).map { statement("S\($0)", 4_000) }
        try store.add(user: "alice", policies)
        let candidates = try search(store).candidates
        #expect(candidates.count == NearestAllow.elementsMax / 4_010)
    }

    @Test("a probe takes no more steps than it has, and candidates that it did not come to are not named")
    func steps() throws {
        var store = try Explaining()
        let first = #"{"Sid":"First","Effect":"Allow","Action":"docs:Write","Resource":"*"}"#
        let condition = #""Condition":{"Null":{"app:k":"false"}}"#
        let near = #"{"Sid":"Near","Effect":"Allow","Action":"docs:R*","Resource":"*",\#(condition)}"#
        try store.add(user: "alice", [first, near])
        let snapshot = try SnapshotBuilder().build(store.directory, revision: "test")
        var asked = AskedView(
            Explaining.alice, "docs:Read", "arn:aws:docs::111122223333:x", Explaining.Extras(), snapshot)
        let trace = try Authorizer.trace(
            &asked.view, context: 0..<0, tables: snapshot.tables, scratch: &asked.scratch, now: Instant(seconds: 1))
        let question = AskedQuestion(asked.view)
        let search = NearestAllow(trace, PolicyLocator(snapshot, question, sessionPolicies: [], trace), question)
        #expect(search.candidates.count == 2)
        let documents = try #require(search.documents()).map { ($0.document, "", $0.completesARNs) }
        let tables = try snapshot.compileApart(documents)
        var counts: [Int] = []
        for stepsMax in [0, 5, 20, 40, Probe.stepsMax] {
            let probe = try Authorizer.probe(
                tables, &asked.view, context: 0..<0, tables: snapshot.tables, stepsMax: stepsMax,
                scratch: &asked.scratch, now: Instant(seconds: 1))
            counts.append(probe.documentCount)
            let nearest = search.nearest(by: probe, HeldKeys(trace), .reply)
            let known = probe.documentCount / 4
            #expect(nearest?.statement.sid == (known == 0 ? nil : "Near"), "\(stepsMax) steps, \(known) known")
        }
        #expect(counts.first == 0 && counts.last == 8 && counts == counts.sorted())
    }

    @Test("once nobody waits, the search is left out")
    func stopped() throws {
        var store = try Explaining()
        try store.add(user: "alice", [#"{"Effect":"Allow","Action":"docs:Write","Resource":"*"}"#])
        var extras = Explaining.Extras()
        #expect(try store.why(extras: extras).nearestAllow != nil)
        extras.isStopped = true
        let why = try store.why(extras: extras)
        #expect(why.nearestAllow == nil && why.reason == .identityPolicy)
    }

    /// The search for Alice's question.
    private func search(_ store: Explaining) throws -> NearestAllow {
        let snapshot = try SnapshotBuilder().build(store.directory, revision: "test")
        var asked = AskedView(
            Explaining.alice, "docs:Read", "arn:aws:docs::111122223333:x", Explaining.Extras(), snapshot)
        let trace = try Authorizer.trace(
            &asked.view, context: 0..<0, tables: snapshot.tables, scratch: &asked.scratch, now: Instant(seconds: 1))
        let question = AskedQuestion(asked.view)
        return NearestAllow(trace, PolicyLocator(snapshot, question, sessionPolicies: [], trace), question)
    }
}

extension Explaining {
    /// Alice's usual question.
    func why(extras: Extras) throws -> Explanation {
        try why(Explaining.alice, "docs:Read", "arn:aws:docs::111122223333:x", extras)
    }
}
