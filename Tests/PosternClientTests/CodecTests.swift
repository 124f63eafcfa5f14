import Foundation
import Testing
import WireProtocol

@testable import PosternClient

@Suite("Messages of the client")
struct CodecTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a question is always the same bytes, keys in order")
    func question() throws {
        let question = Question(
            principal: "anonymous", action: "docs:Read", resource: "*",
            context: ["b": ["x", 2, true], "a": "say \"hi\"\n", "c": .number("1.50")])
        let message = text(try Codec.authorize(question, explain: true))
        #expect(
            message
                == #"{"method":"io.postern.Authorize","parameters":{"principal":"anonymous","action":"docs:Read","resource":"*","#
                + #""context":{"a":"say \"hi\"\n","b":["x",2,true],"c":1.50},"explain":true}}"# + "\0")
    }

    @Test("a number that is none is refused before it is sent", arguments: ["", "1,2", "0}}", "\"x\"", "NaN"])
    func badNumber(_ text: String) {
        let question = Question(principal: "p", action: "a", resource: "r", context: ["k": .number(text)])
        #expect(throws: PosternError.self) { try Codec.authorize(question, explain: false) }
    }

    @Test("an answer is read with its explanation")
    func answer() throws {
        let reply =
            #"{"parameters":{"allowed":false,"decision":"explicitDeny","revision":"ab","explanation":{"reason":"identityPolicyDeny","#
            + #""summary":"no","matchedStatement":{"layer":"identityPolicy","policy":"P","sid":"S","index":0,"file":"f.json","line":3,"column":9}}}}"#
        let answer = try Codec.answer(Array(reply.utf8))
        #expect(!answer.isAllowed)
        #expect(answer.decision == .explicitDeny)
        #expect(answer.explanation?.matchedStatement?.line == 3)
        #expect(answer.explanation?.matchedStatement?.sid == "S")
    }

    @Test(
        "what is not an answer is never one",
        arguments: [
            "", "{}", "[]", #"{"parameters":{}}"#, #"{"parameters":{"allowed":true,"revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"implicitDeny","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}"#,
            #"{"parameters":{"allowed":"true","decision":"allowed","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}} x"#,
        ])
    func noAnswer(_ reply: String) {
        #expect(throws: PosternError.self) { try Codec.answer(Array(reply.utf8)) }
    }

    @Test("an explanation keeps what this client does not know")
    func unknownMembers() throws {
        let json = #"{"reason":"r","summary":"s","new":[1.50,{"é\n":null},true]}"#
        let reply = #"{"parameters":{"allowed":true,"decision":"allowed","revision":"ab","explanation":\#(json)}}"#
        #expect(try Codec.answer(Array(reply.utf8)).explanation?.json == json)
        let answer = #"{"allowed":true,"decision":"allowed","explanation":\#(json)}"#
        let many = #"{"parameters":{"answers":[\#(answer)],"revision":"ab"}}"#
        let answers = try Codec.answers(Array(many.utf8), count: 1)
        #expect(answers.map(\.explanation?.json) == [json])
        #expect(answers.map(\.revision) == ["ab"])
        #expect(throws: PosternError.protocolViolation("1 answers to 2 questions")) {
            try Codec.answers(Array(many.utf8), count: 2)
        }
    }

    @Test("a question that could not be decided is denied, and says why")
    func questionFault() throws {
        let reply =
            #"{"parameters":{"answers":[{"allowed":false,"decision":"implicitDeny","error":"BadRequest: x"}],"revision":"r"}}"#
        let answers = try Codec.answers(Array(reply.utf8), count: 1)
        #expect(answers.map(\.error) == ["BadRequest: x"])
        #expect(answers.map(\.isAllowed) == [false])
    }

    @Test("a status keeps what this client does not know, and is degraded by any trouble")
    func status() throws {
        var report = StatusReport(
            revision: "r", version: "9", uptimeSeconds: 1, lastReload: .init(at: 2, succeeded: true))
        #expect(try !Codec.status(message(report)).isDegraded)
        report.errorCount = 1
        #expect(try Codec.status(message(report)).isDegraded)
        report.errorCount = 0
        report.counts.quarantined = 1
        #expect(try Codec.status(message(report)).isDegraded)
        #expect(try !Codec.status(message(report)).isStale)
        report.counts.quarantined = 0
        let images: [(StatusReport.Image, Bool)] = [
            (.unchecked, false), (.equal, false), (.different, true), (.withdrawn, true),
        ]
        for (image, isDegraded) in images {
            report.image = image
            #expect(try Codec.status(message(report)).isDegraded == isDegraded)
        }
        let newer = text(message(report)).replacing("\"version\"", with: "\"new\":{\"a\":[]},\"version\"")
        let status = try Codec.status(Array(newer.utf8))
        #expect("{\"parameters\":\(status.json)}" == newer)
    }

    @Test("half a status is none")
    func noStatus() {
        #expect(throws: PosternError.self) { try Codec.status(Array(#"{"parameters":{"revision":"r"}}"#.utf8)) }
    }

    /// A reply without its NUL.
    private func message(_ report: StatusReport) -> [UInt8] {
        var buffer = WireBuffer()
        buffer.appendStatusReply(report)
        return buffer.bytes.dropLast()
    }

    @Test("errors are typed")
    func errors() {
        let cases: [(String, PosternError)] = [
            (#"{"error":"io.postern.BadRequest","parameters":{"message":"m"}}"#, .badRequest("m")),
            (#"{"error":"io.postern.NotReady"}"#, .notReady),
            (
                #"{"error":"io.postern.Overloaded","parameters":{"retryAfterMilliseconds":50}}"#,
                .overloaded(retryAfterMilliseconds: 50)
            ),
            (#"{"error":"io.postern.ReloadFailed","parameters":{"errors":["a","b"]}}"#, .reloadFailed(["a", "b"])),
            (#"{"error":"io.postern.PermissionDenied","parameters":{"message":"m"}}"#, .permissionDenied("m")),
            (
                #"{"error":"org.varlink.service.InvalidParameter","parameters":{"parameter":"p"}}"#,
                .badRequest("invalid parameter `p`")
            ),
            (#"{"error":"io.postern.Overloaded"}"#, .overloaded(retryAfterMilliseconds: 1_000)),
            (
                #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"m"}}"#,
                .unknownError("org.varlink.service.MethodNotFound")
            ),
            (#"{"error":"x.y"}"#, .unknownError("x.y")),
        ]
        for (reply, error) in cases {
            #expect(throws: error) { try Codec.revision(Array(reply.utf8)) }
        }
    }

    private func session() -> Session {
        var session = Session()
        session.policies = [#"{ "Statement" : [] }"#]
        session.policyARNs = ["arn:aws:iam::111122223333:policy/P"]
        session.tags = [SessionTag("Area", "x\"y"), SessionTag("team", "red")]
        session.transitiveTagKeys = ["team"]
        (session.sourceIdentity, session.federatedProvider, session.issued) = (
            "bob", "idp.example", "2026-01-01T00:00:00Z"
        )
        (session.mfaPresent, session.mfaAgeSeconds, session.user) = (true, 5, "arn:aws:iam::111122223333:user/bob")
        return session
    }

    private static let sessionJSON =
        #"{"policies":[{"Statement":[]}],"policyArns":["arn:aws:iam::111122223333:policy/P"],"tags":{"Area":"x\"y","team":"red"},"#
        + #""transitiveTagKeys":["team"],"sourceIdentity":"bob","federatedProvider":"idp.example","issued":"2026-01-01T00:00:00Z","#
        + #""mfaPresent":true,"mfaAgeSeconds":5,"user":"arn:aws:iam::111122223333:user/bob"}"#

    @Test("a session goes with its question")
    func questionWithSession() throws {
        let question = Question(principal: "p", action: "a:b", resource: "*", session: session())
        #expect(
            try text(Codec.authorize(question, explain: false))
                == #"{"method":"io.postern.Authorize","parameters":{"principal":"p","action":"a:b","resource":"*","session":"#
                + Self.sessionJSON + "}}\0")
    }

    @Test("tags that Unicode holds equal stay two, there and back")
    func canonicallyEqualTags() throws {
        // A letter and the Kelvin sign, which Swift takes for the same text.
        var session = Session()
        session.tags = [SessionTag("K", "1"), SessionTag("\u{212A}", "2")]
        let message = try text(
            Codec.authorize(Question(principal: "p", action: "a:b", resource: "*", session: session), explain: false))
        #expect(message.contains("\"tags\":{\"K\":\"1\",\"\u{212A}\":\"2\"}"))
        let reply =
            "{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\",\"principal\":\"p\",\"session\":"
            + "{\"tags\":{\"K\":\"1\",\"\u{212A}\":\"2\"}},\"revision\":\"r\"}}"
        let read = try Codec.assumedRole(Array(reply.utf8)).session?.tags ?? []
        #expect(read.map { Array($0.key.utf8) } == [Array("K".utf8), Array("\u{212A}".utf8)])
    }

    @Test("a session that all questions have is said once, and one of some only is not said of others")
    func manyWithSession() throws {
        let with = Question(principal: "p", action: "a:b", resource: "*", session: session())
        let without = Question(principal: "p", action: "a:b", resource: "*")
        let both = try text(Codec.authorizeMany([with, with], explain: false))
        #expect(both.components(separatedBy: "\"session\":").count == 2)
        #expect(both.contains(#""parameters":{"session":{"#))
        let one = try text(Codec.authorizeMany([with, without], explain: false))
        #expect(one.components(separatedBy: "\"session\":").count == 2)
        #expect(one.contains(#""parameters":{"questions":["#))
    }

    @Test("a role is asked for with everything that the call says")
    func assumption() throws {
        var assumption = RoleAssumption(principal: "p", role: "r", sessionName: "s", context: ["k": "v"])
        assumption.session = session()
        assumption.tags = [SessionTag("a", "1"), SessionTag("b", "2")]
        assumption.transitiveTagKeys = ["a"]
        (assumption.sourceIdentity, assumption.externalID, assumption.durationSeconds) = ("i", "e", 900)
        (assumption.policies, assumption.policyARNs, assumption.federatedProvider) = (["{}"], ["x"], "f")
        #expect(
            try text(Codec.assumeRole(assumption, explain: true))
                == #"{"method":"io.postern.AssumeRole","parameters":{"principal":"p","session":\#(Self.sessionJSON),"role":"r","#
                + #""sessionName":"s","tags":{"a":"1","b":"2"},"transitiveTagKeys":["a"],"sourceIdentity":"i","externalId":"e","#
                + #""policies":[{}],"policyArns":["x"],"durationSeconds":900,"federatedProvider":"f","context":{"k":"v"},"explain":true}}"#
                + "\0")
    }

    @Test(
        "a policy that is no JSON object is refused before it is sent",
        arguments: ["", "[]", "1", "{}{}", "{},\"explain\":true", "{"])
    func badPolicy(_ policy: String) {
        var question = Question(principal: "p", action: "a:b", resource: "*", session: Session())
        question.session?.policies = ["{}", policy]
        let refused = PosternError.badRequest("`session.policies[1]` is no JSON object")
        #expect(throws: refused) { try Codec.authorize(question, explain: false) }
        var assumption = RoleAssumption(principal: "p", role: "r", sessionName: "s")
        assumption.policies = [policy]
        #expect(throws: PosternError.self) { try Codec.assumeRole(assumption, explain: false) }
    }

    @Test("an assumed role has its principal and its session, and a refused one has neither")
    func assumedRole() throws {
        let allowed =
            #"{"parameters":{"allowed":true,"decision":"allowed","principal":"arn:x","session":\#(Self.sessionJSON),"revision":"r"}}"#
        let role = try Codec.assumedRole(Array(allowed.utf8))
        var expected = session()
        expected.policies = [#"{"Statement":[]}"#]
        #expect(role.isAllowed && role.principal == "arn:x" && role.session == expected && role.revision == "r")
        #expect(role.sessionJSON == Self.sessionJSON)
        let denied = allowed.replacing(
            #""allowed":true,"decision":"allowed""#, with: #""allowed":false,"decision":"implicitDeny""#)
        let refused = try Codec.assumedRole(Array(denied.utf8))
        #expect(!refused.isAllowed && refused.principal == nil && refused.session == nil && refused.sessionJSON == nil)
    }

    @Test(
        "a role that nobody assumes is never one",
        arguments: [
            #"{"parameters":{"allowed":true,"decision":"allowed","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","principal":"p","revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","principal":"p","session":[],"revision":"r"}}"#,
            #"{"parameters":{"allowed":true,"decision":"allowed","principal":"p","session":{"tags":{"a":1}},"revision":"r"}}"#,
        ])
    func noRole(_ reply: String) {
        #expect(throws: PosternError.self) { try Codec.assumedRole(Array(reply.utf8)) }
    }

    @Test("a whole explanation is read")
    func explanation() throws {
        let statement = #""policy":"P","sid":"S","index":1,"file":"f.json","line":3,"column":9"#
        let json =
            #"{"reason":"identityPolicy","summary":"no","deniedBy":["identityPolicy"],"resourceAccount":"1","#
            + #""layers":[{"layer":"serviceControlPolicy","level":"ou-1","outcome":"silent","statements":[{\#(statement),"#
            + #""effect":"Allow","outcome":"conditionFailed","grade":["user"],"#
            + #""failedConditions":[{"operator":"Bool","key":"k","wanted":["true"],"actual":null}]}]}],"#
            + #""nearestAllow":{"advice":"a","layer":"identityPolicy",\#(statement),"#
            + #""missing":[{"element":"condition","operator":"Bool","key":"k","wanted":["true"],"actual":["false"]}]}}"#
        let reply = #"{"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","explanation":\#(json)}}"#
        let explanation = try #require(try Codec.answer(Array(reply.utf8)).explanation)
        #expect(explanation.deniedBy == ["identityPolicy"] && explanation.resourceAccount == "1")
        #expect(explanation.json == json)
        let layer = try #require(explanation.layers.first)
        #expect(layer.layer == "serviceControlPolicy" && layer.level == "ou-1" && layer.outcome == "silent")
        let read = try #require(layer.statements.first)
        #expect(read.statement.index == 1 && read.statement.layer == "serviceControlPolicy" && read.grades == ["user"])
        #expect(
            read.failedConditions == [
                Explanation.FailedCondition(
                    operator: "Bool", key: "k", wanted: ["true"], actual: nil,
                    details: Explanation.Details(resolved: nil, wantedLeftOut: 0, actualLeftOut: 0))
            ])
        let nearest = try #require(explanation.nearestAllow)
        #expect(nearest.advice == "a" && nearest.statement.column == 9)
        #expect(nearest.missing.first?.actual == ["false"])
    }

    @Test("what is left out of an explanation is counted, and what variables stand for is read")
    func boundedExplanation() throws {
        let details =
            #""wanted":["${a}","${b}"],"resolved":["red",null],"wantedLeftOut":7,"actual":["x"],"actualLeftOut":8"#
        let json =
            #"{"reason":"r","summary":"no","layers":[{"layer":"l","outcome":"unknown","statements":[{"outcome":"o","#
            + #""failedConditions":[{"operator":"Bool","key":"k",\#(details)}],"failedConditionsLeftOut":6}],"#
            + #""statementsLeftOut":5,"incomplete":true}],"nearestAllow":{"advice":"a","#
            + #""missing":[{"element":"action","not":true,\#(details)}],"missingLeftOut":4},"hints":["one","two"]}"#
        let reply = #"{"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","explanation":\#(json)}}"#
        let explanation = try #require(try Codec.answer(Array(reply.utf8)).explanation)
        #expect(explanation.hints == ["one", "two"] && !explanation.isAbridged)
        let layer = try #require(explanation.layers.first)
        #expect(layer.statementsLeftOut == 5 && layer.isIncomplete)
        let statement = try #require(layer.statements.first)
        #expect(statement.failedConditionsLeftOut == 6)
        let expected = Explanation.Details(resolved: ["red", nil], wantedLeftOut: 7, actualLeftOut: 8)
        #expect(statement.failedConditions.first?.details == expected)
        let nearest = try #require(explanation.nearestAllow)
        #expect(nearest.missingLeftOut == 4)
        #expect(nearest.missing.first?.isNot == true && nearest.missing.first?.details == expected)
    }

    @Test("an explanation may be the reason alone")
    func abridgedExplanation() throws {
        let reply =
            #"{"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","#
            + #""explanation":{"reason":"identityPolicy","abridged":true}}}"#
        let explanation = try #require(try Codec.answer(Array(reply.utf8)).explanation)
        #expect(explanation.reason == "identityPolicy" && explanation.isAbridged && explanation.summary.isEmpty)
    }

    @Test("messages are cut at any byte")
    func frames() throws {
        let stream = Array("one\0two\0\0three\0".utf8)
        for size in 1...stream.count {
            var frames = FrameBuffer()
            var messages: [String] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                frames.received.append(stream[start..<min(start + size, stream.count)])
                while let message = try frames.next() { messages.append(text(message)) }
            }
            #expect(messages == ["one", "two", "", "three"])
            let isEmpty = frames.isEmpty
            #expect(isEmpty)
        }
    }

    @Test("a message of no end is given up")
    func endlessMessage() throws {
        var frames = FrameBuffer()
        let piece = [UInt8](repeating: 0x20, count: WireBounds.replyBytesMax / 4)
        for _ in 0..<4 {
            frames.received.append(piece[...])
            let message = try frames.next()
            #expect(message == nil)
        }
        frames.received.append([0x20])
        let error = #expect(throws: PosternError.self) { try frames.next() }
        #expect(error == .protocolViolation("a message of more than 16777216 bytes"))
    }

    @Test("escapes come back as the characters they stand for")
    func escapes() throws {
        func reply(_ revision: String) -> [UInt8] { Array(#"{"parameters":{"revision":\#(revision)}}"#.utf8) }
        #expect(try Codec.revision(reply(#""\u00e9\ud83d\ude00\n\/\\""#)) == "é😀\n/\\")
        #expect(throws: PosternError.self) { try Codec.revision(reply(#""\ud83d""#)) }
    }
}
