// The open loop: what is due, and what of that has no reply at the end.
extension LoadLoop {
    /// When the next request of any connection becomes due.
    func nextDue(_ schedule: LoadSchedule) -> UInt64 {
        schedule.due(cursor.request, on: connections[cursor.connection].number)
    }

    /// Lets every request become due whose time has come.
    mutating func releaseDue(_ schedule: LoadSchedule, until time: UInt64) {
        while nextDue(schedule) <= time {
            let connection = connections[cursor.connection]
            connection.due += 1
            if connection.isOpen, !connection.isBlocked, connection.due - connection.sent == 1 {
                dueConnections.append(cursor.connection)
            }
            cursor.connection += 1
            if cursor.connection == connections.count { cursor = (0, cursor.request + 1) }
        }
    }

    /// Counts, at the end, what was due and has no reply.
    mutating func noteBacklog(_ schedule: LoadSchedule) {
        let end = control.endNanoseconds
        if end > 0 { releaseDue(schedule, until: end - 1) }
        for connection in connections where connection.isOpen {
            let unsent = connection.due - connection.sent
            tally.backlog.waiting += connection.sent - connection.answered + (connection.isBlocked ? unsent : 0)
            tally.backlog.unsent += connection.isBlocked ? 0 : unsent
        }
    }
}
