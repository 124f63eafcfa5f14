/// Texts that the native protocol accepts as JSON, and texts that it refuses; both readers go through them.
enum JSONCorpus {
    static let accepted: [[UInt8]] = [
        "{}", "[]", " {} ", "\t\r\n [ ] \n", "null", "true", "false", "0", "-0", "12", "-1.5e+200", "1E-200", "0.10",
        "1e0000000200", "\"\"", "\"a\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0001\\u00e9\\u20AC\\uD83D\\uDE00\"",
        "\"\u{7F}é€😀\u{10FFFF}\u{E000}\u{D7FF}\"", "{\"a\":1,\"b\":{\"a\":1},\"A\":2}", "[[[[[[[[]]]]]]]]",
        "[1,\"a\",null,true,{\"x\":[]}]", "{\"\":0}", "{\"é\":1,\"e\u{301}\":2}",
        "1234567890123456789012345678901234567890", "0.12345678901234567890123456789012345678",
        "\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\"", "{\"a\" : 1 , \"b\" : [ 1 , 2 ] }",
        "\"0123456789abcdef\\u0041bcdefghij\"",
        "\"\u{FEFF}\"",
    ].map { Array($0.utf8) }

    static let refused: [[UInt8]] =
        [
            "", " ", "{", "}", "[", "]", "{]", "[}", "[1,]", "[,1]", "{,}", "{\"a\":1,}", "{\"a\"}", "{\"a\":}",
            "{a:1}",
            "{'a':1}", "{1:2}", "[1 2]", "{\"a\":1 \"b\":2}", "{} {}", "{}x", "01", "-", "+1", "1.", ".5", "1e", "1e+",
            "1.e1", "--1", "1-2", "0x1", "1_0", "NaN", "Infinity", "-Infinity", "nul", "nulll", "True", "tru",
            "truefalse",
            "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"", "\"\n\"", "\"\u{1F}\"",
            "\"\t\"",
            "\"\\u0000\"", "{\"\\u0000\":1}", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\n\"", "\"\\uD800\\uD800\"",
            "\"\\uD800x\"",
            "\"\\uDE00\\uD83D\"", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[{\"x\":{\"k\":1,\"l\":2,\"k\":3}}]",
            "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"a\":10}",
            "[[[[[[[[[]]]]]]]]]", "{\"a\":[[[[[[[{}]]]]]]]}", "12345678901234567890123456789012345678901", "1e201",
            "1E-201",
            "1e99999999999999999999999", "// a\n1", "/**/1", "\u{FEFF}{}", "\u{A0}1", "1\u{0}", "\u{0}", "[1\u{B},2]",
        ].map { Array($0.utf8) } + brokenUTF8

    /// Each stands within a string: lone continuation, cut-off, overlong, surrogate, above U+10FFFF, and never bytes.
    private static let brokenUTF8: [[UInt8]] = [
        [0x80], [0xBF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xF0, 0x9F, 0x98], [0xC0, 0x80],
        [0xC1, 0xBF],
        [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80],
        [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    ].map { [UInt8(ascii: "\"")] + $0 + [UInt8(ascii: "\"")] }

    /// Well-formed messages for mutations to start from.
    static let messages: [String] = [
        """
        {"method":"io.postern.Authorize","parameters":{"principal":"arn:aws:iam::111122223333:user/alice","action":"docs:Read",\
        "resource":"arn:aws:docs:::report/7","context":{"aws:SourceIp":"10.0.0.7","app:Tags":["a","b\\u00e9"],"n":-1.50e+3,\
        "b":true,"z":null}}}
        """,
        """
        {"parameters":{"questions":[{"action":"a:b"},{"resource":"é😀","context":{}}],"principal":"p","resource":"*","explain":false},\
        "method":"io.postern.AuthorizeMany","more":false,"x":[[[1]]]}
        """,
        "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":\"\\uD83D\\uDE00\",\"k\":{\"a\":[0.5,1e-7]}}",
        """
        {"method":"io.postern.Authorize","parameters":{"principal":"p","session":{"policies":[{"Statement":[{"Condition":{"Bool":\
        {"a:b":["true"]}}}]}],"tags":{"a":"b"},"mfaAgeSeconds":3},"action":"a:b","resource":"*"}}
        """,
    ]
}
