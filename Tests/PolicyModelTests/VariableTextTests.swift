import PolicyModel
import Testing

@Suite struct VariableTextTests {
    @Test(
        arguments: [
            ("", []), ("plain*?", [.text("plain*?")]), ("$", [.text("$")]), ("$x}", [.text("$x}")]),
            ("a$", [.text("a$")]),
            ("${aws:username}", [.variable(key: "aws:username", default: nil)]),
            ("a/${k}/b", [.text("a/"), .variable(key: "k", default: nil), .text("/b")]),
            ("${k, 'd'}", [.variable(key: "k", default: "d")]), ("${k,'d'}", [.variable(key: "k", default: "d")]),
            ("${k  ,  'd e'}", [.variable(key: "k", default: "d e")]), ("${k,''}", [.variable(key: "k", default: "")]),
            ("${k,'a}b'}", [.variable(key: "k", default: "a}b")]),
            ("${k,'a,b'}", [.variable(key: "k", default: "a,b")]),
            ("${*}${?}${$}", [.literal("*"), .literal("?"), .literal("$")]),
            ("$${k}", [.text("$"), .variable(key: "k", default: nil)]),
            ("${a}${b}", [.variable(key: "a", default: nil), .variable(key: "b", default: nil)]),
            ("${aws:PrincipalTag/Team}", [.variable(key: "aws:PrincipalTag/Team", default: nil)]),
            ("é${k}é", [.text("é"), .variable(key: "k", default: nil), .text("é")]),
            ("${$}{k}", [.literal("$"), .text("{k}")]),
        ] as [(Text, [VariableText.Part])])
    func `cuts text into its parts`(text: Text, parts: [VariableText.Part]) throws {
        #expect(try VariableText(expanding: text).parts == parts)
    }

    @Test(
        arguments: [
            ("${", .unclosed, 0), ("${}", .emptyName, 0), ("ab${k", .unclosed, 2), ("${a b}", .badName, 0),
            ("${ k}", .badName, 0),
            ("${k }", .badName, 0), ("${k, d}", .badDefault, 0), ("${k,'d}", .badDefault, 0),
            ("${k,'d'x}", .badDefault, 0),
            ("${,'d'}", .emptyName, 0), ("${k,", .unclosed, 0), ("${k,'d'", .unclosed, 0), ("${${k}}", .badName, 0),
            ("é${}", .emptyName, 2), ("${**}", .badName, 0), ("${k,\"d\"}", .badDefault, 0), ("${ }", .badName, 0),
        ] as [(Text, VariableText.Malformed.Fault, Int)])
    func `says what is wrong, and where it begins`(text: Text, fault: VariableText.Malformed.Fault, offset: Int) {
        #expect(throws: VariableText.Malformed(fault: fault, utf8Offset: offset)) {
            try VariableText(expanding: text)
        }
    }

    @Test func `takes text of a 2008 document as it stands`() {
        #expect(VariableText(plain: "a/${aws:username}").parts == [.text("a/${aws:username}")])
        #expect(VariableText(plain: "").parts.isEmpty)
        #expect(!VariableText(plain: "${k}").hasVariables)
    }

    @Test func `does not count escapes as variables`() throws {
        #expect(try !VariableText(expanding: "${*}").hasVariables)
        #expect(try VariableText(expanding: "${*}${k}").hasVariables)
    }

    @Test(arguments: [
        ("", false), ("$", false), ("{", false), ("$ {", false), ("a${", true), ("$${x}", true), ("{$", false),
    ])
    func `text without a mark has no variables`(text: String, hasMark: Bool) {
        #expect(Text(text).hasVariableMark == hasMark)
    }
}
