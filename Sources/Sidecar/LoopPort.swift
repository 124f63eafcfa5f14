internal import Directory
internal import NIOConcurrencyHelpers

/// What other threads ask of a loop.
enum LoopCommand: Sendable {
    /// Serve a new connection; the loop owns the descriptor from here on.
    case adopt(descriptor: Int32, peer: Peer)
    /// The reload that a connection waits for has ended.
    case reloaded(token: UInt64, result: Result<String, ReloadFailure>)
    /// The explanation that a connection waits for is written: its reply, or no bytes for a call that wants none.
    case explained(token: UInt64, reply: [UInt8])
    /// Answer what has been read, and end.
    case drain
}

/// The way into a loop from other threads: a queue and a wake-up.
final class LoopPort: Sendable {
    private struct Queue {
        var commands: [LoopCommand] = []
        var isClosed = false
    }

    private let queue = NIOLockedValueBox(Queue())
    private let wake: WakeSignal

    init() throws(SidecarError) {
        wake = try WakeSignal()
    }

    /// The descriptor that becomes readable when the loop is wanted.
    var wakeDescriptor: Int32 { wake.raw }

    /// Hands a command over; `false` when the loop has ended and will not look.
    func post(_ command: LoopCommand) -> Bool {
        let isTaken = queue.withLockedValue { queue in
            if !queue.isClosed { queue.commands.append(command) }
            return !queue.isClosed
        }
        if isTaken { wake.signal() }
        return isTaken
    }

    /// Has the loop look at the snapshot's generation.
    func poke() { wake.signal() }

    /// Takes all commands; the wake-up is cleared first, so that none is missed.
    func take() -> [LoopCommand] {
        wake.clear()
        return queue.withLockedValue { queue in
            let commands = queue.commands
            queue.commands.removeAll()
            return commands
        }
    }

    /// Takes the last commands and refuses any more.
    func closeAndTake() -> [LoopCommand] {
        queue.withLockedValue { queue in
            queue.isClosed = true
            let commands = queue.commands
            queue.commands.removeAll()
            return commands
        }
    }
}
