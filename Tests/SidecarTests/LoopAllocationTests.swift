import CAllocations
import Directory
import Logging
import PolicyModel
import Testing
import WireProtocol

import struct Directory.Tag

@testable import Sidecar

/// What a message costs in memory once the loop has seen one like it: nothing.
///
/// The whole way is measured: reading, scanning, deciding, recording, formatting and sending.
@Suite("A loop allocates nothing for a message")
struct LoopAllocationTests {
    /// Kinds of message, each answered without an error.
    enum Kind: String, CaseIterable {
        case authorize, pipelined, many, session, sessionInEveryQuestion, tagged, assumeRole, recorded
    }

    private static let role = "arn:aws:iam::111111111111:role/R"
    private static let context =
        #""context":{"aws:SourceIp":"10.0.0.7","app:Env":"prod","app:n":7,"app:list":["a","b"]}"#
    private static let policies =
        #""policies":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"docs:*","Resource":"*"}}]"#

    private static func call(_ method: String, _ parameters: String) -> String {
        #"{"method":"io.postern.\#(method)","parameters":{\#(parameters)}}"# + "\0"
    }

    private static func question(_ principal: String = TestCity.alice, _ more: String = context) -> String {
        #""principal":"\#(principal)","action":"docs:Read","resource":"\#(TestCity.thing)",\#(more)"#
    }

    private static func text(_ kind: Kind) -> String {
        let sessionARN = "arn:aws:sts::111111111111:assumed-role/R/sess"
        let session = #""session":{\#(policies),"issued":"2001-09-09T01:46:40Z"}"#
        let tags =
            #""session":{"tags":{"team":"red","cost":"1"},"transitiveTagKeys":["team"],"issued":"2001-09-09T01:46:40Z"}"#
        switch kind {
        case .authorize, .recorded: return call("Authorize", question())
        case .pipelined: return String(repeating: call("Authorize", question()), count: 30)
        case .many:
            let questions = (0..<50).map { #"{"resource":"arn:aws:docs::111111111111:\#($0)"}"# }
            return call("AuthorizeMany", question() + #","questions":[\#(questions.joined(separator: ","))]"#)
        case .session: return call("Authorize", question(sessionARN, session))
        case .sessionInEveryQuestion:
            let questions = (0..<20).map { _ in "{\(session)}" }
            return call(
                "AuthorizeMany", question(sessionARN) + #","questions":[\#(questions.joined(separator: ","))]"#)
        case .tagged: return call("Authorize", question(sessionARN, tags))
        case .assumeRole:
            return call(
                "AssumeRole",
                #""principal":"\#(TestCity.alice)","role":"\#(role)","sessionName":"sess","tags":{"team":"red"},"#
                    + #""transitiveTagKeys":["team"],"sourceIdentity":"me","durationSeconds":3600,\#(policies)"#)
        }
    }

    @Test("of a kind that it has seen", arguments: Kind.allCases)
    func nothing(kind: Kind) throws {
        guard allocations_of_this_thread() >= 0 else { return }
        let city = try TestCity()
        let trust = TestCity.trust(
            #"{"AWS":"\#(TestCity.alice)"}"#, #"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#)
        try city.addRole("R", trust: trust, tags: [Tag(key: "team", value: "blue")], TestCity.allow("docs:Read"))
        try city.publish()
        var harness = try LoopHarness(
            auditor: kind == .recorded ? try Auditor(path: "unused", threads: 2, logger: Logger(label: "test")) : nil)
        harness.source.publish(city.harness.source.current.snapshot)
        let client = try harness.connect()
        let bytes = Array(Self.text(kind).utf8)
        let first = Self.rounds(5, bytes, &harness, client)
        #expect(!first.contains("error"), "\(first)")
        #expect(first.contains(#""decision":"allowed""#), "\(first)")
        var counted: Int64 = 0
        for _ in 0..<20 { counted += Self.allocations(of: bytes, &harness, client) }
        #expect(counted == 0)
    }

    @Test("the counter sees what the Swift runtime allocates")
    func counterSees() {
        let before = allocations_of_this_thread()
        guard before >= 0 else { return }
        var kept: [[Int]] = []
        for number in 0..<10 { kept.append(Array(repeating: number, count: 100 + number)) }
        #expect(allocations_of_this_thread() - before >= 10)
        #expect(kept.count == 10)
    }

    private static func rounds(
        _ count: Int, _ bytes: [UInt8], _ harness: inout LoopHarness, _ client: TestClient
    ) -> String {
        var text = ""
        for _ in 0..<count {
            client.write(bytes)
            harness.loop.runOnce(waitMilliseconds: 0)
            harness.loop.runOnce(waitMilliseconds: 0)
            text += client.repliesSoFar().joined()
        }
        return text
    }

    /// What the loop allocates while it answers; the test's own work is not counted.
    private static func allocations(
        of bytes: [UInt8], _ harness: inout LoopHarness, _ client: TestClient
    ) -> Int64 {
        client.write(bytes)
        let before = allocations_of_this_thread()
        harness.loop.runOnce(waitMilliseconds: 0)
        harness.loop.runOnce(waitMilliseconds: 0)
        let counted = allocations_of_this_thread() - before
        _ = client.repliesSoFar()
        return counted
    }
}
