import DecisionTree
import PolicyModel
import Testing

@testable import WireProtocol

/// What a scanner has of a session, copied; members in the order of the interface.
private func describe(_ session: SessionView, _ view: borrowing RequestView) -> [String] {
    var lines: [String] = []
    if session.hasPolicies { lines.append("hasPolicies") }
    for index in session.policies { lines.append("policy \(view.sessionPolicies[index].text)") }
    for index in session.policyARNs { lines.append("policyArn \(view.sessionTexts[index].text)") }
    lines += tags(session.tags, view)
    for index in session.transitiveTagKeys { lines.append("transitive \(view.sessionTexts[index].text)") }
    let texts = [
        ("sourceIdentity", session.sourceIdentity), ("federatedProvider", session.federatedProvider),
        ("issued", session.issued), ("user", session.user), ("mfaAge", session.mfaAge),
    ]
    for (name, text) in texts where !text.isEmpty { lines.append("\(name) \(text.text)") }
    if session.isMFAPresent { lines.append("mfaPresent") }
    return lines
}

private func tags(_ range: Range<Int>, _ view: borrowing RequestView) -> [String] {
    range.map { "tag \(view.sessionTags[$0].key.text)=\(view.sessionTags[$0].value.text)" }
}

/// An `Authorize` with a session's text.
private func authorize(session: String) -> String {
    authorize("\"principal\":\"p\",\"action\":\"a:b\",\"resource\":\"*\",\"session\":\(session)")
}

private func assumeRole(_ parameters: String) -> String {
    let names = "\"principal\":\"p\",\"role\":\"arn:aws:iam::111122223333:role/r\",\"sessionName\":\"me\""
    return "{\"method\":\"io.postern.AssumeRole\",\"parameters\":{\(names)\(parameters)}}"
}

/// What a scanner made of a message's session, or the error.
private func session(_ text: String) -> Result<[String], WireError> {
    let message = Message(text)
    let keys = Keys()
    defer { withExtendedLifetime((message, keys)) {} }
    var scanner = MessageScanner()
    do throws(WireError) {
        _ = try scanner.scan(message.view, keys: keys.table)
        return .success(
            (scanner.view.session.isGiven ? ["given"] : []) + describe(scanner.view.session, scanner.view))
    } catch {
        return .failure(error)
    }
}

@Suite struct SessionTests {
    @Test(arguments: [
        ("null", []), ("{}", ["given"]), ("{\"tags\":null,\"policies\":null,\"user\":null}", ["given"]),
        ("{\"policies\":[]}", ["given", "hasPolicies"]), ("{\"policyArns\":[]}", ["given", "hasPolicies"]),
        (
            "{\"policies\":[ { \"a\" : [1] } ,{\"b\":\"\\u0041\"}]}",
            ["given", "hasPolicies", "policy { \"a\" : [1] }", "policy {\"b\":\"\\u0041\"}"]
        ),
        (
            "{\"policyArns\":[\"arn:aws:iam::aws:policy/A\"]}",
            ["given", "hasPolicies", "policyArn arn:aws:iam::aws:policy/A"]
        ),
        ("{\"tags\":{}}", ["given"]),
        (
            "{\"tags\":{\"T\\u0065am\":\"a b\",\"Größe ①\":\"\",\"_.:/=+-@\":\"\u{2003}Ж\"}}",
            ["given", "tag Team=a b", "tag Größe ①=", "tag _.:/=+-@=\u{2003}Ж"]
        ),
        (
            "{\"transitiveTagKeys\":[\"team\"],\"tags\":{\"Team\":\"x\",\"b\":\"y\"}}",
            ["given", "tag Team=x", "tag b=y", "transitive team"]
        ),
        ("{\"sourceIdentity\":\"al_+=,.@-9\"}", ["given", "sourceIdentity al_+=,.@-9"]),
        ("{\"federatedProvider\":\"login.example\"}", ["given", "federatedProvider login.example"]),
        ("{\"issued\":\"2026-01-31T12:00:00Z\"}", ["given", "issued 2026-01-31T12:00:00Z"]),
        (
            "{\"user\":\"arn:aws:iam::111122223333:user/a\"}", ["given", "user arn:aws:iam::111122223333:user/a"]
        ),
        ("{\"mfaPresent\":false}", ["given"]), ("{\"mfaPresent\":true}", ["given", "mfaPresent"]),
        ("{\"mfaAgeSeconds\":0,\"mfaPresent\":true}", ["given", "mfaAge 0", "mfaPresent"]),
    ])
    func `each member is read`(text: String, lines: [String]) {
        #expect(session(authorize(session: text)) == .success(lines))
    }

