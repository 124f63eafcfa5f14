import JSONDocument
import Testing

@testable import Commands

/// Questions whose policies cost more to look through than to decide by: a first document decides at once, the others
/// compare a long resource with patterns of many stars.
@Suite("`simulate` answers of policies that are costly to look through")
struct SimulateCostTests {
    private static let resource = "arn:aws:docs::111122223333:" + String(repeating: "a", count: 1_900)

    private static func costly(_ number: Int) -> String {
        let statements = (0..<50).map {
            #"{"Effect":"Allow","Action":"docs:*","Resource":"arn:aws:docs::111122223333:*a*a*a*b\#(number)-\#($0)"}"#
        }
        return #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
    }

    /// A line with `count` costly documents behind a first one.
    private static func line(first effect: String, count: Int, _ others: String) -> String {
        let first =
            #"{"Version":"2012-10-17","Statement":[{"Effect":"\#(effect)","Action":"docs:*","Resource":"*"}]}"#
        let identity = [first] + (0..<count).map(costly)
        return #"{"principal":"arn:aws:iam::111122223333:user/bob","action":"docs:Read","resource":"\#(resource)","#
            + #""identityPolicies":[\#(identity.joined(separator: ","))],\#(others)}"#
    }

    @Test("what is allowed is denied by nothing", arguments: [1, 80])
    func allowed(count: Int) throws {
        let boundary =
            #""permissionsBoundaries":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}]"#
        let answer = try Simulated.answer(Self.line(first: "Allow", count: count, boundary))
        #expect(answer["decision"]?.string == "allowed")
        #expect(answer["deniedBy"]?.elements?.isEmpty == true)
        let matched = answer["matchedStatements"]?.elements?.compactMap { $0["policy"]?.string } ?? []
        #expect(matched == ["identityPolicies[0]", "permissionsBoundaries[0]"])
        #expect((answer["incomplete"] != nil) == (count == 80))
    }

    @Test("every layer that denies is named", arguments: [1, 20, 40, 80])
    func denied(count: Int) throws {
        let resource =
            #""resourcePolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*"}]}"#
        let answer = try Simulated.answer(Self.line(first: "Deny", count: count, resource))
        #expect(answer["decision"]?.string == "explicitDeny")
        #expect(answer["deniedBy"]?.elements?.compactMap(\.string) == ["identityPolicy", "resourcePolicy"])
        let matched = answer["matchedStatements"]?.elements?.compactMap { $0["policy"]?.string } ?? []
        #expect(matched == ["identityPolicies[0]", "resourcePolicy"])
    }
}
