internal import DecisionTree
internal import Directory
internal import Glibc
internal import Synchronization
internal import WireProtocol

// What comes from other threads: new connections, new snapshots, ended reloads, the drain.
extension Loop {
    /// Takes what is in force, if that has changed; the loop's old snapshot is let go.
    mutating func refresh() {
        let newest = shared.generation.load(ordering: .acquiring)
        guard newest != generation else { return }
        generation = newest
        let before = handler.revision
        handler.use(shared.source.current)
        if handler.revision != before { announceRevision() }
    }

    /// Does what other threads have asked for.
    mutating func takeCommands() {
        flushGathered()
        let commands = port.take()
        // After taking and before replying: whoever is told of a reload is from then on answered by its result.
        refresh()
        for command in commands {
            switch command {
            case .adopt(let descriptor, let peer): adopt(descriptor, peer)
            case .reloaded(let token, let result): endReload(token, result)
            case .explained(let token, let reply): endExplanation(token, reply)
            case .drain: beginDrain()
            }
        }
    }

    /// Has the store read again; the connection waits for the result.
    mutating func beginReload(_ slot: Int, isReplyWanted: Bool) {
        guard isReplyWanted else {
            shared.reload { _ in }
            return
        }
        connections[slot].state = .reloading
        let token = connections.token(of: slot)
        shared.reload { [port] result in _ = port.post(.reloaded(token: token, result: result)) }
    }

    private mutating func endReload(_ token: UInt64, _ result: Result<String, ReloadFailure>) {
        guard let slot = connections.slot(of: token), connections[slot].state == .reloading else { return }
        connections[slot].state = .serving
        handler.answerReload(result)
        sendReplies(slot)
        enqueue(slot)
    }

    /// Has the explainer answer a message; the connection waits for its reply.
    mutating func beginExplanation(_ slot: Int, _ message: ByteView) {
        let token = connections.token(of: slot)
        let job = Explainer.Job(
            message: message.bytes, peer: connections[slot].peer, inForce: handler.inForce, token: token,
            port: port)
        guard shared.explainer.take(job) else {
            handler.replies.appendError(.overloaded(retryAfterMilliseconds: SidecarLimits.explainRetryMilliseconds))
            return
        }
        connections[slot].state = .explaining
    }

    private mutating func endExplanation(_ token: UInt64, _ reply: [UInt8]) {
        guard let slot = connections.slot(of: token), connections[slot].state == .explaining else { return }
        connections[slot].state = .serving
        handler.replies.append(reply[...])
        sendReplies(slot)
        enqueue(slot)
    }

    /// Begins to end: each connection is read once more, answered, and closed.
    private mutating func beginDrain() {
        guard drainDeadline == nil else { return }
        drainDeadline = shared.clock.monotonicMilliseconds() + SidecarLimits.drainMillisecondsMax
        for slot in 0..<connections.count where connections[slot].isOpen {
            connections[slot].state == .watching ? remove(slot) : enqueue(slot)
        }
    }
}
