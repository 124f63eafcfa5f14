import Authorizer
import DecisionTree
import Directory
import PolicyModel
import PolicySyntax
import Testing

/// What a whole decision costs at worst, in steps: one step is one comparison of a pattern's or a value's piece.
@Suite("A decision takes a bounded number of steps")
struct BoundedDecisionTests {
    private static let now = Instant(seconds: 1_767_225_600)

    /// Alice with inline policies; the question is asked of what they make.
    private func ask(
        _ policies: [String], _ action: String = "docs:Read", _ resource: String = "arn:aws:docs::111111111111:x",
        context: [Request.ContextEntry] = []
    ) throws -> (reason: Reason, steps: Int) {
        var asking = try Asking()
        let inline = try policies.enumerated().map {
            InlinePolicy(name: Text("p\($0.offset)"), source: try Asking.source($0.element))
        }
        let alice = User(account: asking.home, name: "alice", holdings: PolicyHoldings(inlinePolicies: inline))
        asking.directory.users[alice.key] = alice
        let snapshot = try SnapshotBuilder().build(asking.directory, revision: "test")
        var view = RequestView(messageBytesMax: 1 << 16)
        var scratch = Scratch()
        view.fill(Text(Asking.alice), Text(action), Text(resource), context, keys: snapshot.tables.keys)
        let verdict = try Authorizer.decide(
            &view, context: 0..<context.count, tables: snapshot.tables, scratch: &scratch, now: Self.now)
        return (verdict.reason, scratch.stepsTaken)
    }

    private func document(_ statements: [String]) -> String {
        #"{"Version":"2012-10-17","Statement":[\#(statements.joined(separator: ","))]}"#
    }

    @Test("a principal of 100 documents of 20 statements pays for those that can match")
    func hundredDocuments() throws {
        // Documents about other services are skipped by their masks, statements by their actions.
        let documents = (0..<100).map { number in
            document(
                (0..<20).map {
                    #"{"Effect":"Allow","Action":"service\#(number):A\#($0)","Resource":"arn:aws:x::*:\#($0)/*"}"#
                })
        }
        let last = try ask(documents, "service99:A19", "arn:aws:x::111111111111:20/y")
        #expect(last.reason == .identityPolicy)
        #expect(last.steps < 30, "\(last.steps)")
        let found = try ask(documents, "service99:A19", "arn:aws:x::111111111111:19/y")
        #expect(found.reason == .allowed)
        #expect(found.steps < 30, "\(found.steps)")
        // Whose the resource is, is found before any document is walked.
        let nobodys = try ask(documents, "service99:A19", "arn:aws:x:::19/y")
        #expect(nobodys.reason == .unknownResourceAccount)
        #expect(nobodys.steps < 5, "\(nobodys.steps)")
    }

    @Test("100 documents that are all about the action are walked within the budget")
    func hundredMatching() throws {
        let documents = (0..<100).map { number in
            document(
                (0..<20).map {
                    #"{"Effect":"Allow","Action":"docs:*","Resource":"arn:aws:docs::111111111111:\#(number)/\#($0)/*/end"}"#
                })
        }
        let answer = try ask(documents, "docs:Read", "arn:aws:docs::111111111111:99/19/abc/end")
        #expect(answer.reason == .allowed)
        #expect(answer.steps < 4_000, "\(answer.steps)")
    }

    @Test("stars against a long text cost at most text times pattern")
    func stars() throws {
        let pattern = String(repeating: "*a", count: 30) + "*b"
        let long = String(repeating: "a", count: 1_900)
        let one = document([
            #"{"Effect":"Allow","Action":"*","Resource":"arn:aws:docs::111111111111:\#(pattern)"}"#
        ])
        let answer = try ask([one], "docs:Read", "arn:aws:docs::111111111111:" + long)
        #expect(answer.reason == .identityPolicy)
        #expect(answer.steps < 62 * 1_900, "\(answer.steps)")
        // Three hundred of them are past the budget: a deny, soon after the last step that was free.
        let many = document(
            (0..<300).map {
                #"{"Effect":"Allow","Action":"*","Resource":"arn:aws:docs::111111111111:\#(pattern)\#($0)"}"#
            })
        let costly = try ask([many], "docs:Read", "arn:aws:docs::111111111111:" + long)
        #expect(costly.reason == .tooCostly)
        #expect(costly.steps < Scratch.decisionStepsMax + 62 * 1_900, "\(costly.steps)")
    }