    @Test(arguments: [
        ("[]", "session"), ("{\"tag\":{}}", "session.tag"), ("{\"tag\":null}", "session.tag"),
        ("{\"policies\":{}}", "session.policies"), ("{\"policies\":[\"{}\"]}", "session.policies"),
        ("{\"policies\":[{},null]}", "session.policies"), ("{\"policyArns\":\"\"}", "session.policyArns"),
        ("{\"policyArns\":[1]}", "session.policyArns"), ("{\"tags\":[]}", "session.tags"),
        ("{\"tags\":{\"a\":1}}", "session.tags"), ("{\"tags\":{\"a\":null}}", "session.tags"),
        ("{\"transitiveTagKeys\":{}}", "session.transitiveTagKeys"),
        ("{\"transitiveTagKeys\":[true]}", "session.transitiveTagKeys"),
        ("{\"sourceIdentity\":1}", "session.sourceIdentity"),
        ("{\"federatedProvider\":[]}", "session.federatedProvider"),
        ("{\"issued\":1}", "session.issued"), ("{\"user\":false}", "session.user"),
        ("{\"mfaPresent\":\"true\"}", "session.mfaPresent"),
        ("{\"mfaPresent\":true,\"mfaAgeSeconds\":\"1\"}", "session.mfaAgeSeconds"),
        ("{\"mfaPresent\":true,\"mfaAgeSeconds\":1.5}", "session.mfaAgeSeconds"),
        ("{\"mfaPresent\":true,\"mfaAgeSeconds\":1e3}", "session.mfaAgeSeconds"),
    ])
    func `an unknown member or a wrong type names the parameter`(text: String, parameter: String) {
        #expect(session(authorize(session: text)) == .failure(.invalidParameter(parameter)))
    }

    @Test(arguments: [
        ("{\"policyArns\":[\"P\"]}", "`session.policyArns`: `P` is not the ARN of a policy"),
        ("{\"tags\":{\"\":\"x\"}}", "`session.tags`: the key `` must have 1 to 128 characters"),
        ("{\"tags\":{\"aWs:x\":\"x\"}}", "`session.tags`: the key `aWs:x` begins with `aws:`, which is reserved"),
        (
            "{\"tags\":{\"a*\":\"x\"}}",
            "`session.tags`: the tag `a*` holds a character other than letters, digits, spaces and `_.:/=+-@`"
        ),
        (
            "{\"tags\":{\"a\":\"x\\ty\"}}",
            "`session.tags`: the tag `a` holds a character other than letters, digits, spaces and `_.:/=+-@`"
        ),
        (
            "{\"tags\":{\"a\":\"é😀\"}}",
            "`session.tags`: the tag `a` holds a character other than letters, digits, spaces and `_.:/=+-@`"
        ),
        ("{\"tags\":{\"Team\":\"x\",\"teaM\":\"y\"}}", "`session.tags` has the key `teaM` in two spellings"),
        ("{\"transitiveTagKeys\":[\"a\"]}", "`session.transitiveTagKeys`: there is no tag `a`"),
        (
            "{\"tags\":{\"a\":\"1\"},\"transitiveTagKeys\":[\"a\",\"A\"]}",
            "`session.transitiveTagKeys`: `A` is given twice"
        ),
        ("{\"sourceIdentity\":\"a\"}", "`session.sourceIdentity` must be 2 to 64 letters, digits and `_+=,.@-`"),
        ("{\"sourceIdentity\":\"a:b\"}", "`session.sourceIdentity` must be 2 to 64 letters, digits and `_+=,.@-`"),
        ("{\"sourceIdentity\":\"aé\"}", "`session.sourceIdentity` must be 2 to 64 letters, digits and `_+=,.@-`"),
        ("{\"federatedProvider\":\"\"}", "`session.federatedProvider` is empty"),
        ("{\"user\":\"\"}", "`session.user` is empty"),
        ("{\"issued\":\"\"}", "`session.issued` is not a date such as `2026-01-31T12:00:00Z`"),
        ("{\"issued\":\"yesterday\"}", "`session.issued` is not a date such as `2026-01-31T12:00:00Z`"),
        ("{\"issued\":\"2026-02-30T00:00:00Z\"}", "`session.issued` is not a date such as `2026-01-31T12:00:00Z`"),
        (
            "{\"mfaPresent\":true,\"mfaAgeSeconds\":-1}",
            "`session.mfaAgeSeconds` must be at least 0 and at most 9223372036854775807"
        ),
        (
            "{\"mfaPresent\":true,\"mfaAgeSeconds\":9223372036854775808}",
            "`session.mfaAgeSeconds` must be at least 0 and at most 9223372036854775807"
        ),
        ("{\"mfaAgeSeconds\":1}", "`session.mfaAgeSeconds` is given, but `mfaPresent` is not true"),
    ])
    func `a value that is not accepted names the field`(text: String, message: String) {
        #expect(session(authorize(session: text)) == .failure(.badRequest(message)))
        #expect(session(authorizeMany("\"questions\":[],\"session\":\(text)")) == .failure(.badRequest(message)))
    }

