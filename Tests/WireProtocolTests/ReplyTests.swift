import DecisionTree
import PolicyModel
import Testing

@testable import WireProtocol

@Suite struct ReplyTests {
    private let explanation = WireExplanation(
        reason: "identityPolicyDeny", summary: "an identity-based policy explicitly denies it",
        matchedStatement: .init(
            layer: "identityPolicy", policy: "Readers", sid: "No\"Way", statementIndex: 2, file: "users/a.json",
            line: 7,
            column: 12))

    @Test func `Authorize is answered with exactly these bytes`() {
        expect("{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\",\"revision\":\"4f\"}}\0") {
            $0.appendAuthorizeReply(.allowed, revision: "4f")
        }
        expect("{\"parameters\":{\"allowed\":false,\"decision\":\"explicitDeny\",\"revision\":\"4f\"}}\0") {
            $0.appendAuthorizeReply(.explicitDeny, revision: "4f")
        }
        expect(
            """
            {"parameters":{"allowed":false,"decision":"implicitDeny","revision":"4f","explanation":\
            {"reason":"identityPolicyDeny","summary":"an identity-based policy explicitly denies it","matchedStatement":\
            {"layer":"identityPolicy","policy":"Readers","sid":"No\\"Way","index":2,"file":"users/a.json","line":7,"column":12}}}}\0
            """
        ) { $0.appendAuthorizeReply(.implicitDeny, revision: "4f", explanation: explanation) }
    }

    private let full = WireExplanation(
        reason: "implicitDeny", summary: "s", deniedBy: ["identityPolicy"], resourceAccount: "111122223333",
        layers: [
            .init(
                layer: "identityPolicy", outcome: "silent",
                statements: [
                    .init(
                        statement: .init(
                            layer: "identityPolicy", policy: "P", sid: "S", statementIndex: 1, file: "f", line: 2,
                            column: 3),
                        effect: "Allow", outcome: "conditionFailed", grade: ["user"],
                        failedConditions: [
                            .init(operator: "Bool", key: "k", wanted: ["true"], actual: nil),
                            .init(operator: "StringLike", key: "l", wanted: [], actual: ["x", "y"]),
                        ])
                ]), .init(layer: "serviceControlPolicy", level: "ou-1", outcome: "allowed"),
        ],
        nearestAllow: .init(
            advice: "a", statement: .init(layer: "identityPolicy", policy: "P", statementIndex: 0),
            missing: [
                .init(element: "action", wanted: ["a:B"], actual: nil),
                .init(element: "condition", wanted: ["1"], actual: ["2"], operator: "Bool", key: "k"),
            ]))

