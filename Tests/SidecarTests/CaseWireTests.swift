import Directory
import JSONDocument
import PolicyCases
import PolicyModel
import PolicyReference
import PolicySyntax
import Testing
import WireProtocol

@testable import Sidecar

/// The specification's decisions and assumptions as messages: sessions, session policies and AssumeRole included.
@Suite("The specification's rows, as messages to a loop")
struct CaseWireTests {
    @Test("a question is decided and explained as its row says", arguments: CaseFile.cases(.decision))
    func decision(row: Case) throws {
        let question = try ReferenceQuestion(row)
        var asked = WireQuestion(
            principal: question.caller.arn.string, action: question.action.string, resource: question.resource.string,
            context: question.context.map { WireContextEntry($0) })
        asked.session = WireSession(question)
        var buffer = WireBuffer()
        buffer.appendAuthorize(asked, explain: false)
        buffer.appendAuthorize(asked, explain: true)
        let replies = try Self.replies(
            to: buffer.bytes, Directory(asking: question), at: question.now, count: 2)
        let plain = try WireReply(Array(replies[0].utf8)).authorization().answer
        let explained = try WireReply(Array(replies[1].utf8)).authorization().answer
        #expect(try plain.decision.rawValue == row.text("decision").string)
        #expect(explained.decision == plain.decision)
        if let reason = row.node["reason"]?.string { #expect(explained.explanation?.reason == reason) }
        if let layers = try row.deniedBy { #expect(explained.explanation?.deniedBy == layers.map(\.rawValue)) }
    }

    /// How many rows nobody may ask, by file.
    ///
    /// Their context has keys of the engine, or an array where a policy tests plainly; two ask of what is no ARN. They are
    /// put to the trees below the authorizer.
    private static let unaskable = ["conditions.json": 10, "operators.json": 2, "resources.json": 10]

    @Test("a row about a statement is decided by a policy that says it, or refused as it is asked")
    func statements() throws {
        var refused: [String: Int] = [:]
        for (form, row) in CaseFile.statementCases {
            let question = try ReferenceQuestion(statement: row, form)
            let asked = WireQuestion(
                principal: question.caller.arn.string, action: question.action.string,
                resource: question.resource.string, context: question.context.map { WireContextEntry($0) })
            var buffer = WireBuffer()
            buffer.appendAuthorize(asked, explain: false)
            let reply = try Self.replies(to: buffer.bytes, Directory(asking: question), at: question.now, count: 1)[0]
            if reply.contains("io.postern.BadRequest") {
                refused[row.file, default: 0] += 1
                continue
            }
            let decision = try WireReply(Array(reply.utf8)).authorization().answer.decision
            #expect(try decision == (row.result ? .allowed : .implicitDeny), "\(row)")
        }
        #expect(refused == Self.unaskable)
    }

    @Test("a role is assumed or not as its row says", arguments: CaseFile.cases(.assumption))
    func assumption(row: Case) throws {
        let assumption = try ReferenceAssumption(row)
        var buffer = WireBuffer()
        buffer.appendAssumeRole(WireAssumption(assumption), explain: true)
        let reply = try Self.replies(
            to: buffer.bytes, Directory(asking: assumption), at: assumption.question.now, count: 1)[0]
        guard row.node["fault"] == nil else {
            #expect(reply.contains("io.postern.BadRequest"), "\(reply)")
            return
        }
        let answer = try WireReply(Array(reply.utf8)).assumedRole()
        #expect(try answer.answer.decision.rawValue == row.text("decision").string, "\(reply)")
        if let reason = row.node["reason"]?.string {
            #expect(answer.answer.explanation?.reason == reason, "\(reply)")
        }
        if let layers = try row.deniedBy { #expect(answer.answer.explanation?.deniedBy == layers.map(\.rawValue)) }
        guard let expected = try row.newSession else { return }
        #expect(answer.principal == expected.principal.string)
        let session = try #require(answer.session)
        #expect(session.mfaPresent == false && session.issued != nil)
        let tags = (session.tags ?? []).sorted { Text($0.key).foldedASCII < Text($1.key).foldedASCII }
        #expect(tags.map { "\($0.key)=\($0.value)" } == expected.session.tags.map { "\($0.key)=\($0.value)" })
        #expect(
            Set((session.transitiveTagKeys ?? []).map { Text($0).foldedASCII })
                == Set(expected.session.transitiveTagKeys.map(\.foldedASCII)))
        #expect(session.sourceIdentity == expected.session.sourceIdentity?.string)
        #expect(session.federatedProvider == expected.session.federatedProvider?.string)
        #expect(session.policies == expected.sessionPolicies?.map { PolicyPrinter.print($0, pretty: false) })
        #expect(session.policyARNs == assumption.managedSessionPolicyARNs?.map(\.string))
    }

    @Test("how many rows there are")
    func count() {
        #expect(CaseFile.cases(.decision).count >= 138)
        #expect(CaseFile.cases(.assumption).count >= 100)
    }

    private static func replies(
        to message: [UInt8], _ directory: Directory, at now: Instant, count: Int
    ) throws -> [String] {
        var harness = try LoopHarness()
        harness.time.seconds = now.seconds
        harness.source.publish(try SnapshotBuilder().build(directory, revision: "case"))
        let client = try harness.connect()
        client.write(message)
        harness.turn(times: 3)
        let replies = client.repliesSoFar()
        try #require(replies.count == count, "\(replies)")
        return replies
    }
}

extension WireContextEntry {
    init(_ entry: Request.ContextEntry) {
        switch entry.value {
        case .single(let value): self.init(entry.key.string, .string(value.string))
        case .multiple(let values): self.init(entry.key.string, .list(values.map { .string($0.string) }))
        }
    }
}

extension WireSession {
    /// What a caller says of a question's session; `nil` when it says nothing.
    init?(_ question: ReferenceQuestion) {
        guard question.session != nil || question.hasSessionPolicies else { return nil }
        self.init()
        policies = question.sessionPolicies?.map { PolicyPrinter.print($0, pretty: false) }
        policyARNs = question.managedSessionPolicyARNs?.map(\.string)
        if question.caller.kind == .federatedUser { user = question.caller.userARN?.string }
        guard let session = question.session else { return }
        tags = session.tags.isEmpty ? nil : session.tags.map { Tag($0.key.string, $0.value.string) }
        transitiveTagKeys = session.transitiveTagKeys.isEmpty ? nil : session.transitiveTagKeys.map(\.string)
        sourceIdentity = session.sourceIdentity?.string
        federatedProvider = session.federatedProvider?.string
        issued = session.issued?.string
        mfaPresent = session.mfaPresent
        // An age without MFA is refused on the wire, and means nothing to the rules.
        mfaAgeSeconds = session.mfaPresent ? session.mfaAgeSeconds : nil
    }
}

extension WireAssumption {
    /// The call as a caller sends it.
    init(_ assumption: ReferenceAssumption) {
        let question = assumption.question
        self.init(
            principal: question.caller.arn.string, role: question.resource.string,
            sessionName: assumption.sessionName.string)
        session = WireSession(question)
        tags =
            assumption.tags.isEmpty ? nil : assumption.tags.map { WireSession.Tag($0.key.string, $0.value.string) }
        transitiveTagKeys = assumption.transitiveTagKeys.isEmpty ? nil : assumption.transitiveTagKeys.map(\.string)
        sourceIdentity = assumption.sourceIdentity?.string
        externalID = assumption.externalID?.string
        policies = assumption.sessionPolicies?.map { PolicyPrinter.print($0, pretty: false) }
        policyARNs = assumption.managedSessionPolicyARNs?.map(\.string)
        durationSeconds = assumption.durationSeconds
        federatedProvider = question.caller.presentedProvider?.string
        context = question.context.map { WireContextEntry($0) }
    }
}