    /// Scans a session that is within a bound, and one that is one past it.
    private func check(_ bound: Int, _ error: String, _ text: (Int) -> String) {
        if case .failure(let error) = session(authorize(session: text(bound))) {
            Issue.record("\(bound) is refused: \(error)")
        }
        #expect(session(authorize(session: text(bound + 1))) == .failure(.badRequest(error)))
    }

    @Test func `a session has 50 tags of 128 and 256 characters, 10 ARNs and 10 policies`() {
        func list(_ count: Int, _ element: (Int) -> String) -> String {
            (0..<count).map(element).joined(separator: ",")
        }
        check(50, "`session.tags` has more than 50 tags") { "{\"tags\":{\(list($0) { "\"k\($0)\":\"\"" })}}" }
        let quoted = String(repeating: "é", count: 60) + "…"
        check(128, "`session.tags`: the key `\(quoted)` must have 1 to 128 characters") {
            "{\"tags\":{\"\(String(repeating: "é", count: $0))\":\"\"}}"
        }
        check(256, "`session.tags`: the value of `k` has more than 256 characters") {
            "{\"tags\":{\"k\":\"\(String(repeating: "é", count: $0))\"}}"
        }
        check(10, "`session.policyArns` has more than 10 ARNs") { "{\"policyArns\":[\(list($0) { "\"arn:\($0)\"" })]}" }
        check(10, "`session.policies` has more than 10 policies") { "{\"policies\":[\(list($0) { _ in "{}" })]}" }
        check(64, "`session.sourceIdentity` must be 2 to 64 letters, digits and `_+=,.@-`") {
            "{\"sourceIdentity\":\"\(letters($0))\"}"
        }
        check(2_048, "`session.user` is longer than 2048 bytes") { "{\"user\":\"\(letters($0))\"}" }
    }

    @Test func `policies may nest 32 deep, in a session, in a question's and in AssumeRole`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
        }
        for message in [
            { (depth: Int) in authorize(session: "{\"policies\":[\(nested(depth))]}") },
            { (depth: Int) in authorizeMany("\"questions\":[{\"session\":{\"policies\":[\(nested(depth))]}}]") },
            { (depth: Int) in assumeRole(",\"policies\":[\(nested(depth))]") },
        ] {
            if case .failure(let error) = session(message(32)) { Issue.record("\(error)") }
            guard case .failure(.badRequest(let text)) = session(message(33)) else {
                Issue.record("33 are accepted")
                continue
            }
            #expect(text.hasPrefix("at most 8 arrays and objects may stand inside each other"))
        }
    }
}

@Suite struct QuestionSessionTests {
    /// The sessions of each question, or its fault.
    private func sessions(_ questions: String, session: String? = nil) throws -> [[String]] {
        let given = session.map { ",\"session\":\($0)" } ?? ""
        let message = Message(
            authorizeMany(
                "\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\"\(given),\"questions\":[\(questions)]"))
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        _ = try scanner.scan(message.view, keys: keys.table)
        var all: [[String]] = []
        while true {
            switch scanner.nextQuestion(keys: keys.table) {
            case .question: all.append(describe(scanner.view.session, scanner.view))
            case .fault(let text): all.append([text])
            case .finished: return all
            }
        }
    }

    @Test func `a question's session replaces the call's whole, and the next question has the call's again`() throws {
        let all = try sessions(
            "{},{\"session\":{\"tags\":{\"b\":\"2\"}}},{\"session\":{}},{\"session\":null},{\"session\":{\"policies\":[{}]}},{}",
            session: "{\"tags\":{\"a\":\"1\"},\"sourceIdentity\":\"me\"}")
        let own = ["tag a=1", "sourceIdentity me"]
        #expect(all == [own, ["tag b=2"], [], own, ["hasPolicies", "policy {}"], own])
    }

