import Directory
import JSONDocument
import PolicyCases
import PolicyModel
import Testing
import WireProtocol

@testable import Sidecar

/// Reasons that no case has, because they are about a store or about cost, each over a connection; with those of the cases,
/// which `CaseWireTests` asks, they are all there are.
@Suite("Every reason of a decision comes back to who asks for it")
struct ReasonTests {
    /// What a question is asked of, and how.
    private static let scenarios: [(Reason, @Sendable (TestCity) throws -> String?)] = [
        (.unknownPrincipal, { try $0.reason("arn:aws:iam::111111111111:user/nobody") }),
        (.rootDisabled, { try $0.reason("arn:aws:iam::111111111111:root") }),
        (.ambiguousOwner, ambiguousOwner), (.brokenReference, brokenReference),
        (.unknownRole, { try $0.reason(TestCity.alice, "sts:AssumeRole", "arn:aws:iam::111111111111:role/Gone") }),
        (.tooCostly, tooCostly), (.stalePolicies, stale),
    ]

    @Test("by what brings it about, and denied by no layer", arguments: scenarios.indices)
    func scenario(index: Int) throws {
        let (reason, ask) = Self.scenarios[index]
        let city = try TestCity(staleDenyAfterSeconds: reason == .stalePolicies ? 60 : nil)
        try city.publish()
        #expect(try ask(city) == reason.rawValue)
        // The same city answers everybody else.
        guard reason != .stalePolicies else { return }
        try city.addUser("bob", TestCity.allow("docs:Read"))
        city.directory.resources = [:]
        try city.publish()
        #expect(try city.reason("arn:aws:iam::111111111111:user/bob") == Reason.allowed.rawValue)
    }

    @Test("in cases and here there is every reason")
    func whole() throws {
        let inCases = (CaseFile.cases(.decision) + CaseFile.cases(.assumption)).compactMap {
            $0.node["reason"]?.string.flatMap { Reason(rawValue: $0) }
        }
        #expect(Set(inCases).union(Self.scenarios.map(\.0)) == Set(Reason.allCases))
        #expect(Set(inCases).isDisjoint(with: Self.scenarios.map(\.0)))
    }

    @Test("a role that is not there may not be assumed either, nor one that is broken")
    func assumption() throws {
        let city = try TestCity()
        try city.addRole("Broken", trust: TestCity.trust(#"{"AWS":"\#(TestCity.alice)"}"#))
        let key = EntityKey.role(try city.account(TestCity.home), "broken")
        city.directory.roles[key]?.holdings.attachedPolicies = ["arn:aws:iam::111111111111:policy/Gone"]
        try city.publish()
        let gone = try city.assume("arn:aws:iam::111111111111:role/Gone").answer
        #expect(gone.decision == .implicitDeny && gone.explanation?.reason == Reason.unknownRole.rawValue)
        let broken = try city.assume("arn:aws:iam::111111111111:role/Broken").answer
        #expect(broken.decision == .implicitDeny && broken.explanation?.reason == Reason.brokenReference.rawValue)
    }

    @Sendable private static func ambiguousOwner(_ city: TestCity) throws -> String? {
        try city.addResource("arn:aws:docs:::x")
        try city.addResource("arn:aws:docs:::*", in: TestCity.abroad)
        try city.publish()
        return try city.reason(TestCity.alice, "docs:Read", "arn:aws:docs:::x")
    }

    @Sendable private static func brokenReference(_ city: TestCity) throws -> String? {
        let key = EntityKey.user(try city.account(TestCity.home), "alice")
        city.directory.users[key]?.holdings.attachedPolicies = ["arn:aws:iam::111111111111:policy/Gone"]
        try city.publish()
        return try city.reason()
    }

    @Sendable private static func tooCostly(_ city: TestCity) throws -> String? {
        let statements = (0..<60).map {
            #"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"app:Text":"*a*b\#($0)"}}}"#
        }
        try city.addUser(
            "alice", TestCity.allow("*"),
            #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#)
        try city.publish()
        let text = String(repeating: "a", count: 4_096)
        return try city.reason(context: [.init("app:Text", .string(text))])
    }

    @Sendable private static func stale(_ city: TestCity) throws -> String? {
        let snapshot = try SnapshotBuilder().build(city.directory, revision: "stale")
        let since = city.harness.time.seconds - 61
        city.harness.source.publish(snapshot) { $0.troubleSince = since }
        return try city.reason()
    }
}
