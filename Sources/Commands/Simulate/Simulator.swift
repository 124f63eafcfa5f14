internal import Authorizer
internal import DecisionTree
internal import Directory
internal import Glibc
internal import PolicyModel

/// Answers questions that bring their own policies, with the Authorizer that serves the socket.
struct Simulator: ~Copyable {
    private var view = RequestView(messageBytesMax: SimulationLine.bytesMax)
    private var scratch = Scratch()

    init() {}

    /// Decides a question, or says why it cannot be asked.
    mutating func answer(_ simulation: Simulation) throws(MemberFault) -> SimulationAnswer {
        let snapshot = try Simulator.snapshot(simulation)
        view.fill(simulation, keys: snapshot.tables.keys)
        do throws(RequestFault) {
            let verdict = try Authorizer.decide(
                &view, context: 0..<simulation.context.count, tables: snapshot.tables, scratch: &scratch,
                now: simulation.now ?? Simulator.clock())
            return SimulationAnswer(decision: verdict.decision, reason: verdict.reason)
        } catch {
            throw MemberFault(error)
        }
    }

    /// Nothing is kept from one question to the next, so that no line can change what another comes to.
    private static func snapshot(_ simulation: Simulation) throws(MemberFault) -> Snapshot {
        do throws(SnapshotError) {
            return try SnapshotBuilder().build(Directory(simulation), revision: "")
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
        self.init(message: fault.message, path: path)
    }
}
