/// What a connection may still be given in this turn; the rest waits behind the other connections (design §3.3).
struct TurnBudget {
    /// Messages left.
    private(set) var messages = SidecarLimits.turnMessagesMax
    /// Bytes of messages left.
    private(set) var bytes = SidecarLimits.turnBytesMax
    /// Questions left; the handler counts them.
    var questions = SidecarLimits.turnQuestionsMax

    /// Takes a message up if there is room for it: `false` ends the turn.
    ///
    /// The first message always has room: its own bound is that of a turn.
    mutating func take(messageBytes: Int) -> Bool {
        let isFirst = messages == SidecarLimits.turnMessagesMax
        guard messages > 0, questions > 0, isFirst || messageBytes <= bytes else { return false }
        messages -= 1
        bytes -= messageBytes
        return true
    }
}
