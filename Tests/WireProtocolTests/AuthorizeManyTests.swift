import DecisionTree
import PolicyModel
import Testing

@testable import WireProtocol

@Suite struct AuthorizeManyTests {
    private let defaults =
        "\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"context\":{\"d\":\"1\",\"e\":[\"2\",\"3\"]}"
    private let plain = Question(principal: "p", action: "a", resource: "r", context: ["d=1", "e=[2|3]"])

    private func questions(_ list: String, defaults: String? = nil) -> Scanned {
        scan(authorizeMany("\(defaults ?? self.defaults),\"questions\":[\(list)]"))
    }

    @Test func `what a question leaves out or has as null is the default`() {
        let list = "{},{\"principal\":null,\"action\":null,\"resource\":null,\"context\":null,\"session\":null}"
        #expect(questions(list) == .many([.question(plain), .question(plain)], explain: false))
    }

    @Test func `a member replaces the default whole`() {
        var (first, second, third) = (plain, plain, plain)
        (first.principal, first.action, first.resource) = ("P", "A", "R")
        second.context = ["x=9"]
        third.context = []
        let list =
            "{\"principal\":\"P\",\"action\":\"A\",\"resource\":\"R\"},{\"context\":{\"x\":9}},{\"context\":{}},{}"
        let expected = [first, second, third, plain].map(Answered.question)
        #expect(questions(list) == .many(expected, explain: false))
    }

    @Test(arguments: [
        ("3", "BadRequest: a question must be an object, not a number"),
        ("{\"who\":1}", "InvalidParameter: `who` is unknown, missing or of the wrong type"),
        ("{\"explain\":true}", "InvalidParameter: `explain` is unknown, missing or of the wrong type"),
        ("{\"principal\":1}", "InvalidParameter: `principal` is unknown, missing or of the wrong type"),
        ("{\"context\":[]}", "InvalidParameter: `context` is unknown, missing or of the wrong type"),
        ("{\"session\":[]}", "InvalidParameter: `session` is unknown, missing or of the wrong type"),
        (
            "{\"session\":{\"issued\":\"\"}}",
            "BadRequest: `session.issued` is not a date such as `2026-01-31T12:00:00Z`"
        ),
        ("{\"action\":\"\"}", "BadRequest: `action` is empty"),
        ("{\"context\":{\"k\":1,\"l\":[[]]}}", "BadRequest: the context key `l` holds a list with an array in it"),
        ("{\"context\":{\"k\":1,\"K\":2}}", "BadRequest: the context key `K` is given in two spellings"),
    ])
    func `a question's fault is its own and the others are asked`(question: String, fault: String) {
        let expected = [Answered.question(plain), .fault(fault), .question(plain)]
        #expect(questions("{},\(question),{}") == .many(expected, explain: false))
    }

    @Test func `what neither question nor defaults have is missing`() {
        let fault = "InvalidParameter: `resource` is unknown, missing or of the wrong type"
        let resources = questions("{},{\"resource\":\"r\"}", defaults: "\"principal\":\"p\",\"action\":\"a\"")
        let asked = Question(principal: "p", action: "a", resource: "r")
        #expect(resources == .many([.fault(fault), .question(asked)], explain: false))
    }

    @Test func `no questions have no answers, and explain is read`() {
        #expect(questions("", defaults: "\"explain\":true") == .many([], explain: true))
    }

    @Test func `a repeated member in a question makes the whole message bad`() {
        let error = WireError.badRequest("the member `action` is given twice")
        #expect(questions("{},{\"action\":\"a\",\"action\":\"b\"}") == .error(error))
    }

    @Test(arguments: 0...5)
    func `a call can be interrupted anywhere and resumed`(done: Int) throws {
        let list = "{},{\"action\":\"\\u0041\"},{\"who\":1},{\"context\":{\"x\":\"\\u0041\"}},{}"
        let message = Message(authorizeMany("\(defaults),\"questions\":[\(list)]"))
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        _ = try scanner.scan(message.view, keys: keys.table)
        let all = scanner.questions(keys.table)

        _ = try scanner.scan(message.view, keys: keys.table)
        for _ in 0..<done { _ = scanner.nextQuestion(keys: keys.table) }
        let cursor = scanner.cursor
        _ = scan(Array(authorize(context: "{\"other\":\"\\u0042\"}").utf8), with: &scanner)
        _ = try scanner.resume(message.view, at: cursor, keys: keys.table)
        #expect(scanner.questions(keys.table) == Array(all[done...]))
    }

    /// Plain questions, and ones that need the tape.
    @Test(arguments: ["{}", "{\"context\":{\"x\":\"\\u0041\"}}"])
    func `a scanner that was kept goes on without reading again`(question: String) throws {
        let list = Array(repeating: question, count: 6).joined(separator: ",")
        let message = Message(authorizeMany("\(defaults),\"questions\":[\(list)]"))
        let moved = Message(authorizeMany("\(defaults),\"questions\":[\(list)]"))
        let keys = Keys()
        defer { withExtendedLifetime((message, moved, keys)) {} }
        var scanner = MessageScanner()
        let first = try scanner.scan(message.view, keys: keys.table)
        for _ in 0..<2 { _ = scanner.nextQuestion(keys: keys.table) }
        let again = try scanner.resume(message.view, at: scanner.cursor, keys: keys.table)
        #expect("\(again)" == "\(first)")
        var read = scanner.readings
        #expect(read == 1)
        // A message that stands elsewhere is read again: what was read of it points to where it stood.
        _ = try scanner.resume(moved.view, at: scanner.cursor, keys: keys.table)
        read = scanner.readings
        #expect(read == 2)
        var left = 0
        while case .question = scanner.nextQuestion(keys: keys.table) { left += 1 }
        let isHalfway = scanner.isHalfway
        #expect(left == 4 && !isHalfway)
    }

    @Test func `512 questions keep the buffers at the size of one`() throws {
        let question = "{\"context\":{\"k\":[\"a\",\"b\"],\"l\":\"\\u0041\"}}"
        let list = Array(repeating: question, count: 512).joined(separator: ",")
        let message = Message(authorizeMany("\(defaults),\"questions\":[\(list)]"))
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        _ = try scanner.scan(message.view, keys: keys.table)
        while case .question(let context) = scanner.nextQuestion(keys: keys.table) {
            let valueCount = scanner.view.values.count
            #expect(context == 2..<4 && valueCount == 6)
        }
        let done = scanner.cursor.questionsDone
        #expect(done == 512)
    }
}
