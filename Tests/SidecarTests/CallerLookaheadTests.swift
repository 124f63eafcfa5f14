import PolicyGenerators
import PolicyModel
import Testing
import WireProtocol

@testable import Sidecar

/// Callers are looked for before their questions come; what is found there is a guess that may be wrong, late or missing.
@Suite("A call of many callers answers each as if it had asked alone")
struct CallerLookaheadTests {
    private static let users = 40

    /// Every other one may read.
    private static func city() throws -> TestCity {
        let city = try TestCity()
        for number in 0..<users {
            try city.addUser(
                Text("u\(number)"), number % 2 == 0 ? TestCity.allow("docs:Read") : TestCity.allow("docs:Write"))
        }
        try city.publish()
        return city
    }

    private static func user(_ number: Int) -> String { "arn:aws:iam::\(TestCity.home):user/u\(number)" }

    private static func call(_ principals: [String?], defaults: String?, isPlain: Bool) -> String {
        let questions = principals.map { principal in
            let name = principal.map { #""principal":"\#($0)","# } ?? ""
            return isPlain ? "{\(name)\"action\":\"docs:Read\"}" : "{ \(name) \"action\":\"docs\\u003aRead\" }"
        }
        let shared = defaults.map { #""principal":"\#($0)","# } ?? ""
        return #"{"method":"io.postern.AuthorizeMany","parameters":{\#(shared)"resource":"\#(TestCity.thing)","#
            + #""questions":[\#(questions.joined(separator: ","))]}}"#
    }

    @Test("known, unknown, repeated and left out, in calls of every length up to several turns", arguments: 0..<8)
    func manyCallers(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let city = try Self.city()
        for count in [1, 2, 3, 4, 5, 8, 31, 32, 33, 70, 200] {
            let numbers = (0..<count).map { _ in Int.random(in: 0..<Self.users + 4, using: &random) }
            let isDefault = seed % 2 == 0
            let principals = numbers.enumerated().map { index, number -> String? in
                if isDefault, index % 5 == 2 { return nil }
                return Self.user(index % 7 == 3 ? numbers[index - 1] : number)
            }
            let call = Self.call(principals, defaults: isDefault ? Self.user(2) : nil, isPlain: seed % 4 < 2)
            let reply = try city.reply(Array(call.utf8) + [0])
            let expected = principals.map { principal -> String in
                let name = principal ?? Self.user(2)
                let number = Int(name.split(separator: "/u").last ?? "") ?? Self.users
                let mayRead = number < Self.users && number % 2 == 0
                return #"{"allowed":\#(mayRead),"decision":"\#(mayRead ? "allowed" : "implicitDeny")"}"#
            }
            #expect(reply.hasPrefix(#"{"parameters":{"answers":[\#(expected.joined(separator: ","))],"#), "\(count)")
        }
    }
}
