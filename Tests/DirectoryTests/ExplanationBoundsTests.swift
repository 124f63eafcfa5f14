import Authorizer
import DecisionTree
import PolicyModel
import PolicySyntax
import Testing

@testable import Directory

@Suite("An explanation is bounded, and counts what it leaves out")
struct ExplanationBoundsTests {
    private let bounds = ExplanationBounds.reply

    private static func failing(_ number: Int) -> String {
        #"{"Effect":"Allow","Action":"docs:*","Resource":"*","Condition":{"StringEquals":{"app:k":"v\#(number)"}}}"#
    }

    @Test("of one layer so many statements are shown, the one that decides and those that apply before all others")
    func statementsOfALayer() throws {
        var store = try Explaining()
        let many = (0..<bounds.statementsPerLayerMax * 4).map(Self.failing)
        let applied = #"{"Sid":"Applied","Effect":"Allow","Action":"docs:Read","Resource":"*"}"#
        try store.add(user: "alice", [(many + [applied]).joined(separator: ",")])
        let why = try store.why()
        #expect(why.reason == .allowed && why.matchedStatement?.sid == "Applied")
        let layer = try #require(why.layers.first)
        #expect(layer.statements.count == bounds.statementsPerLayerMax)
        #expect(layer.statementsLeftOut == many.count + 1 - bounds.statementsPerLayerMax)
        #expect(layer.isComplete)
        #expect(layer.statements.first?.sid == "Applied")
        // As many as may be shown are all shown.
        try store.add(
            user: "alice", [(many.prefix(bounds.statementsPerLayerMax - 1) + [applied]).joined(separator: ",")])
        let all = try #require(try store.why().layers.first)
        #expect(all.statements.count == bounds.statementsPerLayerMax && all.statementsLeftOut == 0)
        let last = bounds.statementsPerLayerMax - 1
        #expect(all.statements.map(\.index) == [last] + (0..<last))
    }