    @Test func `a full explanation has exactly these bytes, and is read back`() throws {
        expect(
            """
            {"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","explanation":{"reason":"implicitDeny",\
            "summary":"s","deniedBy":["identityPolicy"],"resourceAccount":"111122223333","layers":[{"layer":"identityPolicy",\
            "outcome":"silent","statements":[{"policy":"P","sid":"S","index":1,"file":"f","line":2,"column":3,"effect":"Allow",\
            "outcome":"conditionFailed","grade":["user"],"failedConditions":[{"operator":"Bool","key":"k","wanted":["true"],\
            "actual":null},{"operator":"StringLike","key":"l","wanted":[],"actual":["x","y"]}]}]},\
            {"layer":"serviceControlPolicy","level":"ou-1","outcome":"allowed","statements":[]}],"nearestAllow":{"advice":"a",\
            "layer":"identityPolicy","policy":"P","index":0,"missing":[{"element":"action","wanted":["a:B"],"actual":null},\
            {"element":"condition","operator":"Bool","key":"k","wanted":["1"],"actual":["2"]}]}}}}\0
            """
        ) { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: full) }
        let reply = try reply { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: full) }
        #expect(try reply.authorization().answer.explanation == full)
    }

    private var bounded: WireExplanation {
        let details = WireExplanation.Details(resolved: ["red", nil], wantedLeftOut: 7, actualLeftOut: 8)
        var condition = WireExplanation.Condition(
            operator: "StringLike", key: "k", wanted: ["${a}", "${b}"], actual: ["x"])
        condition.details = details
        var statement = WireExplanation.LayerStatement(
            statement: .init(layer: "l", policy: "P", statementIndex: 0), effect: "Allow", outcome: "conditionFailed",
            failedConditions: [condition])
        statement.failedConditionsLeftOut = 6
        var layer = WireExplanation.Layer(layer: "l", outcome: "unknown", statements: [statement])
        (layer.statementsLeftOut, layer.isIncomplete) = (5, true)
        var missing = WireExplanation.Missing(element: "action", wanted: ["a:*"], actual: ["a:B"])
        (missing.isNot, missing.details.wantedLeftOut) = (true, 3)
        var nearest = WireExplanation.NearestAllow(
            advice: "a", statement: .init(layer: "l", policy: "P", statementIndex: 0), missing: [missing])
        nearest.missingLeftOut = 4
        var explanation = WireExplanation(reason: "r", summary: "s", layers: [layer], nearestAllow: nearest)
        explanation.hints = ["one", "two"]
        return explanation
    }

    @Test func `what an explanation leaves out is counted in these bytes, and is read back`() throws {
        expect(
            """
            {"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","explanation":{"reason":"r","summary":"s",\
            "layers":[{"layer":"l","outcome":"unknown","statements":[{"policy":"P","index":0,"effect":"Allow",\
            "outcome":"conditionFailed","failedConditions":[{"operator":"StringLike","key":"k","wanted":["${a}","${b}"],\
            "resolved":["red",null],"wantedLeftOut":7,"actual":["x"],"actualLeftOut":8}],"failedConditionsLeftOut":6}],\
            "statementsLeftOut":5,"incomplete":true}],"nearestAllow":{"advice":"a","layer":"l","policy":"P","index":0,\
            "missing":[{"element":"action","not":true,"wanted":["a:*"],"wantedLeftOut":3,"actual":["a:B"]}],\
            "missingLeftOut":4},"hints":["one","two"]}}}\0
            """
        ) { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: bounded) }
        let reply = try reply { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: bounded) }
        #expect(try reply.authorization().answer.explanation == bounded)
    }

    @Test func `an abridged explanation is its reason, and says that it is abridged`() throws {
        var explanation = WireExplanation(reason: "identityPolicy", summary: "")
        explanation.isAbridged = true
        expect(
            """
            {"parameters":{"allowed":false,"decision":"implicitDeny","revision":"r","explanation":\
            {"reason":"identityPolicy","abridged":true}}}\0
            """
        ) { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: explanation) }
        let reply = try reply { $0.appendAuthorizeReply(.implicitDeny, revision: "r", explanation: explanation) }
        #expect(try reply.authorization().answer.explanation == explanation)
    }

    @Test func `of an explanation every member may be missing, but none of another type`() throws {
        func explanation(_ text: String) throws(ReplyError) -> WireExplanation? {
            let reply =
                "{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\",\"revision\":\"\",\"explanation\":\(text)}}"
            return try WireReply(Array(reply.utf8)).authorization().answer.explanation
        }
        #expect(try explanation("{}") == WireExplanation(reason: "", summary: ""))
        #expect(try explanation("{\"layers\":[{}],\"nearestAllow\":{}}")?.layers.count == 1)
        for text in [
            "[]", "{\"layers\":{}}", "{\"layers\":[1]}", "{\"deniedBy\":[1]}", "{\"nearestAllow\":[]}",
            "{\"matchedStatement\":1}", "{\"layers\":[{\"statements\":[{\"failedConditions\":[[]]}]}]}",
            "{\"hints\":[1]}", "{\"abridged\":1}", "{\"layers\":[{\"statementsLeftOut\":true}]}",
            "{\"nearestAllow\":{\"missing\":[{\"resolved\":[1]}]}}",
        ] {
            #expect(throws: ReplyError.self, "\(text)") { try explanation(text) }
        }
    }

    @Test func `AssumeRole is answered with exactly these bytes, and is read back`() throws {
        var session = WireSession()
        (session.tags, session.transitiveTagKeys) = ([.init("k", "v")], ["k"])
        (session.sourceIdentity, session.issued, session.mfaPresent) = ("me", "2026-01-31T00:00:00Z", false)
        session.policies = ["{\"a\":1}"]
        expect(
            """
            {"parameters":{"allowed":true,"decision":"allowed","principal":"p","session":{"policies":[{"a":1}],"tags":{"k":"v"},\
            "transitiveTagKeys":["k"],"sourceIdentity":"me","issued":"2026-01-31T00:00:00Z","mfaPresent":false},"revision":"r"}}\0
            """
        ) { $0.appendAssumeRoleReply(.allowed, principal: "p", session: session, revision: "r") }
        let assumed = try reply {
            $0.appendAssumeRoleReply(.allowed, principal: "p", session: session, revision: "r")
        }.assumedRole()
        #expect(assumed.principal == "p" && assumed.session == session && assumed.revision == "r")
        let denied = try reply {
            $0.appendAssumeRoleReply(.implicitDeny, principal: nil, session: nil, revision: "r", explanation: full)
        }.assumedRole()
        #expect(denied.principal == nil && denied.session == nil && denied.answer.explanation == full)
        #expect(throws: ReplyError.malformed("the role is assumed by nobody")) {
            _ = try reply {
                $0.appendAssumeRoleReply(.allowed, principal: nil, session: session, revision: "r")
            }.assumedRole()
        }
    }

    @Test func `an assumed session is written from its views as from its copies`() throws {
        var caller = WireSession()
        caller.tags = [.init("cost", "1"), .init("Team", "red"), .init("zone", "b")]
        caller.transitiveTagKeys = ["team", "zone"]
        caller.sourceIdentity = "me"
        var full = WireAssumption(
            principal: "arn:aws:sts::1:assumed-role/A/s", role: "arn:aws:iam::2:role/R", sessionName: "x=,.@-")
        full.session = caller
        full.tags = [.init("own", "v"), .init("ümlaut", "ß")]
        full.transitiveTagKeys = ["OWN"]
        (full.policies, full.policyARNs) = (["{\"a\":1}", "{}"], ["arn:aws:iam::aws:policy/P"])
        full.federatedProvider = "p.example"
        var empty = full
        (empty.policies, empty.policyARNs, empty.session, empty.tags) = ([], [], nil, nil)
        (empty.transitiveTagKeys, empty.federatedProvider) = (nil, nil)
        for (assumption, tags, tagKeys) in [
            (full, [.init("Team", "red"), .init("zone", "b")] + (full.tags ?? []), ["Team", "zone", "OWN"]),
            (empty, nil, nil),
        ] as [(WireAssumption, [WireSession.Tag]?, [String]?)] {
            var expected = WireSession()
            (expected.policies, expected.policyARNs) = (assumption.policies, assumption.policyARNs)
            (expected.tags, expected.transitiveTagKeys) = (tags, tagKeys)
            expected.sourceIdentity = assumption.session?.sourceIdentity
            expected.federatedProvider = assumption.federatedProvider
            (expected.issued, expected.mfaPresent) = ("2026-01-31T00:00:00Z", false)
            var call = WireBuffer()
            call.appendAssumeRole(assumption)
            let message = Message(String(decoding: call.bytes.dropLast(), as: UTF8.self))
            let keys = Keys()
            defer { withExtendedLifetime((message, keys)) {} }
            var scanner = MessageScanner()
            _ = try scanner.scan(message.view, keys: keys.table)
            let session = AssumedSessionView(
                account: ByteView("222222222222"), roleName: ByteView("R"), issued: ByteView("2026-01-31T00:00:00Z"))
            var views = WireBuffer()
            var copies = WireBuffer()
            views.appendAssumeRoleReply(session, scanner.assumption, scanner.view, revision: "r")
            copies.appendAssumeRoleReply(
                .allowed, principal: "arn:aws:sts::222222222222:assumed-role/R/x=,.@-", session: expected,
                revision: "r")
            #expect(String(decoding: views.bytes, as: UTF8.self) == String(decoding: copies.bytes, as: UTF8.self))
        }
    }

    @Test func `AuthorizeMany is answered with exactly these bytes`() {
        expect("{\"parameters\":{\"answers\":[],\"revision\":\"r\"}}\0") {
            $0.beginAnswers()
            $0.endAnswers(revision: "r")
        }
        let short = WireExplanation(reason: "allowed", summary: "the policies allow it")
        expect(
            """
            {"parameters":{"answers":[{"allowed":true,"decision":"allowed","explanation":{"reason":"allowed",\
            "summary":"the policies allow it"}},{"allowed":false,"decision":"implicitDeny","error":"BadRequest: `a` is empty"}],\
            "revision":"r"}}\0
            """
        ) {
            $0.beginAnswers()
            $0.appendAnswer(.allowed, explanation: short, isFirst: true)
            $0.appendAnswer(fault: "BadRequest: `a` is empty", isFirst: false)
            $0.endAnswers(revision: "r")
        }
    }

    @Test func `Reload, Watch and GetInfo are answered with exactly these bytes`() {
        expect("{\"parameters\":{\"revision\":\"r\"}}\0") { $0.appendReloadReply(revision: "r") }
        expect("{\"parameters\":{\"revision\":\"r\"},\"continues\":true}\0") { $0.appendWatchReply(revision: "r") }
        expect(
            """
            {"parameters":{"vendor":"Postern","product":"Postern","version":"0.1","url":"https://postern.invalid/",\
            "interfaces":["org.varlink.service","io.postern"]}}\0
            """
        ) { $0.appendInfoReply(version: "0.1") }
    }

    @Test(arguments: [
        (WireError.tooLong, "io.postern.BadRequest", "{\"message\":\"the message is longer than 65536 bytes\"}"),
        (.unparsable("no\n\"JSON\""), "io.postern.BadRequest", "{\"message\":\"no\\n\\\"JSON\\\"\"}"),
        (.badRequest("`a` is empty"), "io.postern.BadRequest", "{\"message\":\"`a` is empty\"}"),
        (.notReady, "io.postern.NotReady", "{}"),
        (.overloaded(retryAfterMilliseconds: 250), "io.postern.Overloaded", "{\"retryAfterMilliseconds\":250}"),
        (.reloadFailed(["a", "b\\"]), "io.postern.ReloadFailed", "{\"errors\":[\"a\",\"b\\\\\"]}"),
        (.permissionDenied("no"), "io.postern.PermissionDenied", "{\"message\":\"no\"}"),
        (.invalidParameter("x"), "org.varlink.service.InvalidParameter", "{\"parameter\":\"x\"}"),
        (.methodNotFound("a.B"), "org.varlink.service.MethodNotFound", "{\"method\":\"a.B\"}"),
        (.methodNotImplemented("a.B"), "org.varlink.service.MethodNotImplemented", "{\"method\":\"a.B\"}"),
        (.interfaceNotFound("a"), "org.varlink.service.InterfaceNotFound", "{\"interface\":\"a\"}"),
        (.expectedMore, "org.varlink.service.ExpectedMore", "{}"),
    ])
    func `each error has its name and parameters, and a client reads it back`(
        error: WireError, name: String, parameters: String
    ) {
        expect("{\"error\":\"\(name)\",\"parameters\":\(parameters)}\0") { $0.appendError(error) }
        let expected: WireError =
            switch error {
            case .tooLong, .unparsable: .badRequest(error.message)
            default: error
            }
        #expect(throws: ReplyError.refused(expected)) { _ = try reply { $0.appendError(error) } }
    }

    @Test func `answers are read back as they were given`() throws {
        let single = try reply { $0.appendAuthorizeReply(.explicitDeny, revision: "é", explanation: explanation) }
        let authorization = try single.authorization()
        #expect(authorization.answer.decision == .explicitDeny && !authorization.answer.allowed)
        #expect(authorization.answer.explanation == explanation)
        #expect(authorization.revision == "é")

        let many = try reply {
            $0.beginAnswers()
            $0.appendAnswer(.allowed, isFirst: true)
            $0.appendAnswer(fault: "tooCostly: x", isFirst: false)
            $0.endAnswers(revision: "r")
        }
        let (answers, revision) = try many.authorizations(count: 2)
        #expect(answers.map(\.decision) == [.allowed, .implicitDeny])
        #expect(answers.map(\.error) == [nil, "tooCostly: x"])
        #expect(revision == "r")
        #expect(throws: ReplyError.malformed("2 answers to 3 questions")) { _ = try many.authorizations(count: 3) }
    }

    @Test func `a status is read back as it was given`() throws {
        var report = StatusReport(
            revision: "4f", version: "0.1", uptimeSeconds: 5, lastReload: .init(at: 1_700_000_000, succeeded: false))
        (report.counts.accounts, report.counts.users, report.counts.groups, report.counts.roles) = (1, 2, 3, 4)
        (report.counts.managedPolicies, report.counts.resources, report.counts.quarantined) = (5, 6, 7)
        (report.counts.trees, report.counts.statements, report.counts.conditions, report.counts.tableBytes) = (
            8, 9, 10, 11
        )
        report.counts.controlPolicies = 19
        (report.connections, report.requests, report.errorCount, report.ignoredFiles) = (12, 13, 14, 15)
        (report.decisions.allowed, report.decisions.explicitDeny, report.decisions.implicitDeny) = (16, 17, 18)
        report.stale = true
        report.reasons = [.init(reason: "allowed", count: 16), .init(reason: "identityPolicyDeny", count: 17)]
        report.decisionLog = .init(written: 20, dropped: 21, failed: 22)
        for errors in [nil, [], ["a.json:1:2: error: `x`"]] as [[String]?] {
            report.errors = errors
            report.image = errors.map { $0.isEmpty ? .unchecked : .different }
            #expect(try reply { $0.appendStatusReply(report) }.status() == report)
        }
    }

    @Test func `a status has exactly these bytes`() {
        let report = StatusReport(
            revision: "4f", version: "0.1", uptimeSeconds: 5, lastReload: .init(at: -1, succeeded: true))
        expect(
            """
            {"parameters":{"revision":"4f","version":"0.1","uptimeSeconds":5,"counts":{"accounts":0,"users":0,"groups":0,\
            "roles":0,"managedPolicies":0,"resources":0,"controlPolicies":0,"quarantined":0,"trees":0,"statements":0,"conditions":0,\
            "tableBytes":0},"connections":0,"requests":0,"decisions":{"allowed":0,"explicitDeny":0,"implicitDeny":0},\
            "reasons":{},"lastReload":{"at":-1,"succeeded":true},"stale":false,"errorCount":0,"ignoredFiles":0}}\0
            """
        ) { $0.appendStatusReply(report) }
    }

    @Test(arguments: [StatusReport.Image.unchecked, .equal, .different, .withdrawn])
    func `a status ends with what is known of an image`(image: StatusReport.Image) throws {
        var report = StatusReport(
            revision: "4f", version: "0.1", uptimeSeconds: 5, lastReload: .init(at: -1, succeeded: true))
        report.image = image
        var buffer = WireBuffer()
        buffer.appendStatusReply(report)
        let text = String(decoding: buffer.bytes, as: UTF8.self)
        #expect(text.hasSuffix(#""ignoredFiles":0,"image":"\#(image.rawValue)"}}"# + "\0"))
        let foreign = text.replacing("\"\(image.rawValue)\"", with: "\"fine\"")
        #expect(throws: ReplyError.malformed("`image` is none of ours")) {
            _ = try WireReply(Array(foreign.utf8.dropLast())).status()
        }
    }

    @Test(arguments: [
        (
            "{\"parameters\":{\"allowed\":true,\"decision\":\"implicitDeny\",\"revision\":\"\"}}",
            "`allowed` contradicts the rest"
        ),
        (
            "{\"parameters\":{\"allowed\":false,\"decision\":\"allowed\",\"revision\":\"\"}}",
            "`allowed` contradicts the rest"
        ),
        (
            "{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\",\"error\":\"x\",\"revision\":\"\"}}",
            "`allowed` contradicts the rest"
        ),
        ("{\"parameters\":{\"allowed\":true,\"decision\":\"yes\",\"revision\":\"\"}}", "`decision` is none of ours"),
        (
            "{\"parameters\":{\"allowed\":1,\"decision\":\"allowed\",\"revision\":\"\"}}",
            "`allowed` is missing or of the wrong type"
        ),
        ("{\"parameters\":{\"allowed\":true,\"decision\":\"allowed\"}}", "`revision` is missing or of the wrong type"),
        ("{}", "`decision` is missing or of the wrong type"),
        ("[]", "it is no JSON object"),
        ("{\"parameters\":[]}", "its parameters are no object"),
        ("{\"error\":1}", "`error` is no string"),
        ("{\"continues\":1}", "`continues` is no boolean"),
        ("{", "the message is no JSON: it ends too early"),
    ])
    func `a reply that is wrong or contradicts itself is malformed`(text: String, message: String) {
        #expect(throws: ReplyError.malformed(message)) { _ = try WireReply(Array(text.utf8)).authorization() }
    }

    @Test func `an error that the client does not know is named`() {
        #expect(throws: ReplyError.unknownError(name: "a.B")) { _ = try WireReply(Array("{\"error\":\"a.B\"}".utf8)) }
    }
}

private func expect(_ text: String, _ append: (inout WireBuffer) -> Void) {
    var buffer = WireBuffer(capacity: 1)
    append(&buffer)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
}

private func reply(_ append: (inout WireBuffer) -> Void) throws(ReplyError) -> WireReply {
    var buffer = WireBuffer()
    append(&buffer)
    return try WireReply(Array(buffer.bytes.dropLast()))
}
