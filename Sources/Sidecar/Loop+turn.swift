internal import CLinux
internal import DecisionTree
internal import Glibc
internal import WireProtocol

// A connection's turn: send what it is owed, answer what it sent within the budget, read once, answer again.
extension Loop {
    /// Why answering stopped.
    private enum Pause {
        /// No whole message is left.
        case needsMore
        /// There is more, but not in this turn.
        case budget
        /// The connection is not to be served now: it owes bytes, or does something else.
        case state
    }

    /// Gives a connection its turn.
    mutating func serve(_ slot: Int) {
        connections[slot].isQueued = false
        flushGathered(unless: slot)
        guard !payStepsOwed(slot) else { return }
        sendOutput(slot)
        payOwedRevision(slot)
        let isPrivate = openWindow(slot)
        var budget = TurnBudget(stepsOwed: connections[slot].stepsOwed)
        var answered = 0
        handler.beginTurn()
        var pause = answerWindow(slot, &budget, &answered)
        if pause == .needsMore || connections[slot].state == .watching, connections[slot].canRead {
            readWindow(slot, isPrivate: isPrivate)
            handler.beginTurn()
            pause = answerWindow(slot, &budget, &answered)
        }
        if connections[slot].state == .watching { window.clear() }
        closeWindow(slot, isPrivate: isPrivate)
        connections[slot].stepsOwed = budget.stepsOwed
        if pause == .budget { gatherReplies(slot) } else { sendReplies(slot) }
        settle(slot, pause, answeredAny: answered > 0)
    }

    /// Lets a turn pass without answering if those before took more steps than a turn has; `true` if so.
    private mutating func payStepsOwed(_ slot: Int) -> Bool {
        guard connections[slot].stepsOwed >= SidecarLimits.turnStepsMax else { return false }
        connections[slot].stepsOwed -= SidecarLimits.turnStepsMax
        sendReplies(slot)
        enqueue(slot)
        return true
    }

    /// Makes the connection's private buffer the window, or the loop's own with the little that is left of the last turn.
    ///
    /// A few bytes are copied, so that the next read can be as large as the loop's buffer; many stay where they are.
    private mutating func openWindow(_ slot: Int) -> Bool {
        guard connections[slot].input.count > SidecarLimits.copiedBytesMax else {
            window.append(connections[slot].input.view())
            connections[slot].input.clear()
            connections[slot].input.releaseIfEmpty()
            return false
        }
        swap(&window, &connections[slot].input)
        return true
    }

    /// Puts the buffers back; of what is left in the loop's own a little is copied into a private one, and more is left to
    /// the connection with the buffer.
    private mutating func closeWindow(_ slot: Int, isPrivate: Bool) {
        if isPrivate {
            swap(&window, &connections[slot].input)
            if connections[slot].input.isEmpty, spare.bytesHeld == 0 { swap(&spare, &connections[slot].input) }
            connections[slot].input.releaseIfEmpty()
        } else if window.count > SidecarLimits.copiedBytesMax {
            swap(&window, &connections[slot].input)
            swap(&window, &spare)
        } else {
            connections[slot].input.append(window.view())
            window.clear()
        }
    }

    /// Reads once.
    ///
    /// A private buffer that was small grows with its message; the loop's is always large enough.
    private mutating func readWindow(_ slot: Int, isPrivate: Bool) {
        let room = SidecarLimits.messageBytesMax + 1 - window.count
        let held = max(SidecarLimits.privateReadBytesMin, window.count, window.bytesHeld - window.count)
        let wanted = isPrivate ? min(room, held) : room
        let received = window.receive(from: connections[slot].descriptor, atMost: wanted)
        if received == 0 {
            connections[slot].isPeerFinished = true
        } else if received < 0, errno != EAGAIN {
            connections[slot].hasEnded = true
        }
        // A drain answers what has been read, and this was the last time.
        if drainDeadline != nil { connections[slot].isPeerFinished = true }
    }

