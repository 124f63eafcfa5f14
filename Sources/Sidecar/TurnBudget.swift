/// What a connection may still be given in this turn; the rest waits behind the other connections (design §3.3).
struct TurnBudget {
    /// Messages left.
    private(set) var messages = SidecarLimits.turnMessagesMax
    /// Bytes of messages left.
    private(set) var bytes = SidecarLimits.turnBytesMax
    /// Questions left; the handler counts them.
    var questions = SidecarLimits.turnQuestionsMax
    /// Steps of deciding left; below 0 once a question took more, for a question is never left half decided.
    var steps: Int

    /// What a turn has; less, by what turns before it took too much.
    init(stepsOwed: Int = 0) {
        steps = SidecarLimits.turnStepsMax - stepsOwed
    }

    /// By how many steps the turn went over its budget.
    var stepsOwed: Int { max(0, -steps) }

    /// Whether another question may be taken up.
    var hasRoom: Bool { questions > 0 && steps > 0 }

    /// Takes a message up if there is room for it: `false` ends the turn.
    ///
    /// The first message always has room: its own bound is that of a turn.
    mutating func take(messageBytes: Int) -> Bool {
        let isFirst = messages == SidecarLimits.turnMessagesMax
        guard messages > 0, hasRoom, isFirst || messageBytes <= bytes else { return false }
        messages -= 1
        bytes -= messageBytes
        return true
    }
}
