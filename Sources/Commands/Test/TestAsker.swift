internal import Authorizer
internal import DecisionTree
internal import Directory
internal import PolicyModel
internal import PolicySyntax
internal import WireProtocol

/// What a case comes to.
struct TestAnswer {
    var verdict: Verdict
    /// Of the action that decided; there is one.
    var explanation: Explanation?
    /// Of every action that was asked: an assumption may have several.
    var all: [Explanation]
    /// The session of a role that is assumed.
    var session: AssumedSession?
}

/// Why the socket would refuse a case.
enum TestRefusal: Error {
    /// The message itself is not accepted.
    case message(WireError)
    /// Nobody may ask that.
    case request(RequestFault)
    /// The policies cannot be compiled.
    case policies(String)

    /// One line.
    var text: String {
        switch self {
        case .message(let error): error.message
        case .request(let fault): fault.message
        case .policies(let message): message
        }
    }

    /// The fault of an assumption that it is; `nil` for any other.
    var assumptionFault: AssumptionFault? {
        switch self {
        case .message(let error): error.parameter.flatMap { AssumptionFault(parameter: $0) }
        case .request(.durationTooLong(_, let isChained)): isChained ? .chainedDuration : .duration
        case .request(.inheritedTag): .inheritedTag
        case .request(.tooManyTags): .tags
        case .request, .policies: nil
        }
    }
}

/// Why a call of `AssumeRole` is refused as it stands (spec §8).
enum AssumptionFault: String, CaseIterable {
    case sessionName, externalID, sourceIdentity, tags, transitiveTagKeys, inheritedTag, duration, chainedDuration

    /// The fault of a parameter that is not accepted.
    fileprivate init?(parameter: String) {
        switch parameter {
        case "sessionName": self = .sessionName
        case "externalId": self = .externalID
        case "sourceIdentity": self = .sourceIdentity
        case "tags": self = .tags
        case "transitiveTagKeys": self = .transitiveTagKeys
        case "durationSeconds": self = .duration
        default: return nil
        }
    }
}

/// Asks cases as a sidecar is asked: with the scanner of the socket, and the Authorizer behind it.
struct TestAsker: ~Copyable {
    private var scanner = MessageScanner()
    private var scratch = Scratch()
    private var buffer = WireBuffer()

    init() {}

    /// Asks a case by what is in force in a snapshot.
    mutating func ask(_ testCase: TestCase, of snapshot: Snapshot) throws(TestRefusal) -> TestAnswer {
        buffer.removeAll()
        buffer.append(utf8: testCase.question.message)
        do throws(WireError) {
            _ = try scanner.scan(buffer.view, keys: snapshot.tables.keys)
        } catch {
            throw .message(error)
        }
        let sources = testCase.sessionPolicies.map(\.source)
        var session: (tables: DecisionTables, sources: [PolicySource])?
        do throws(SnapshotError) {
            if !sources.isEmpty { session = (try snapshot.compileSessionPolicies(sources), sources) }
        } catch {
            throw .policies(error.message)
        }
        switch testCase.question.call {
        case .authorize: return try authorize(snapshot, session, at: testCase.now)
        case .assumeRole: return try assume(snapshot, session, at: testCase.now)
        }
    }

    private mutating func authorize(
        _ snapshot: Snapshot, _ session: (tables: DecisionTables, sources: [PolicySource])?, at now: Instant
    ) throws(TestRefusal) -> TestAnswer {
        var options = ExplanationOptions()
        (options.bounds, options.seeksNearest) = (.everything, false)
        do throws(RequestFault) {
            let (trace, explanation) = try snapshot.explain(
                &scanner.view, context: scanner.contextRange, sessionPolicies: session, options: options,
                scratch: &scratch, now: now)
            return TestAnswer(verdict: trace.verdict, explanation: explanation, all: [explanation])
        } catch {
            throw .request(error)
        }
    }

    private mutating func assume(
        _ snapshot: Snapshot, _ session: (tables: DecisionTables, sources: [PolicySource])?, at now: Instant
    ) throws(TestRefusal) -> TestAnswer {
        let assumption = scanner.assumption
        do throws(RequestFault) {
            let result = try Authorizer.assumeRole(
                &scanner.view, assumption: assumption, context: scanner.contextRange, tables: snapshot.tables,
                sessionPolicies: session?.tables, scratch: &scratch, now: now)
            let actions = try snapshot.explainActions(
                &scanner.view, assumption: assumption, context: scanner.contextRange, sessionPolicies: session,
                scratch: &scratch, now: now)
            let deciding = actions.first { $0.trace.verdict == result.verdict }
            return TestAnswer(
                verdict: result.verdict, explanation: deciding?.explanation, all: actions.map(\.explanation),
                session: result.session)
        } catch {
            throw .request(error)
        }
    }
}