    @Test func `a fault in a question's session is its own`() throws {
        let all = try sessions(
            "{\"session\":{\"tags\":{\"k\":1}}},{\"session\":{\"tags\":{\"a\":\"1\",\"aws:x\":\"2\"}}},{}",
            session: "{\"tags\":{\"a\":\"1\"}}")
        #expect(
            all == [
                ["InvalidParameter: `session.tags` is unknown, missing or of the wrong type"],
                ["BadRequest: `session.tags`: the key `aws:x` begins with `aws:`, which is reserved"], ["tag a=1"],
            ])
    }

    @Test func `512 sessions keep the buffers at the size of one`() throws {
        let question = "{\"session\":{\"tags\":{\"k\":\"v\"},\"policyArns\":[\"arn:a\"],\"policies\":[{}]}}"
        let list = Array(repeating: question, count: 512).joined(separator: ",")
        let message = Message(
            authorizeMany("\"principal\":\"p\",\"action\":\"a\",\"resource\":\"r\",\"questions\":[\(list)]"))
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        _ = try scanner.scan(message.view, keys: keys.table)
        while case .question = scanner.nextQuestion(keys: keys.table) {
            let counts = [
                scanner.view.sessionTags.count, scanner.view.sessionTexts.count, scanner.view.sessionPolicies.count,
            ]
            #expect(counts == [1, 1, 1])
        }
        let done = scanner.cursor.questionsDone
        #expect(done == 512)
    }
}

@Suite struct AssumeRoleTests {
    /// What a scanner made of a call, or the error.
    private func assumption(_ text: String) -> Result<[String], WireError> {
        let message = Message(text)
        let keys = Keys()
        defer { withExtendedLifetime((message, keys)) {} }
        var scanner = MessageScanner()
        do throws(WireError) {
            guard case .assumeRole(let explain) = try scanner.scan(message.view, keys: keys.table) else {
                return .success(["another method"])
            }
            return .success(lines(scanner) + (explain ? ["explain"] : []))
        } catch {
            return .failure(error)
        }
    }

    private func lines(_ scanner: borrowing MessageScanner) -> [String] {
        let asked = scanner.assumption
        let question = scanner.question(scanner.contextRange)
        var lines = ["\(question.principal) \(question.action) \(question.resource) as \(asked.sessionName.text)"]
        lines += question.context + describe(scanner.view.session, scanner.view) + tags(asked.tags, scanner.view)
        for index in asked.transitiveTagKeys { lines.append("transitive \(scanner.view.sessionTexts[index].text)") }
        for index in asked.policyARNs { lines.append("policyArn \(scanner.view.sessionTexts[index].text)") }
        for index in asked.policies { lines.append("policy \(scanner.view.sessionPolicies[index].text)") }
        let texts = [asked.externalID, asked.sourceIdentity, asked.federatedProvider]
        lines += texts.filter { !$0.isEmpty }.map(\.text.string)
        if let seconds = asked.durationSeconds { lines.append("\(seconds) s") }
        return lines
    }

    private let plain = "p sts:AssumeRole arn:aws:iam::111122223333:role/r as me"

    @Test func `only principal, role and session name are needed`() {
        #expect(assumption(assumeRole("")) == .success([plain]))
        let nulls = ",\"tags\":null,\"context\":null,\"policies\":null,\"durationSeconds\":null,\"explain\":false"
        #expect(assumption(assumeRole(nulls)) == .success([plain]))
    }

