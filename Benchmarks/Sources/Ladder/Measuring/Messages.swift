import PolicyModel
import WireProtocol

/// Questions as bytes.
enum Messages {
    static let status: [UInt8] = bytes { $0.appendStatus() }
    static let watch: [UInt8] = bytes { $0.appendWatch() }

    static func authorize(_ question: BenchmarkQuestion) -> [UInt8] { bytes { $0.appendAuthorize(wire(question)) } }

    /// All of them, one after the other.
    static func authorize(_ questions: [BenchmarkQuestion]) -> [UInt8] { questions.flatMap { authorize($0) } }

    /// One call of one principal, with a context of its own in each question.
    static func many(_ question: BenchmarkQuestion, wholeQuestions count: Int) -> [UInt8] {
        var one = wire(question)
        one.principal = nil
        let questions = (0..<count).map { number in
            var numbered = one
            numbered.resource = "\(question.resource)\(number % 10)"
            return numbered
        }
        return bytes { $0.appendAuthorizeMany(questions, defaults: WireQuestion(principal: question.principal.string)) }
    }

    /// One call of one principal in one context about many resources, as a list page asks.
    static func many(_ question: BenchmarkQuestion, resources: Int) -> [UInt8] {
        var defaults = wire(question)
        defaults.resource = nil
        let questions = (0..<resources).map { WireQuestion(resource: "\(question.resource)\($0 % 10)") }
        return bytes { $0.appendAuthorizeMany(questions, defaults: defaults) }
    }

    private static func wire(_ question: BenchmarkQuestion) -> WireQuestion {
        WireQuestion(
            principal: question.principal.string, action: question.action.string, resource: question.resource.string,
            context: question.context.map { WireContextEntry($0.key.string, .string($0.value.values[0].string)) })
    }

    private static func bytes(_ body: (inout WireBuffer) -> Void) -> [UInt8] {
        var buffer = WireBuffer()
        body(&buffer)
        return buffer.bytes
    }
}
