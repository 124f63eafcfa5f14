internal import JSONDocument
internal import WireProtocol

/// The messages of a run, formatted once: while it runs, they are only copied.
struct LoadMessages: Sendable {
    /// How many answers a reply holds.
    let questionsEach: Int
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    /// How many messages there are; never 0.
    var count: Int { ends.count }

    /// Makes the messages of questions, of which there must be one: an `Authorize` each, or an `AuthorizeMany` for
    /// `batch` of them in turn, the last of which begins again with the first question where they do not come out even.
    init(_ questions: [JSONOutput], batch: Int?) throws(CommandFailure) {
        guard !questions.isEmpty else { throw .usage("there is no question to ask") }
        questionsEach = batch ?? 1
        guard let batch else {
            for (index, question) in questions.enumerated() {
                guard append("Authorize", question) else {
                    throw .usage("question \(index + 1) is longer than a message may be: \(Self.bound)")
                }
            }
            return
        }
        for first in stride(from: 0, to: questions.count, by: batch) {
            let list = (first..<first + batch).map { questions[$0 % questions.count] }
            guard append("AuthorizeMany", .object([("questions", .array(list))])) else {
                throw .usage(
                    "`--batch` is \(batch), but so many of these questions are longer than a message may be"
                        + " (\(Self.bound)): lower it")
            }
        }
    }

    /// Adds a message's bytes and its NUL to what is sent.
    func append(_ index: Int, to buffer: inout WireBuffer) {
        buffer.append(bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
    }

    /// The index behind `index`; the first one behind the last.
    func next(_ index: Int) -> Int { index + 1 == ends.count ? 0 : index + 1 }

    private static let bound = "\(Count.grouped(WireBounds.messageBytesMax)) bytes"

    /// `false` for a message that the sidecar would not read.
    private mutating func append(_ method: String, _ parameters: JSONOutput) -> Bool {
        let message = JSONOutput.object([("method", .string("io.postern.\(method)")), ("parameters", parameters)])
        let text = message.serialized().utf8
        guard text.count <= WireBounds.messageBytesMax else { return false }
        bytes += text
        bytes.append(0)
        ends.append(bytes.count)
        return true
    }
}
