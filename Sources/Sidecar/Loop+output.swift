internal import CLinux
internal import DecisionTree
internal import Glibc
internal import WireProtocol

// Replies on their way out. They are gathered in the handler's buffer, sent once a turn, and kept by the connection
// only while the peer does not take them; until it has, the connection is neither read nor served.
extension Loop {
    /// Sends what the handler has gathered for this connection, and keeps what is not taken.
    mutating func sendReplies(_ slot: Int) {
        guard handler.replies.count > 0 else { return }
        defer {
            handler.replies.removeAll()
            handler.replies.shrink(to: SidecarLimits.replyBytesKept)
        }
        guard !connections[slot].hasEnded else { return }
        var sent = 0
        if connections[slot].output.isEmpty {
            let descriptor = connections[slot].descriptor
            sent = unsafe handler.replies.withUnsafeBytes { unsafe clinux_send(descriptor, $0.baseAddress, $0.count) }
            if sent < 0, errno != EAGAIN { connections[slot].hasEnded = true }
        }
        guard !connections[slot].hasEnded, sent < handler.replies.count else { return }
        connections[slot].output.append(handler.replies.view.dropFirst(max(sent, 0)))
    }

    /// Leaves what the handler has gathered for a connection there, if there is little of it: the connection has more to
    /// ask, and if nobody else does, the replies of several turns go out in one system call.
    ///
    /// Sooner or later than that connection's next turn somebody else's begins, and sends them; see `flushGathered`.
    mutating func gatherReplies(_ slot: Int) {
        guard handler.replies.count < SidecarLimits.replyBytesGathered else { return sendReplies(slot) }
        if handler.replies.count > 0 { gathering = connections.token(of: slot) }
    }

    /// Sends what was gathered, before the handler's buffer is used for another connection.
    mutating func flushGathered(unless own: Int? = nil) {
        guard let token = gathering else { return }
        gathering = nil
        guard let slot = connections.slot(of: token), slot != own else { return }
        sendReplies(slot)
        updateInterest(slot)
    }

    /// Forgets what was gathered for a connection that is gone.
    mutating func dropGathered() {
        gathering = nil
        handler.replies.removeAll()
    }

    /// Sends what the connection has kept.
    mutating func sendOutput(_ slot: Int) {
        guard !connections[slot].output.isEmpty else { return }
        if connections[slot].output.send(to: connections[slot].descriptor) < 0, errno != EAGAIN {
            connections[slot].hasEnded = true
        }
        connections[slot].output.releaseIfEmpty()
    }

    /// Tells every watcher the revision in force.
    mutating func announceRevision() {
        flushGathered()
        for slot in 0..<connections.count where connections[slot].isOpen && connections[slot].state == .watching {
            connections[slot].owesRevision = true
            payOwedRevision(slot)
            connections[slot].hasEnded ? remove(slot) : updateInterest(slot)
        }
    }

    /// Tells a watcher the newest revision, once it has taken what it was told before.
    mutating func payOwedRevision(_ slot: Int) {
        guard connections[slot].owesRevision, connections[slot].output.isEmpty else { return }
        connections[slot].owesRevision = false
        handler.answerWatch()
        sendReplies(slot)
    }
}
