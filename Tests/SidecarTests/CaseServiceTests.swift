import Directory
import JSONDocument
import Logging
import PolicyCases
import PolicyModel
import PolicyReference
import PosternClient
import Testing

@testable import Sidecar

/// The specification's decisions, asked over a real socket: one sidecar, and a new snapshot in force for each case.
@Suite("The specification's rows, asked over a socket", .serialized)
struct CaseServiceTests {
    @Test("every decision comes back as the rows say")
    func decisions() throws {
        // Those with a session are asked as messages to a loop, by `CaseWireTests`.
        let rows = try CaseFile.cases(.decision).filter { row in
            let question = try ReferenceQuestion(row)
            return question.session == nil && !question.hasSessionPolicies
        }
        #expect(rows.count > 138)
        let running = try TestSidecar(try TestStore.snapshot(revision: "none")) { configuration, _ in
            configuration.loops = 1
            configuration.clock = SidecarClock(wall: { Instant(seconds: 1_767_225_600) })
        }
        try running.start()
        defer { running.stop() }
        let client = BlockingClient(socketPath: running.folder.socket)
        for (number, row) in rows.enumerated() {
            let question = try ReferenceQuestion(row)
            // The sidecar's clock stands at the time that every row has.
            try #require(question.now == Instant(seconds: 1_767_225_600), "\(row)")
            let revision = "case\(number)"
            running.source.publish(try SnapshotBuilder().build(Directory(asking: question), revision: revision))
            let answer = try client.authorize(Question(question), explain: true)
            #expect(answer.revision == revision)
            #expect(try answer.decision.rawValue == row.text("decision").string, "\(row)")
            if let reason = row.node["reason"]?.string { #expect(answer.explanation?.reason == reason, "\(row)") }
        }
    }
}

extension Question {
    /// The question as a caller sends it.
    init(_ question: ReferenceQuestion) {
        self.init(
            principal: question.caller.arn.string, action: question.action.string, resource: question.resource.string)
        for entry in question.context {
            switch entry.value {
            case .single(let value): context[entry.key.string] = .string(value.string)
            case .multiple(let values): context[entry.key.string] = .list(values.map { .string($0.string) })
            }
        }
    }
}
