internal import Authorizer
internal import DecisionTree
internal import Directory
internal import Glibc
internal import PolicyModel
internal import PolicySyntax

/// Answers questions that bring their own policies, with the Authorizer that serves the socket.
struct Simulator: ~Copyable {
    private var view = RequestView(messageBytesMax: SimulationLine.bytesMax)
    private var scratch = Scratch()

    init() {}

    /// Decides a question, or says why it cannot be asked.
    mutating func answer(_ simulation: Simulation) throws(MemberFault) -> SimulationAnswer {
        let snapshot = try Simulator.snapshot(Directory(simulation))
        view.fill(simulation, keys: snapshot.tables.keys)
        let session = try Simulator.sessionPolicies(simulation, snapshot)
        var options = ExplanationOptions()
        (options.bounds, options.seeksNearest) = (.everything, false)
        do throws(RequestFault) {
            let (trace, explanation) = try snapshot.explain(
                &view, context: 0..<simulation.context.count, sessionPolicies: session, mode: .simulate,
                options: options, scratch: &scratch, now: Simulator.clock())
            return SimulationAnswer(trace.verdict, explanation, of: simulation)
        } catch {
            throw MemberFault(error)
        }
    }

    private static func sessionPolicies(
        _ simulation: Simulation, _ snapshot: Snapshot
    ) throws(MemberFault) -> (tables: DecisionTables, sources: [PolicySource])? {
        guard let policies = simulation.policies.session, !policies.isEmpty else { return nil }
        let sources = policies.map(\.source)
        do throws(SnapshotError) {
            return (try snapshot.compileSessionPolicies(sources), sources)
        } catch {
            throw MemberFault(error.message)
        }
    }

    /// Nothing is kept from one question to the next, so that no line can change what another comes to.
    static func snapshot(_ directory: Directory) throws(MemberFault) -> Snapshot {
        do throws(SnapshotError) {
            return try SnapshotBuilder().build(directory, revision: "")
        } catch {
            throw MemberFault(error.message)
        }
    }

    static func clock() -> Instant {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
    }
}

extension MemberFault {
    /// What nobody may ask, with the member of the question that is at fault.
    init(_ fault: RequestFault) {
        let path: String =
            switch fault {
            case .engineOwnedKey(let key), .wrongShape(let key, _), .unexpectedArray(let key),
                .assertedResourceTag(let key), .repeatedKey(let key), .missingTagKey(let key):
                "context.\(key)"
            default: fault.field
            }
        let prefix = fault.field + ": "
        let message = fault.message.hasPrefix(prefix) ? String(fault.message.dropFirst(prefix.count)) : fault.message
        self.init(message: message, path: path)
    }
}
