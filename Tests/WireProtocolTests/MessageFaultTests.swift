import Testing

@testable import WireProtocol

@Suite struct MessageFaultTests {
    @Test(arguments: [
        ("{\"method\":\"io.postern.Nothing\"}", WireError.methodNotFound("io.postern.Nothing")),
        ("{\"method\":\"io.postern.authorize\"}", .methodNotFound("io.postern.authorize")),
        ("{\"method\":\"org.varlink.service.Get\"}", .methodNotFound("org.varlink.service.Get")),
        ("{\"method\":\"org.example.Get\"}", .interfaceNotFound("org.example")),
        ("{\"method\":\"Authorize\"}", .interfaceNotFound("")),
        ("{\"method\":\"io.postern.Watch\"}", .expectedMore),
        ("{\"method\":\"io.postern.Status\",\"parameters\":[]}", .invalidParameter("parameters")),
        ("{\"method\":\"io.postern.Status\",\"parameters\":{\"verbose\":null}}", .invalidParameter("verbose")),
        ("{\"method\":\"io.postern.Authorize\",\"parameters\":\"x\"}", .invalidParameter("parameters")),
        (authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"user\":1"), .invalidParameter("user")),
        (
            authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"questions\":[]"),
            .invalidParameter("questions")
        ),
        (authorize("\"principal\":7,\"action\":\"a\",\"resource\":\"r\""), .invalidParameter("principal")),
        (authorize("\"principal\":\"p\",\"action\":null,\"resource\":\"r\""), .invalidParameter("action")),
        (authorize("\"principal\":\"p\",\"action\":\"a\""), .invalidParameter("resource")),
        (authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":[\"r\"]"), .invalidParameter("resource")),
        (
            authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"explain\":\"yes\""),
            .invalidParameter("explain")
        ),
        (
            authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"session\":[]"),
            .invalidParameter("session")
        ),
        (authorize(context: "[]"), .invalidParameter("context")),
        (authorize(context: "\"x\""), .invalidParameter("context")),
        (authorizeMany("\"principal\":\"p\""), .invalidParameter("questions")),
        ("{\"method\":\"io.postern.AssumeRole\",\"parameters\":{}}", .invalidParameter("principal")),
        (authorizeMany("\"questions\":{}"), .invalidParameter("questions")),
        (authorizeMany("\"questions\":[],\"principal\":1"), .invalidParameter("principal")),
        (authorizeMany("\"questions\":[],\"context\":1"), .invalidParameter("context")),
        (
            "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"a.b\"}}",
            .interfaceNotFound("a.b")
        ),
        (
            "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":3}}",
            .invalidParameter("interface")
        ),
        (
            "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"name\":\"io.postern\"}}",
            .invalidParameter("name")
        ),
    ])
    func `calls that varlink refuses get its own errors`(text: String, error: WireError) {
        #expect(scan(text) == .error(error))
        #expect(!error.closesConnection)
    }

    @Test(arguments: [
        ("[]", "the message must be a JSON object"),
        ("3", "the message must be a JSON object"),
        ("{}", "`method` is missing"),
        ("{\"method\":null}", "`method` is missing"),
        ("{\"method\":[]}", "`method` must be a string, not an array"),
        ("{\"method\":\"io.postern.Status\",\"oneway\":1}", "`oneway` must be a boolean, not a number"),
        ("{\"method\":\"io.postern.Status\",\"more\":\"\"}", "`more` must be a boolean, not a string"),
        ("{\"method\":\"io.postern.Status\",\"upgrade\":{}}", "`upgrade` must be a boolean, not an object"),
        ("{\"method\":\"io.postern.Status\",\"upgrade\":true}", "`upgrade` is not supported"),
        (
            "{\"method\":\"io.postern.Watch\",\"more\":true,\"oneway\":true}",
            "`oneway` and `more` exclude each other"
        ),
        ("{\"a\":1,\"\\u0061\":2}", "the member `a` is given twice"),
        (authorize("\"principal\":\"p\",\"principal\":\"p\""), "the member `principal` is given twice"),
        (authorize(context: "{\"a\":1,\"a\":2}"), "the member `a` is given twice"),
        (authorize(context: "{\"aws:x\":1,\"AWS:X\":2}"), "the context key `AWS:X` is given in two spellings"),
        (authorize(context: "{\"k\":{}}"), "the context key `k` holds an object"),
        (authorize(context: "{\"k\":[null]}"), "the context key `k` holds a list with null in it"),
        (authorize(context: "{\"k\":[[]]}"), "the context key `k` holds a list with an array in it"),
        (authorize(context: "{\"k\":[1,{}]}"), "the context key `k` holds a list with an object in it"),
        (authorize("\"principal\":\"\",\"action\":\"a\",\"resource\":\"r\""), "`principal` is empty"),
        (authorize("\"principal\":\"p\",\"action\":\"\",\"resource\":\"r\""), "`action` is empty"),
        (authorize("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"\""), "`resource` is empty"),
        (
            authorizeMany("\"questions\":[],\"context\":{\"k\":[null]}"),
            "the context key `k` holds a list with null in it"
        ),
        ("{\"method\":\"\\u0000\"}", "the string at byte 11 holds `\\u0000`, which is not accepted"),
        ("{\"method\":\"\\uD800\"}", "the escape at byte 11 is half a surrogate pair"),
        ("{\"method\":1e201}", "the exponent of the number at byte 10 is outside ±200"),
        (
            "{\"x\":[[[[[[[[]]]]]]]]}",
            "at most 8 arrays and objects may stand inside each other, 32 in a session policy; byte 12 begins another"
        ),
    ])
    func `values that are not accepted get BadRequest and the connection stays`(text: String, message: String) {
        #expect(scan(text) == .error(.badRequest(message)))
        #expect(!WireError.badRequest(message).closesConnection)
    }

    @Test(arguments: [
        ("", "the message is no JSON: it ends too early"),
        ("{\"method\"", "the message is no JSON: it ends too early"),
        ("GET / HTTP/1.1", "the message is no JSON: unexpected `G` at byte 0"),
        ("{\"a\":1}}", "the message is no JSON: unexpected `}` at byte 7"),
        ("{\"a\":`}", "the message is no JSON: unexpected `\\u{60}` at byte 5"),
        ("{\"a\":é}", "the message is no JSON: unexpected `é` at byte 5"),
        ("{\"a\":\"\n\"}", "the message is no JSON: unexpected `\\u{a}` at byte 6"),
    ])
    func `what is no JSON is unparsable and closes the connection`(text: String, message: String) {
        #expect(scan(text) == .error(.unparsable(message)))
        #expect(WireError.unparsable(message).closesConnection)
    }

    @Test func `what is not UTF-8 closes the connection`() {
        let error = WireError.unparsable("the message is not UTF-8 at byte 1")
        #expect(scan([UInt8(ascii: "\""), 0xC0, 0x80, UInt8(ascii: "\"")]) == .error(error))
    }

    @Test func `an over-long message closes the connection`() {
        let start = "{\"method\":\"io.postern.Status\",\"x\":\""
        let longest = start + letters(65_536 - start.utf8.count - 2) + "\"}"
        #expect(scan(longest) == .other("status"))
        #expect(scan(longest + " ") == .error(.tooLong))
        #expect(WireError.tooLong.closesConnection)
    }

    @Test func `the caller's text is repeated on one line and bounded`() {
        let name = letters(119) + "é" + letters(300)
        #expect(scan(authorize("\"\(name)\":1")) == .error(.invalidParameter(letters(119) + "…")))
        #expect(scan(authorize("\"a\\nb\":1")) == .error(.invalidParameter("a\\u{a}b")))
    }

    @Test(
        arguments: [
            (WireError.invalidParameter("session.tags"), "session.tags"),
            (.badRequest("`tags`: the key `x` must have"), "tags"), (.badRequest("`role` is empty"), "role"),
            (.badRequest("the context key `a` is given in two spellings"), nil), (.badRequest("`"), nil),
            (.tooLong, nil),
            (.unparsable("`x`"), nil),
        ] as [(WireError, String?)])
    func `the parameter at fault is named`(error: WireError, parameter: String?) {
        #expect(error.parameter == parameter)
    }
}