    @Test("a Deny that applies is shown before a hundred Allows that do")
    func effect() throws {
        var store = try Explaining()
        let allows = (0..<100).map { _ in #"{"Effect":"Allow","Action":"docs:*","Resource":"*"}"# }
        let denies = (0..<3).map { #"{"Sid":"Deny\#($0)","Effect":"Deny","Action":"docs:Read","Resource":"*"}"# }
        try store.add(user: "alice", [(allows + denies).joined(separator: ",")])
        let why = try store.why()
        let sids = try #require(why.layers.first).statements.prefix(3).compactMap(\.sid)
        #expect(sids.first == why.matchedStatement?.sid)
        #expect(Set(sids) == ["Deny0", "Deny1", "Deny2"])
    }

    @Test("what names somebody else comes last")
    func foreign() throws {
        var store = try Explaining()
        try store.add(user: "alice", [])
        let others = (0..<100).map {
            #"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/u\#($0)"},"Action":"docs:Read"}"#
        }
        let failing =
            #"{"Sid":"F","Effect":"Allow","Principal":"*","Action":"docs:Read","Condition":{"Bool":{"app:b":"true"}}}"#
        try store.add(resource: "arn:aws:docs::111122223333:x", (others + [failing]).joined(separator: ","))
        let layer = try #require(try store.why().layers.first { $0.layer == "resourcePolicy" })
        #expect(layer.statements.first?.sid == "F")
        #expect(layer.statements.dropFirst().allSatisfy { $0.outcome == "principalMismatch" })
        #expect(layer.statementsLeftOut == 101 - bounds.statementsPerLayerMax)
    }

    @Test("of all layers so many statements are shown, and layers take turns")
    func statementsOfAllLayers() throws {
        var store = try Explaining()
        let many = (0..<bounds.statementsPerLayerMax + 10).map(Self.failing).joined(separator: ",")
        try store.add(policy: "Boundary", many)
        try store.add(user: "alice", [many], boundary: "arn:aws:iam::111122223333:policy/Boundary")
        let names: [Text] = ["P0", "P1", "P2", "P3"]
        for name in names {
            store.directory.serviceControlPolicies[.serviceControlPolicy(name.foldedASCII)] = ControlPolicy(
                name: name, source: try Explaining.source(many, .scp))
        }
        let master = try #require(AccountID("999999999999"))
        func unit(_ level: Int) -> OrganizationUnit {
            OrganizationUnit(
                id: level == 0 ? "r-abcd" : Text("ou-abcd-\(level)"),
                policies: AttachedControlPolicies(service: [names[level]]),
                accounts: level == 2
                    ? [
                        OrganizationAccount(
                            id: store.account, policies: AttachedControlPolicies(service: [names[3]]))
                    ] : [], units: level == 2 ? [] : [unit(level + 1)])
        }
        store.directory.organization = Organization(id: "o-1", masterAccount: master, root: unit(0))
        let why = try store.why()
        // The resource control policies are in play, and have none.
        let layers = why.layers.filter { $0.layer != "resourceControlPolicy" }
        #expect(layers.count == 6 && why.layers.count == 10)
        #expect(why.layers.reduce(0) { $0 + $1.statements.count } == bounds.statementsMax)
        // No layer has more than another by more than one.
        let counts = layers.map(\.statements.count)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
        for layer in layers {
            #expect(layer.statements.count + layer.statementsLeftOut == bounds.statementsPerLayerMax + 10)
        }
        #expect(layers.compactMap(\.level) == ["r-abcd", "ou-abcd-1", "ou-abcd-2", "111122223333"])
    }

    @Test("of long lists the first values are shown, of long values the beginning, of many conditions the first")
    func values() throws {
        var store = try Explaining()
        let values = (0..<5_000).map { #""v\#($0)""# }.joined(separator: ",")
        let long = String(repeating: "é", count: bounds.textBytesMax)
        let keys = (0..<bounds.conditionsMax + 5).map { #""app:k\#($0)":"x""# }.joined(separator: ",")
        try store.add(
            user: "alice",
            [
                #"{"Sid":"Values","Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{"app:k":[\#(values)]}}}"#,
                #"{"Sid":"Long","Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{"app:k":"\#(long)"}}}"#,
                #"{"Sid":"Keys","Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{\#(keys)}}}"#,
            ])
        let statements = try #require(try store.why().layers.first).statements
        let named = Dictionary(uniqueKeysWithValues: statements.map { ($0.sid ?? "", $0) })
        let shown = try #require(named["Values"]?.failedConditions.first).comparison
        #expect(shown.wanted == (0..<bounds.valuesMax).map { "v\($0)" })
        #expect(shown.wantedLeftOut == 5_000 - bounds.valuesMax)
        let cut = try #require(named["Long"]?.failedConditions.first?.comparison.wanted.first)
        #expect(cut == String(repeating: "é", count: bounds.textBytesMax / 2) + "…")
        #expect(named["Keys"]?.failedConditions.count == bounds.conditionsMax)
        #expect(named["Keys"]?.failedConditionsLeftOut == 5)
    }

    @Test("a statement weighs no more than one may, and all of them no more than all may")
    func bytes() throws {
        var store = try Explaining()
        let value = String(repeating: "x\\\\\\\"", count: 80)
        let condition = (0..<bounds.conditionsMax).map { key in
            #""app:k\#(key)":[\#((0..<bounds.valuesMax).map { #""\#(value)\#($0)""# }.joined(separator: ","))]"#
        }.joined(separator: ",")
        let policies = (0..<12).map { number in
            #"{"Sid":"S\#(number)","Effect":"Allow","Action":"docs:Read","Resource":"*","Condition":{"StringEquals":{\#(condition)}}}"#
        }
        try store.add(user: "alice", policies)
        var extras = Explaining.Extras()
        extras.context = (0..<20).map { ("app:k\($0)", String(repeating: "\u{1}", count: 1_000)) }
        let why = try store.why(extras: extras)
        let layer = try #require(why.layers.first)
        #expect(layer.statements.count > 3 && layer.statementsLeftOut > 0)
        #expect(layer.statements.count + layer.statementsLeftOut == 12)
        for statement in layer.statements {
            // Beside what is taken from the allowance there are the names of members.
            #expect(statement.weight <= bounds.statementBytesMax + 4_096)
            #expect(statement.failedConditionsLeftOut > 0)
        }
        #expect(layer.statements.reduce(0) { $0 + $1.weight } <= bounds.bytesMax)
        let nearest = try #require(why.nearestAllow)
        #expect(nearest.missingLeftOut > 0)
        #expect(nearest.missing.reduce(0) { $0 + $1.comparison.weight } <= bounds.statementBytesMax + 4_096)
    }

    @Test("a hundred documents of two hundred statements are recorded as a whole, and shown in part")
    func largePrincipal() throws {
        var store = try Explaining()
        let policies = (0..<100).map { document in
            (0..<200).map { Self.failing(document * 200 + $0) }.joined(separator: ",")
        }
        try store.add(user: "alice", policies)
        let why = try store.why()
        let layer = try #require(why.layers.first)
        #expect(layer.isComplete)
        #expect(layer.statements.count == bounds.statementsPerLayerMax)
        #expect(layer.statementsLeftOut == 20_000 - bounds.statementsPerLayerMax)
        #expect(why.nearestAllow?.missing.map(\.element) == ["condition"])
    }

    @Test("everything is everything, in the order of the walk")
    func everything() throws {
        var store = try Explaining()
        let many = (0..<300).map(Self.failing) + [#"{"Effect":"Allow","Action":"docs:Read","Resource":"*"}"#]
        try store.add(user: "alice", [many.joined(separator: ",")])
        var extras = Explaining.Extras()
        extras.bounds = .everything
        let layer = try #require(try store.why(extras: extras).layers.first)
        #expect(layer.statements.count == 301 && layer.statementsLeftOut == 0)
        // Exact actions are found before patterns.
        #expect(layer.statements.map(\.index) == [300] + (0..<300))
    }

    @Test("a recording that ran out of steps says so, and shows the statement that decided")
    func incomplete() throws {
        var store = try Explaining()
        let stars = String(repeating: "*a", count: 12) + "*b"
        let costly = (0..<1_900).map {
            #"{"Effect":"Allow","Action":"docs:Read","Resource":"arn:aws:docs::111122223333:\#(stars)\#($0)"}"#
        }
        let last = #"{"Sid":"Last","Effect":"Allow","Action":"docs:*","Resource":"*"}"#
        let deny = #"{"Sid":"Deny","Effect":"Deny","Action":"docs:Read","Resource":"*"}"#
        let resource = "arn:aws:docs::111122223333:" + String(repeating: "a", count: 1_900)
        try store.add(user: "alice", [costly.joined(separator: ","), last, deny])
        let why = try store.why(Explaining.alice, "docs:Read", resource)
        let layer = try #require(why.layers.first)
        #expect(why.reason == .identityPolicyDeny && why.deniedBy == ["identityPolicy"])
        #expect(!layer.isComplete && layer.outcome == "denied")
        #expect(layer.statements.first?.sid == "Deny" && why.matchedStatement?.sid == "Deny")
    }
}