    @Test("values of a condition against many given ones are counted, and end as too costly")
    func values() throws {
        let wanted = (0..<2_000).map { #""*x\#($0)*""# }.joined(separator: ",")
        let policy = document([
            #"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"app:v":[\#(wanted)]}}}"#
        ])
        // One given value that some wanted one takes.
        let few = try ask([policy], context: list("app:v", ["x1999"]))
        #expect(few.reason == .allowed)
        #expect(few.steps < 50, "\(few.steps)")
        // 256 given values that none takes are past the budget, and the walk ends with the comparison that passes it.
        let many = try ask([policy], context: list("app:v", (0..<256).map { "y\($0)" }))
        #expect(many.reason == .tooCostly)
        #expect(many.steps > Scratch.decisionStepsMax && many.steps < Scratch.decisionStepsMax + 1_000, "\(many.steps)")
    }

    /// The largest session policies that a message has room for, in the shapes that could grow.
    private static let largestSessions: [(shape: String, policies: [String])] = [
        ("many actions", [session((0..<4_000).map { #""docs:A\#($0)""# }, [#""*""#])]),
        ("many resources", [session([#""*""#], (0..<1_400).map { #""arn:aws:docs:::r\#($0)/*x*y""# })]),
        (
            "actions in every combination",
            (0..<10).map { bit in
                session(
                    (1...500).filter { $0 >> (bit % 9) & 1 == 1 }.map { #""docs:A\#($0)""# },
                    (0..<60).map { #""arn:aws:docs:::s\#(bit)/r\#($0)/*""# })
            }
        ),
        (
            "deep tries",
            [session((0..<600).map { #""docs:\#(String(repeating: "a", count: $0 % 90))*b\#($0)""# }, [#""*""#])]
        ),
        (
            "conditions",
            (0..<10).map { number in
                #"{"Version":"2012-10-17","Statement":[\#((0..<40).map { #"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"k\#(number)-\#($0)":"*a*b*c*"}}}"# }.joined(separator: ","))]}"#
            }
        ),
    ]

    private static func session(_ actions: [String], _ resources: [String]) -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[\#(actions.joined(separator: ","))],"Resource":[\#(resources.joined(separator: ","))]}}"#
    }

    @Test(
        "session policies compile to a few times their text, whatever their shape", arguments: largestSessions.indices)
    func compilation(index: Int) throws {
        let (shape, policies) = Self.largestSessions[index]
        let bytes = policies.reduce(0) { $0 + $1.utf8.count }
        // As large as a message lets them be.
        #expect(bytes > 25_000 && bytes < 64 * 1_024, "\(shape): \(bytes) bytes")
        let asking = try Asking()
        let snapshot = try SnapshotBuilder().build(asking.directory, revision: "test")
        let sources = try policies.map { try Asking.source($0, .session) }
        let compiled = try snapshot.compileSessionPolicies(sources).byteCount
        print("\(shape): \(bytes) bytes, \(compiled) compiled")
        #expect(compiled < bytes * 6, "\(shape): \(compiled) of \(bytes) bytes")
    }

    @Test("a statement of 1,500 actions among 500 documents is found in a few steps")
    func actions() throws {
        let actions = (0..<1_500).map { #""docs:Action\#($0)""# }.joined(separator: ",")
        let large = document([#"{"Effect":"Allow","Action":[\#(actions)],"Resource":"*"}"#])
        let others = (0..<499).map {
            document([#"{"Effect":"Allow","Action":"docs:Other\#($0)","Resource":"*"}"#])
        }
        let answer = try ask(others + [large], "docs:Action1499")
        #expect(answer.reason == .allowed)
        #expect(answer.steps < 1_100, "\(answer.steps)")
    }

    @Test("a variable in a pattern is compared as the text that it stands for, and costs as much")
    func variables() throws {
        let pattern = String(repeating: "*${app:v}", count: 20)
        let policy = document([
            #"{"Effect":"Allow","Action":"*","Resource":"arn:aws:docs::111111111111:\#(pattern)"}"#
        ])
        let value = String(repeating: "a", count: 90) + "b"
        let resource = "arn:aws:docs::111111111111:" + String(repeating: "a", count: 1_900)
        let answer = try ask([policy], "docs:Read", resource, context: single(["app:v": value]))
        #expect(answer.reason == .identityPolicy)
        #expect(answer.steps < 20 * 91 * 1_900, "\(answer.steps)")
    }
}
