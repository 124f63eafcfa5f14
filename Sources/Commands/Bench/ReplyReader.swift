internal import DecisionTree
internal import PolicyModel
internal import WireProtocol

/// What a reply answered.
struct ReplyOutcome: Sendable, Equatable {
    /// Questions by decision.
    var allowed = 0
    var explicitDeny = 0
    var implicitDeny = 0
    /// What went wrong; empty for most replies.
    var faults: [LoadFault] = []
}

/// Questions or requests that have no answer, for one reason.
struct LoadFault: Sendable, Equatable {
    /// The name of the error: `io.postern.BadRequest`.
    let name: String
    /// What the first of them said.
    let example: String
    var count = 1
}

/// Reads replies, all of them, at the cost of comparing their bytes.
///
/// A reply is read as the client reads it, by `WireReply`, and remembered with its bytes. Most replies of a run equal one
/// that was read before, byte for byte, and mean the same.
struct ReplyReader {
    private struct Known {
        let bytes: [UInt8]
        let outcome: ReplyOutcome
    }

    private let isBatch: Bool
    private let questionsEach: Int
    /// Of `Authorize` the last few different replies; of `AuthorizeMany` the last one to each message.
    private var known: [Known]
    private var oldest = 0

    /// A revision's allowed and two denied replies, and an error.
    private static let singlesMax = 4

    init(messages: Int, questionsEach: Int, isBatch: Bool) {
        self.isBatch = isBatch
        self.questionsEach = questionsEach
        // What every place holds at first is true as well: that a reply without bytes is none.
        let nothing = ReplyReader.read([], questionsEach, isBatch)
        known = Array(
            repeating: Known(bytes: [], outcome: nothing), count: isBatch ? messages : ReplyReader.singlesMax)
    }

    /// What a reply without its NUL says to the message of that index.
    mutating func outcome(of reply: ByteView, to message: Int) -> ReplyOutcome {
        for index in isBatch ? message..<message + 1 : known.indices where equals(known[index].bytes, reply) {
            return known[index].outcome
        }
        let bytes = reply.bytes
        let outcome = ReplyReader.read(bytes, questionsEach, isBatch)
        known[isBatch ? message : oldest] = Known(bytes: bytes, outcome: outcome)
        oldest = (oldest + 1) % ReplyReader.singlesMax
        return outcome
    }

    private func equals(_ bytes: [UInt8], _ reply: ByteView) -> Bool {
        unsafe bytes.withUnsafeBufferPointer { reply.equals(unsafe ByteView(base: $0.baseAddress, count: $0.count)) }
    }

    private static func read(_ bytes: [UInt8], _ questionsEach: Int, _ isBatch: Bool) -> ReplyOutcome {
        var outcome = ReplyOutcome()
        do throws(ReplyError) {
            let reply = try WireReply(bytes)
            if isBatch {
                for answer in try reply.authorizations(count: questionsEach).answers { outcome.add(answer) }
            } else {
                outcome.add(try reply.authorization().answer)
            }
        } catch {
            // A batch that is refused leaves each of its questions without an answer.
            outcome = ReplyOutcome(faults: [LoadFault(error, count: questionsEach)])
        }
        return outcome
    }
}

extension ReplyOutcome {
    fileprivate mutating func add(_ answer: WireAnswer) {
        if let error = answer.error {
            let name = "io.postern." + error.prefix { $0 != ":" }
            faults.count(LoadFault(name: name, example: error))
            return
        }
        switch answer.decision {
        case .allowed: allowed += 1
        case .explicitDeny: explicitDeny += 1
        case .implicitDeny: implicitDeny += 1
        }
    }
}

extension LoadFault {
    fileprivate init(_ error: ReplyError, count: Int) {
        switch error {
        case .malformed: self.init(name: "unreadable reply", example: error.message, count: count)
        case .refused(let refusal): self.init(name: refusal.name, example: refusal.message, count: count)
        case .unknownError(let name): self.init(name: name, example: error.message, count: count)
        }
    }
}

extension [LoadFault] {
    /// Adds to the count of its name; the first example stays.
    mutating func count(_ fault: LoadFault) {
        if let index = firstIndex(where: { $0.name == fault.name }) {
            self[index].count += fault.count
        } else {
            append(fault)
        }
    }
}
