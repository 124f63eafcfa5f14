import PolicyModel
import Testing

@Suite struct Base64Tests {
    @Test(
        arguments: [
            ("", []), ("aGk=", [0x68, 0x69]), ("aGkh", [0x68, 0x69, 0x21]), ("AA==", [0]), ("/+8=", [0xFF, 0xEF]),
            ("AAECAwQF", [0, 1, 2, 3, 4, 5]),
        ] as [(String, [UInt8])])
    func `decodes RFC 4648 text`(text: String, bytes: [UInt8]) {
        #expect(base64(text) == bytes)
    }

    @Test(arguments: [
        "a", "aG", "aGk", "aGk=aGk=", "====", "A===", "=AAA", "A=AA", "AA=A", "aGk\n", " aGk=", "aG-_", "aGl=", "AB==",
        "é===",
    ])
    func `refuses other text, and bits that padding cuts off`(text: String) {
        #expect(base64(text) == nil)
    }
}

@Suite struct BooleanTextTests {
    @Test(arguments: [
        ("true", true), ("True", true), ("TRUE", true), ("tRuE", true), ("false", false), ("FALSE", false),
    ])
    func `reads both words in any case`(text: String, value: Bool) {
        #expect(boolean(text) == value)
    }

    @Test(arguments: ["", "1", "0", "yes", "true ", " true", "truе", "tru", "truee", "t", "\u{0}true"])
    func `refuses anything else`(text: String) {
        #expect(boolean(text) == nil)
    }
}