    /// Answers messages until something ends the turn.
    private mutating func answerWindow(_ slot: Int, _ budget: inout TurnBudget, _ answered: inout Int) -> Pause {
        while connections[slot].canServe {
            let end = window.firstNUL(from: connections[slot].scanned) ?? window.count
            connections[slot].scanned = end
            if end > SidecarLimits.messageBytesMax {
                refuseTooLong(slot)
                return .state
            }
            guard end < window.count else { return .needsMore }
            guard budget.take(messageBytes: end + 1) else { return .budget }
            answered += 1
            guard answerMessage(slot, end, &budget) else { return .budget }
            if handler.replies.count >= SidecarLimits.replyBytesBeforeSending { sendReplies(slot) }
        }
        return .state
    }

    /// Answers the message before a NUL; `false` when part of it is left for a later turn.
    private mutating func answerMessage(_ slot: Int, _ end: Int, _ budget: inout TurnBudget) -> Bool {
        let message = window.view().slice(0, end)
        let outcome = handler.answer(
            message, peer: connections[slot].peer, progress: connections[slot].progress, &budget)
        connections[slot].progress = nil
        switch outcome {
        case .answered: break
        case .partly(let progress):
            connections[slot].progress = progress
            return false
        case .close: connections[slot].state = .closing
        case .watch: connections[slot].state = .watching
        case .explain: beginExplanation(slot, message)
        case .reload(let isReplyWanted): beginReload(slot, isReplyWanted: isReplyWanted)
        }
        window.removeFirst(end + 1)
        connections[slot].scanned = 0
        return true
    }

    private mutating func refuseTooLong(_ slot: Int) {
        handler.refuseTooLong()
        connections[slot].state = .closing
    }

    /// Decides what comes after a turn: another one, waiting for the peer, or the end.
    private mutating func settle(_ slot: Int, _ pause: Pause, answeredAny: Bool) {
        if connections[slot].hasEnded { return remove(slot) }
        let owes = !connections[slot].output.isEmpty
        if connections[slot].state == .closing, !owes { return closeGracefully(slot) }
        // A `Watch` that was read in a drain has its first reply, and nothing more will come.
        if drainDeadline != nil, connections[slot].state == .watching, !owes { return closeGracefully(slot) }
        let isIdle = pause == .needsMore && connections[slot].state == .serving && !owes
        if isIdle, connections[slot].isPeerFinished { return closeGracefully(slot) }
        if connections[slot].state == .serving, !owes, pause != .needsMore { enqueue(slot) }
        noteUnfinished(slot, isUnfinished: isIdle && !connections[slot].input.isEmpty, isNew: answeredAny)
        updateInterest(slot)
    }

    private mutating func noteUnfinished(_ slot: Int, isUnfinished: Bool, isNew: Bool) {
        guard isUnfinished else {
            if connections[slot].unfinishedSince != nil { setUnfinished(slot, since: nil) }
            return
        }
        if isNew || connections[slot].unfinishedSince == nil {
            setUnfinished(slot, since: shared.clock.monotonicMilliseconds())
        }
    }

    /// Tells epoll what to report, if that has changed.
    mutating func updateInterest(_ slot: Int) {
        noteUnread(slot)
        let wanted = connections[slot].wantedInterest
        guard wanted != connections[slot].interest else { return }
        connections[slot].interest = wanted
        poller.modify(connections[slot].descriptor, wanted, token: connections.token(of: slot))
    }

    /// Begins to count how long replies are left unread, or ends it.
    private mutating func noteUnread(_ slot: Int) {
        let isUnread = !connections[slot].output.isEmpty
        guard isUnread != (connections[slot].unreadSince != nil) else { return }
        setUnread(slot, since: isUnread ? shared.clock.monotonicMilliseconds() : nil)
    }

    /// Closes a connection after its last reply.
    ///
    /// What the peer sent in the meantime is read and thrown away, within bounds: a Unix socket that is closed over
    /// unread bytes gives the peer an error instead of the end.
    private mutating func closeGracefully(_ slot: Int) {
        for _ in 0..<16 where window.receive(from: connections[slot].descriptor, atMost: 65_536) > 0 { window.clear() }
        window.clear()
        remove(slot)
    }
}