    @Test func `every member is read, and the call's lists are not the session's`() {
        let text = assumeRole(
            """
            ,"session":{"tags":{"old":"1"},"policyArns":["arn:s"],"transitiveTagKeys":["old"],"policies":[{"s":1}]},\
            "tags":{"Team":"x"},"transitiveTagKeys":["team"],"sourceIdentity":"alice","externalId":"a:/b","policies":[{"c":1}],\
            "policyArns":["arn:c"],"durationSeconds":43200,"federatedProvider":"idp","context":{"k":"v"},"explain":true
            """)
        #expect(
            assumption(text)
                == .success([
                    plain, "k=v", "hasPolicies", "policy {\"s\":1}", "policyArn arn:s", "tag old=1", "transitive old",
                    "tag Team=x", "transitive team", "policyArn arn:c", "policy {\"c\":1}", "a:/b", "alice", "idp",
                    "43200 s", "explain",
                ]))
    }

    @Test(arguments: [
        (",\"user\":1", "user"), (",\"action\":\"a\"", "action"), (",\"tags\":1", "tags"),
        (",\"policies\":[1]", "policies"), (",\"policyArns\":{}", "policyArns"), (",\"context\":[]", "context"),
        (",\"transitiveTagKeys\":\"a\"", "transitiveTagKeys"), (",\"durationSeconds\":\"900\"", "durationSeconds"),
        (",\"durationSeconds\":900.0", "durationSeconds"), (",\"explain\":1", "explain"), (",\"session\":1", "session"),
        (",\"externalId\":1", "externalId"), (",\"sourceIdentity\":1", "sourceIdentity"),
        (",\"federatedProvider\":1", "federatedProvider"),
    ])
    func `an unknown member or a wrong type names the parameter`(parameters: String, name: String) {
        #expect(assumption(assumeRole(parameters)) == .failure(.invalidParameter(name)))
    }

    @Test(arguments: ["principal", "role", "sessionName"])
    func `what is needed is missed`(name: String) {
        let text = assumeRole("").replacing("\"\(name)\":", with: "\"explain\":null,\"\(name)\":")
            .replacing("\"\(name)\":\"p\"", with: "\"\(name)\":null")
            .replacing("\"\(name)\":\"me\"", with: "\"\(name)\":null")
            .replacing("\"\(name)\":\"arn:aws:iam::111122223333:role/r\"", with: "\"\(name)\":null")
        #expect(assumption(text) == .failure(.invalidParameter(name)))
    }

    @Test(arguments: [
        (",\"durationSeconds\":899", "`durationSeconds` must be at least 900 and at most 43200"),
        (",\"durationSeconds\":43201", "`durationSeconds` must be at least 900 and at most 43200"),
        (",\"durationSeconds\":-900", "`durationSeconds` must be at least 900 and at most 43200"),
        (",\"externalId\":\"x\"", "`externalId` must be 2 to 1224 letters, digits and `_+=,.@-:/`"),
        (",\"externalId\":\"a b\"", "`externalId` must be 2 to 1224 letters, digits and `_+=,.@-:/`"),
        (",\"sourceIdentity\":\"a/b\"", "`sourceIdentity` must be 2 to 64 letters, digits and `_+=,.@-`"),
        (",\"federatedProvider\":\"\"", "`federatedProvider` is empty"),
        (",\"tags\":{\"AWS:a\":\"\"}", "`tags`: the key `AWS:a` begins with `aws:`, which is reserved"),
        (",\"transitiveTagKeys\":[\"a\"]", "`transitiveTagKeys`: there is no tag `a`"),
        (",\"policyArns\":[\"x\"]", "`policyArns`: `x` is not the ARN of a policy"),
    ])
    func `a value that is not accepted names the field`(parameters: String, message: String) {
        #expect(assumption(assumeRole(parameters)) == .failure(.badRequest(message)))
    }

    @Test(arguments: ["", "m", "a b", "a/b", "é é", letters(65)])
    func `a session's name has 2 to 64 of its characters`(name: String) {
        let text = assumeRole("").replacing("\"me\"", with: "\"\(name)\"")
        let error = WireError.badRequest("`sessionName` must be 2 to 64 letters, digits and `_+=,.@-`")
        #expect(assumption(text) == .failure(error))
        let longest = assumeRole("").replacing("\"me\"", with: "\"\(letters(64))\"")
        #expect((try? assumption(longest).get())?.count == 1)
    }

    @Test func `the scanner reads what a client asks`() {
        var asked = WireAssumption(principal: "p", role: "arn:aws:iam::111122223333:role/r", sessionName: "me")
        var session = WireSession()
        (session.policies, session.policyARNs, session.tags) = (["{\"s\":1}"], ["arn:s"], [.init("old", "1")])
        session.transitiveTagKeys = ["old"]
        asked.session = session
        (asked.tags, asked.transitiveTagKeys) = ([.init("Team", "x{")], ["team"])
        (asked.policies, asked.policyARNs, asked.durationSeconds) = (["{\"c\":1}"], ["arn:c"], 900)
        (asked.sourceIdentity, asked.externalID, asked.federatedProvider) = ("alice", "a:/b", "idp")
        asked.context = [WireContextEntry("k", .string("v"))]
        var buffer = WireBuffer(capacity: 1)
        buffer.appendAssumeRole(asked, explain: true)
        let text = String(decoding: buffer.bytes.dropLast(), as: UTF8.self)
        // `{` is no character of a tag.
        let message = "`tags`: the tag `Team` holds a character other than letters, digits, spaces and `_.:/=+-@`"
        #expect(assumption(text) == .failure(.badRequest(message)))
        #expect(
            assumption(text.replacing("x{", with: "x"))
                == .success([
                    plain, "k=v", "hasPolicies", "policy {\"s\":1}", "policyArn arn:s", "tag old=1", "transitive old",
                    "tag Team=x", "transitive team", "policyArn arn:c", "policy {\"c\":1}", "a:/b", "alice", "idp",
                    "900 s", "explain",
                ]))
    }
}
