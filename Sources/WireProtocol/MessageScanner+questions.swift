public import DecisionTree

/// The members of a question, or of a call's parameters, as tokens; `nil` for absent and `null`.
struct QuestionMembers {
    var principal: Int?
    var action: Int?
    var resource: Int?
    var context: Int?
    var session: Int?
    var explain: Int?
    var questions: Int?

    /// Where such members may stand.
    enum Place { case authorize, authorizeMany, question }
}

extension MessageScanner {
    mutating func scanAuthorize(_ object: Int?, _ keys: SymbolTable) throws(WireError) -> Incoming {
        let members = try members(of: object, in: .authorize)
        let explain = try explain(members)
        try scanQuestion(members)
        if let context = members.context { contextRange = try scanContext(context, keys) }
        return .authorize(explain: explain)
    }

    /// Reads principal, action and resource, all of which must be there, and the question's own session.
    private mutating func scanQuestion(_ members: QuestionMembers) throws(WireError) {
        view.principal = try text(members.principal, "principal", WireBounds.principalBytesMax)
        view.action = try text(members.action, "action", WireBounds.actionBytesMax)
        view.resource = try text(members.resource, "resource", WireBounds.resourceBytesMax)
        if let session = members.session { try scanSession(session) }
    }

    private func explain(_ members: QuestionMembers) throws(WireError) -> Bool {
        guard let explain = members.explain else { return false }
        return try boolean(explain, "explain")
    }

    /// Sorts the members of an object; one that has no place there is `invalidParameter`.
    private mutating func members(
        of object: Int?, in place: QuestionMembers.Place
    ) throws(WireError) -> QuestionMembers {
        var members = QuestionMembers()
        guard let object else { return members }
        let end = Int(tape.tokens[object].next)
        var name = object + 1
        while name < end {
            let value: Int? = tape.tokens[name + 1].kind == .null ? nil : name + 1
            let text = tape.tokens[name].text
            if text.equals("principal") {
                members.principal = value
            } else if text.equals("action") {
                members.action = value
            } else if text.equals("resource") {
                members.resource = value
            } else if text.equals("context") {
                members.context = value
            } else if text.equals("session") {
                members.session = value
            } else if place != .question, text.equals("explain") {
                members.explain = value
            } else if place == .authorizeMany, text.equals("questions") {
                members.questions = value
            } else {
                throw .invalidParameter(UserText.bounded(text))
            }
            name = Int(tape.tokens[name + 1].next)
        }
        return members
    }
}

// AuthorizeMany: defaults, and questions that replace them member by member (design §3.3).
extension MessageScanner {
    mutating func scanAuthorizeMany(_ object: Int?, _ keys: SymbolTable) throws(WireError) -> Incoming {
        let members = try members(of: object, in: .authorizeMany)
        let explain = try explain(members)
        guard let questions = members.questions, tape.tokens[questions].kind == .array else {
            throw .invalidParameter("questions")
        }
        let count = Int(tape.tokens[questions].count)
        guard count <= WireBounds.questionsMax else {
            throw .badRequest("`questions` has more than \(WireBounds.questionsMax) elements")
        }
        try scanDefaults(members, keys)
        batch.next = questions + 1
        batch.count = count
        batch.explain = explain
        return .authorizeMany(count: count, explain: explain)
    }

    /// Checks the defaults once, so that what is wrong with them is the call's fault and not every question's.
    private mutating func scanDefaults(_ members: QuestionMembers, _ keys: SymbolTable) throws(WireError) {
        if members.principal != nil {
            _ = try text(members.principal, "principal", WireBounds.principalBytesMax)
        }
        if members.action != nil { _ = try text(members.action, "action", WireBounds.actionBytesMax) }
        if members.resource != nil { _ = try text(members.resource, "resource", WireBounds.resourceBytesMax) }
        if let session = members.session { try scanSession(session) }
        batch.defaults = members
        batch.defaultSession = view.session
        if let context = members.context { batch.defaultContext = try scanContext(context, keys) }
        batch.valueCount = view.values.count
        batch.tagCount = view.sessionTags.count
        batch.textCount = view.sessionTexts.count
        batch.policyCount = view.sessionPolicies.count
    }

    /// Puts the next question of an `AuthorizeMany` into `view`.
    ///
    /// `keys` must be those that were given to `scan` or `resume`.
    public mutating func nextQuestion(keys: SymbolTable) -> NextQuestion {
        guard batch.done < batch.count else { return .finished }
        if batch.isPlain { return .question(context: nextPlainQuestion()) }
        let question = batch.next
        batch.next = Int(tape.tokens[question].next)
        batch.done += 1
        forgetQuestion()
        do throws(WireError) {
            return .question(context: try scan(question: question, keys))
        } catch {
            return .fault(error.questionFault)
        }
    }

    /// Brings the view back to the call's defaults.
    private mutating func forgetQuestion() {
        view.entries.truncate(to: batch.defaultContext.upperBound)
        view.values.truncate(to: batch.valueCount)
        view.session = batch.defaultSession
        view.sessionTags.truncate(to: batch.tagCount)
        view.sessionTexts.truncate(to: batch.textCount)
        view.sessionPolicies.truncate(to: batch.policyCount)
    }

    private mutating func scan(question: Int, _ keys: SymbolTable) throws(WireError) -> Range<Int> {
        guard tape.tokens[question].kind == .object else {
            throw .badRequest("a question must be an object, not \(tape.tokens[question].kind.name)")
        }
        var members = try members(of: question, in: .question)
        members.principal = members.principal ?? batch.defaults.principal
        members.action = members.action ?? batch.defaults.action
        members.resource = members.resource ?? batch.defaults.resource
        try scanQuestion(members)
        contextRange = batch.defaultContext
        if let context = members.context { contextRange = try scanContext(context, keys) }
        return contextRange
    }

    /// Where the call stands, for `resume`.
    public var cursor: QuestionCursor { QuestionCursor(questionsDone: batch.done, reading: reading) }

    /// How many messages have been read.
    public var readings: UInt64 { reading & 0x00FF_FFFF_FFFF_FFFF }

    /// Whether a call has been read whose questions have not all been given out: another `scan` loses it.
    public var isHalfway: Bool { batch.done < batch.count }

    /// Whether nothing else has been read since the cursor was given, and the message still stands where it stood.
    public func holds(_ message: ByteView, at cursor: QuestionCursor) -> Bool {
        cursor.reading == reading && message.isSamePlace(as: self.message)
    }

    /// Goes on with a message that `scan` has taken as `authorizeMany`, behind the questions already given; one that it no
    /// longer holds is read again.
    ///
    /// The message must have the bytes that it had. The answers already formatted hold for the snapshot that gave them: a
    /// loop goes on with the same one.
    public mutating func resume(
        _ message: ByteView, at cursor: QuestionCursor, keys: SymbolTable
    ) throws(WireError) -> Incoming {
        if holds(message, at: cursor) { return .authorizeMany(count: batch.count, explain: batch.explain) }
        let incoming = try scan(message, keys: keys)
        if batch.isPlain {
            batch.done = min(cursor.questionsDone, batch.count)
            return incoming
        }
        while batch.done < min(cursor.questionsDone, batch.count) {
            batch.next = Int(tape.tokens[batch.next].next)
            batch.done += 1
        }
        return incoming
    }
}
