import JSONDocument
import PolicyModel
import Testing

@testable import Commands

/// Runs lines as `simulate` does.
enum Simulated {
    static let bob = "arn:aws:iam::111122223333:user/bob"

    /// The answer to one line, as JSON.
    static func answer(_ line: String) throws -> JSONNode {
        var run = SimulationRun()
        let answer = run.answer(.whole(Array(line.utf8)))
        let text = try #require(answer)
        return try JSONDocument(Array(text.utf8), limits: .file).root
    }

    /// A question with more members behind its own.
    static func question(_ members: String, principal: String = bob, resource: String = "*") -> String {
        #"{"name":"n","principal":"\#(principal)","action":"docs:Read","resource":"\#(resource)"\#(members)}"#
    }

    static func allow(_ action: String) -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"\#(action)","Resource":"*"}}"#
    }
}

@Suite("The lines of `simulate`")
struct SimulateLineTests {
    @Test(
        "what is wrong with a line is told with its place in the line",
        arguments: [
            (#"{"name":"n","action":"a:b","resource":"*"}"#, "principal"),
            (Simulated.question("", principal: "bob"), "principal"),
            (Simulated.question("", principal: "arn:aws-cn:iam::111122223333:user/bob"), "principal"),
            (Simulated.question("", principal: "arn:aws:iam::111122223333:group/g"), "principal"),
            (#"{"principal":"anonymous","action":"a:b","resource":""}"#, "resource"),
            (#"{"principal":"anonymous","action":7,"resource":"*"}"#, "action"),
            (Simulated.question(#","extra":1"#), "extra"),
            (Simulated.question(#","Context":{}"#), "Context"),
            (Simulated.question(#","resourceAccount":"12"}"#.dropLast().description), "resourceAccount"),
            (Simulated.question(#","resourcePolicyRequired":"yes""#), "resourcePolicyRequired"),
            (Simulated.question(#","context":[]"#), "context"),
            (Simulated.question(#","context":{"a:b":{"c":1}}"#), "context.a:b"),
            (Simulated.question(#","context":{"a:b":[null]}"#), "context.a:b[0]"),
            (Simulated.question(#","context":{"a:b":"1","A:B":"2"}"#), "context.A:B"),
            (Simulated.question(#","identityPolicies":{}"#), "identityPolicies"),
            (Simulated.question(#","identityPolicies":[{}]"#), "identityPolicies[0]"),
            (
                Simulated.question(
                    #","identityPolicies":[{"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"},{"Effect":"Allow","Action":"ab","Resource":"*"}]}]"#
                ), "identityPolicies[0].Statement[1].Action"
            ),
            (
                Simulated.question(#","permissionsBoundaries":[{"Statement":[]}]"#), "permissionsBoundaries[0]"
            ),
            (
                Simulated.question(
                    #","serviceControlPolicies":[[\#(Simulated.allow("*"))],[{"Version":"2012-10-17","Statement":7}]]"#),
                "serviceControlPolicies[1][0].Statement"
            ),
            (Simulated.question(#","serviceControlPolicies":[\#(Simulated.allow("*"))]"#), "serviceControlPolicies[0]"),
            (
                Simulated.question(#","resourceControlPolicies":[[\#(Simulated.allow("docs:*"))]]"#),
                "resourceControlPolicies[0][0].Statement"
            ),
            (
                Simulated.question(
                    #","sessionPolicies":[{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:docs"}}]"#),
                "sessionPolicies[0].Statement.Resource"
            ),
            (Simulated.question(#","resourcePolicy":\#(Simulated.allow("*"))"#), "resourcePolicy.Statement"),
            (Simulated.question(#","session":{"mfa":true}"#), "session.mfa"),
            (Simulated.question(#","session":{"issued":"soon"}"#), "session.issued"),
            (Simulated.question(#","session":{"mfaAgeSeconds":1.5}"#), "session.mfaAgeSeconds"),
            (Simulated.question(#","session":{"tags":{"a":1}}"#), "session.tags.a"),
            (Simulated.question(#","session":{"policyArns":["arn:aws:iam::aws:policy/X"]}"#), "session.policyArns"),
            (Simulated.question(#","sessionPolicies":[],"session":{"policies":[]}"#), "session.policies"),
            (#"{"principal":"anonymous","action":"a:b:c","resource":"*"}"#, "action"),
            (#"{"principal":"anonymous","action":"a:b","resource":"bucket"}"#, "resource"),
            ("[1]", ""), ("{", ""), (#"{"a":1,"a":2}"#, ""),
        ])
    func faults(line: String, path: String) throws {
        let answer = try Simulated.answer(line)
        let error = try #require(answer["error"], "\(answer)")
        #expect(error["path"]?.string?.hasPrefix(path) == true, "\(error["path"]?.string ?? "none")")
        #expect(path.isEmpty || error["path"]?.string != "")
        #expect(error["message"]?.string?.isEmpty == false)
        #expect(answer["decision"] == nil)
    }

    @Test("a wrong line keeps its name, where it has one")
    func name() throws {
        #expect(try Simulated.answer(Simulated.question(#","x":1"#))["name"]?.string == "n")
        #expect(try Simulated.answer("{")["name"] == nil)
    }

    private static let role = "arn:aws:iam::111122223333:role/R"

    private static func policy(_ principal: String, _ action: String) -> String {
        #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":\#(principal),"Action":"\#(action)"}}"#
    }

    private static func asked(_ principal: String, _ action: String, _ resource: String, _ more: String = "") -> String
    {
        #"{"principal":"\#(principal)","action":"\#(action)","resource":"\#(resource)"\#(more)}"#
    }

    @Test("a role's own resource policy counts for what is no assumption")
    func ownRole() throws {
        let grants = #","resourcePolicy":\#(Self.policy(#"{"AWS":"\#(Self.role)"}"#, "iam:Get*"))"#
        let line = Self.asked(Self.role, "iam:GetRole", Self.role, grants)
        #expect(try Simulated.answer(line)["decision"]?.string == "allowed")
        let without = try Simulated.answer(Self.asked(Self.role, "iam:GetRole", Self.role))
        #expect(without["decision"]?.string == "implicitDeny")
    }

    @Test(
        "a role is assumed by its resource policy alone, whatever the caller's own allow",
        arguments: ["", #","resourcePolicyRequired":false"#])
    func assumption(more: String) throws {
        let own = #","identityPolicies":[\#(Simulated.allow("*"))]"# + more
        let silent = try Simulated.answer(Self.asked(Simulated.bob, "sts:AssumeRole", Self.role, own))
        #expect(silent["decision"]?.string == "implicitDeny")
        #expect(silent.layers == ["resourcePolicy"])
        let trust = #","resourcePolicy":\#(Self.policy(#"{"AWS":"111122223333"}"#, "sts:AssumeRole"))"#
        let trusted = try Simulated.answer(Self.asked(Simulated.bob, "sts:AssumeRole", Self.role, own + trust))
        #expect(trusted["decision"]?.string == "allowed")
    }

    @Test(
        "control policies bind whichever account it is, and no line is of the management account",
        arguments: ["000000000001", "000000000002", "000000000003", "999999999999", "111122223333"])
    func anyAccount(account: String) throws {
        let user = "arn:aws:iam::\(account):user/bob"
        for owner in ["000000000001", "000000000002", account] {
            let own =
                #","resourceAccount":"\#(owner)","identityPolicies":[\#(Simulated.allow("*"))],"#
                + #""resourcePolicy":\#(Self.policy("\"*\"", "*"))"#
            let ceiling = #","serviceControlPolicies":[[\#(Simulated.allow("mail:*"))]]"#
            let line = Self.asked(user, "docs:Read", "arn:aws:docs:::x", own)
            #expect(try Simulated.answer(line)["decision"]?.string == "allowed")
            let bound = try Simulated.answer(Self.asked(user, "docs:Read", "arn:aws:docs:::x", own + ceiling))
            #expect(bound.layers == ["serviceControlPolicy"], "\(owner)")
            let denies =
                #","resourceControlPolicies":[[{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"docs:*","Resource":"*"}}]]"#
            let acted = try Simulated.answer(Self.asked(user, "docs:Read", "arn:aws:docs:::x", own + denies))
            #expect(acted.layers == ["resourceControlPolicy"], "\(owner)")
        }
    }

    @Test(
        "control policies bring no organization with a name",
        arguments: ["aws:PrincipalOrgID", "aws:PrincipalOrgMasterAccountId", "aws:ResourceOrgID"])
    func noOrganization(key: String) throws {
        let absent =
            #"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"\#(key)":"true"}}}}"#
        let ceilings = #","serviceControlPolicies":[[\#(Simulated.allow("*"))]],"resourceControlPolicies":[[]]"#
        let line = Simulated.question(#","identityPolicies":[\#(absent)]"# + ceilings)
        #expect(try Simulated.answer(line)["decision"]?.string == "allowed")
        let named = Simulated.question(#","identityPolicies":[\#(absent)],"context":{"\#(key)":"o-1"}"# + ceilings)
        #expect(try Simulated.answer(named)["decision"]?.string == "implicitDeny")
    }

    @Test("null is as good as absent, and blank lines are nobody's")
    func null() throws {
        let line = Simulated.question(
            #","context":null,"identityPolicies":null,"sessionPolicies":null,"resourcePolicy":null,"session":null"#)
        #expect(try Simulated.answer(line)["decision"]?.string == "implicitDeny")
        var run = SimulationRun()
        let answer = run.answer(.whole(Array(" \t\r".utf8)))
        #expect(answer == nil)
        #expect(run.errorCount == 0)
    }

    @Test("a line that is too long is one error, and the next line is read")
    func tooLong() throws {
        var run = SimulationRun()
        let answer = run.answer(.tooLong)
        #expect(answer?.contains("longer") == true)
        #expect(run.errorCount == 1)
    }

    @Test(
        "a role's ARN and a session's are taken apart",
        arguments: [
            ("arn:aws:iam::111122223333:role/p/q/R", "R", "/p/q/"), ("arn:aws:iam::111122223333:role/R", "R", "/"),
            ("arn:aws:sts::111122223333:assumed-role/R/s", "R", "/"),
        ])
    func role(arn: String, name: String, path: String) throws {
        let caller = try #require(SimulatedCaller(Text(arn)))
        #expect(caller.kind == .role)
        #expect(caller.name.string == name)
        #expect(caller.path.string == path)
        #expect(caller.account?.description == "111122223333")
    }
}

@Suite("Lines of a stream")
struct LineReaderTests {
    /// Reads everything in chunks of that many bytes.
    private func lines(_ text: String, chunk: Int, lineBytesMax: Int) throws -> [LineReader.Line] {
        var rest = Array(text.utf8)[...]
        var reader = LineReader(lineBytesMax: lineBytesMax) { (buffer: inout [UInt8]) throws(FileProblem) -> Int in
            let part = rest.prefix(chunk)
            buffer.replaceSubrange(0..<part.count, with: part)
            rest = rest.dropFirst(part.count)
            return part.count
        }
        var lines: [LineReader.Line] = []
        while let line = try reader.next(beforeWaiting: {}) { lines.append(line) }
        return lines
    }

    @Test("lines are the same however they arrive", arguments: [1, 2, 3, 7, 64])
    func chunks(chunk: Int) throws {
        let expected: [LineReader.Line] = [.whole(Array("ab".utf8)), .whole([]), .tooLong, .whole(Array("e".utf8))]
        #expect(try lines("ab\n\ncccccc\ne", chunk: chunk, lineBytesMax: 4) == expected)
        #expect(try lines("ab\n\ncccccc\ne\n", chunk: chunk, lineBytesMax: 4) == expected)
        #expect(try lines("", chunk: chunk, lineBytesMax: 4).isEmpty)
        #expect(try lines("ab\nlonger", chunk: chunk, lineBytesMax: 4) == [.whole(Array("ab".utf8)), .tooLong])
    }
}
