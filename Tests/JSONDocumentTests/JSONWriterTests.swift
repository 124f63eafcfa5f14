import CJansson
import Testing

@testable import JSONDocument

@Suite struct JSONWriterTests {
    private let tree: JSONOutput = [
        "name": "a\"b\\c/\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}é\u{1F600}", "list": [1, -2, true, false, nil, [], [:]],
        "number": .number("1.50"), "object": ["z": 0, "a": ["b": "c"]],
    ]

    @Test("compact text has no blanks and keeps the order of members")
    func compact() {
        let expected =
            #"{"name":"a\"b\\c/\b\f\n\r\t\u0001\u001F"# + "\u{7F}é\u{1F600}"
            + #"","list":[1,-2,true,false,null,[],{}],"number":1.50,"object":{"z":0,"a":{"b":"c"}}}"#
        #expect(tree.serialized() == expected)
    }

    @Test("pretty text is indented by two blanks")
    func pretty() {
        let tree: JSONOutput = ["a": [1, ["b": []]], "c": [:]]
        #expect(
            tree.serialized(pretty: true) == """
                {
                  "a": [
                    1,
                    {
                      "b": []
                    }
                  ],
                  "c": {}
                }
                """)
    }

    @Test("jansson writes the same bytes, compact and indented", arguments: [false, true])
    func sameAsJansson(pretty: Bool) throws {
        let tree: JSONOutput = [
            "name": "a\"b\\c/\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}é\u{1F600}", "list": [1, -2, true, false, nil, [], [:]],
            "object": ["z": 0, "a": ["b": "c"]],
        ]
        let text = tree.serialized(pretty: pretty)
        #expect(JSONWriterTests.jansson(text, pretty: pretty) == text)
    }

    /// The text as jansson prints it.
    private static func jansson(_ text: String, pretty: Bool) -> String? {
        guard let json = unsafe json_loads(text, 0, nil) else { return nil }
        defer { unsafe json_decref(json) }
        guard let printed = unsafe json_dumps(json, pretty ? 2 : Int(JSON_COMPACT)) else { return nil }
        defer { unsafe printed.deallocate() }
        return unsafe String(cString: printed)
    }

    @Test("what is written is read back as the same tree")
    func roundTrip() throws {
        let text = tree.serialized(pretty: true)
        let document = try read(text)
        #expect(JSONOutput(document.root).serialized(pretty: true) == text)
    }

    @Test("a text that is no number is never written as one")
    func numbersArePreconditions() async {
        await #expect(processExitsWith: .failure) {
            _ = JSONOutput.number("1,2").serialized()
        }
    }
}

@Suite struct JSONPathTests {
    @Test("a path reads as people write it")
    func description() {
        let path = JSONPath().appending("Statement").appending(1).appending("Condition").appending("StringEquals")
        #expect(path.description == "Statement[1].Condition.StringEquals")
        #expect(path.appending("aws:SourceIp").appending(0).description.hasSuffix(".StringEquals.aws:SourceIp[0]"))
        #expect(JSONPath().appending("a b").appending("c\"").description == #"["a b"]["c\""]"#)
        #expect(JSONPath().description.isEmpty)
    }
}

@Suite struct UserTextTests {
    @Test("user text stays on one line and ends")
    func quoted() {
        #expect(UserText.quoted("a\nb\r\t`c`\u{85}\u{2028}\u{0}") == #"`a\nb\r\t\u{60}c\u{60}\u{85}\u{2028}\u{0}`"#)
        #expect(UserText.quoted("\u{202E}\u{2066}\u{200F}\u{61C}") == #"`\u{202e}\u{2066}\u{200f}\u{61c}`"#)
        let long = UserText.quoted(String(repeating: "é", count: 1_000))
        #expect(long.unicodeScalars.count == UserText.scalarsMax + 3)
    }

    @Test("a line is told whole, and only what could mislead is told otherwise")
    func oneLine() {
        let long = String(repeating: "`é`", count: 1_000)
        #expect(UserText.oneLine(long) == long)
        #expect(UserText.oneLine("a\u{1B}[2J\u{202E}\n") == #"a\u{1b}[2J\u{202e}\n"#)
    }
}
