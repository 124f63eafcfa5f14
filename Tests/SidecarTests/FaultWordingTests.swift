import Testing

@testable import Sidecar

@Suite("What a refused question is told names what the caller wrote")
struct FaultWordingTests {
    private func reply(_ method: String, _ parameters: String) throws -> String {
        var harness = try LoopHarness()
        let client = try harness.connect()
        client.send(#"{"method":"io.postern.\#(method)","parameters":{\#(parameters)}}"#)
        harness.turn(times: 2)
        return try #require(client.repliesSoFar().first)
    }

    @Test("a role that is none is the role's fault", arguments: ["nope", "*x", "arn:aws:iam"])
    func role(_ role: String) throws {
        let reply = try reply(
            "AssumeRole", #""principal":"arn:aws:iam::111122223333:user/a","role":"\#(role)","sessionName":"me""#)
        #expect(reply.contains("role: expected the ARN of a role"), "\(reply)")
        #expect(!reply.contains("resource"))
    }

    @Test(
        "a session policy is named by its place, and so is what is wrong in it",
        arguments: [
            ("{}", "session.policies[1]: the document has no `Statement`"),
            (#"{"Statement":{"Effect":"Allow"}}"#, "session.policies[1].Statement: "),
        ])
    func sessionPolicy(_ policy: String, _ words: String) throws {
        let good = #"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#
        let reply = try reply(
            "Authorize",
            #""principal":"arn:aws:sts::111122223333:assumed-role/R/s","action":"a:b","resource":"*","session":{"policies":[\#(good),\#(policy)]}"#
        )
        #expect(reply.contains(words), "\(reply)")
    }
}
