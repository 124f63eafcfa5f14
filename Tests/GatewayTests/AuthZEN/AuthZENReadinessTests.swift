import DirectoryStore
import HTTPTypes
import JSONDocument
import NIOCore
import PolicyModel
import Testing

@testable import Directory
@testable import Gateway

@Suite("AuthZEN before everything has been read")
struct AuthZENReadinessTests {
    /// What is in force right after a start from an image: tables, and of the directory only what is not compiled.
    private struct Unready: SnapshotSource {
        let current: (snapshot: Snapshot, status: StoreStatus)

        init(_ files: [String: String]) throws {
            let store = try GatewayStore(files)
            let directory = withExtendedLifetime(store) { StoreLoader().load(store.path).directory }
            let complete = try SnapshotBuilder().build(directory, revision: "r")
            var known = Directory()
            (known.mappings, known.catalogues) = (directory.mappings, directory.catalogues)
            known.accounts = directory.accounts
            let snapshot = Snapshot(
                revision: "r", tables: complete.tables, counts: complete.counts, directory: known, slots: [:],
                rankedResources: [], isComplete: false)
            current = (snapshot, StoreStatus(revision: "r", lastReload: 1))
        }

        func reload(completion: @escaping @Sendable (Result<String, ReloadFailure>) -> Void) {
            completion(.success("r"))
        }

        func subscribe(_ listener: @escaping @Sendable (Snapshot, StoreStatus) -> Void) {}
    }

    private static func decider(_ more: [String: String] = [:]) throws -> Decider {
        Decider(
            source: try Unready(AuthZENFixture.files.merging(more) { $1 }), staleDenyAfterSeconds: nil, journal: nil
        ) { Instant(seconds: 0) }
    }

    private static func evaluation(_ type: String) throws -> JSONNode {
        let body = AuthZENTransportTests.permit.replacing("\"user\"", with: "\"\(type)\"")
        return try JSONDocument(Array(body.utf8), limits: .file).root
    }

    @Test("whoever has to be looked up is asked about in vain, with 503, and others are not (AZ-TR-9)")
    func evaluations() throws {
        let subjects = #"{"Subjects":[{"Type":"identity","Principal":"arn:aws:iam::111122223333:user/{subject.id}"}]}"#
        let decisions = AuthZENDecisions(try Self.decider(["mappings/authzen.json": subjects]))
        let error = #expect(throws: Refusal.self) {
            try decisions.isAllowed(try AuthZENEvaluation(try Self.evaluation("user")))
        }
        #expect(error?.status == .serviceUnavailable)
        #expect(try decisions.isAllowed(try AuthZENEvaluation(try Self.evaluation("identity"))))
        #expect(try !decisions.isAllowed(try AuthZENEvaluation(try Self.evaluation("other"))))
    }

    @Test("an item of a batch that has to wait makes the request wait: it is no denial")
    func batches() throws {
        let body = #"{"evaluations":[\#(AuthZENTransportTests.permit)]}"#
        let batch = try AuthZENBatch(try JSONDocument(Array(body.utf8), limits: .file).root)
        let error = #expect(throws: Refusal.self) { try batch.answer(AuthZENDecisions(try Self.decider())) {} }
        #expect(error?.status == .serviceUnavailable)
    }

    @Test("searches wait, too (AZ-TR-9)", arguments: SearchKind.allCases)
    func searches(kind: SearchKind) throws {
        let search = AuthZENSearch(decider: try Self.decider())
        let query = try SearchQuery(kind, try Self.evaluation("user"))
        let error = #expect(throws: Refusal.self) { try search.answer(query, deadline: .distantFuture) }
        #expect(error?.status == .serviceUnavailable && error?.headers[.retryAfter] == "1")
    }
}
