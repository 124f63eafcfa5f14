import DecisionTree
import PolicyModel
import Testing

@testable import WireProtocol

@Suite struct MessageScannerTests {
    @Test func `the question of the design is read`() {
        let text = """
            {"method":"io.postern.Authorize","parameters":{"principal":"arn:aws:iam::111122223333:user/alice",\
            "action":"docs:Read","resource":"arn:aws:docs:::report/7","context":{"aws:SourceIp":"10.0.0.7"}}}
            """
        let question = Question(
            principal: "arn:aws:iam::111122223333:user/alice", action: "docs:Read",
            resource: "arn:aws:docs:::report/7", context: ["aws:SourceIp=10.0.0.7"])
        #expect(scan(text) == .authorize(question, explain: false))
    }

    @Test func `members come in any order, and unknown ones beside the parameters are ignored`() {
        let text = """
            {"x":[{"method":1}],"parameters":{"explain":true,"resource":"r","context":null,"session":null,"action":"a",\
            "principal":"p"},"more":null,"method":"io.postern.Authorize","oneway":false}
            """
        #expect(scan(text) == .authorize(Question(principal: "p", action: "a", resource: "r"), explain: true))
    }

    @Test func `escapes are resolved in names and values`() {
        let text = """
            {"m\\u0065thod":"io.postern.\\u0041uthorize","parameters":{"princip\\u0061l":"\\u00e9\\n","action":"\\"a\\"",\
            "resource":"\\uD83D\\uDE00\\/","context":{"aws:Source\\u0049p":"\\t1"}}}
            """
        let question = Question(
            principal: "é\n", action: "\"a\"", resource: "😀/", context: ["aws:SourceIp=\t1"])
        #expect(scan(text) == .authorize(question, explain: false))
    }

    @Test func `context values are strings, number texts, booleans and lists of those`() {
        let text = authorize(
            context:
                "{\"s\":\"x\",\"n\":-1.50e+2,\"t\":true,\"f\":false,\"z\":null,\"l\":[\"a\",2.0,true],\"e\":[],\"\":\"\"}"
        )
        let context = ["s=x", "n=-1.50e+2", "t=true", "f=false", "l=[a|2.0|true]", "e=[]", "="]
        let question = Question(principal: "p", action: "a:b", resource: "*", context: context)
        #expect(scan(text) == .authorize(question, explain: false))
    }

    @Test func `keys get the symbols of the snapshot, without ASCII case`() throws {
        var scanner = MessageScanner()
        let keys = Keys(["aws:SourceIp", "app:Level"])
        let message = Message(authorize(context: "{\"APP:level\":1,\"other\":2,\"aws:sourceip\":\"x\"}"))
        defer { withExtendedLifetime((message, keys)) {} }
        _ = try scanner.scan(message.view, keys: keys.table)
        let symbols = [scanner.view.entries[0].keyID, scanner.view.entries[1].keyID, scanner.view.entries[2].keyID]
        #expect(symbols == [1, SymbolTable.none, 0])
    }

    @Test(arguments: ["", ",\"parameters\":null", ",\"parameters\":{}"])
    func `parameters may be missing, null or empty`(parameters: String) {
        let methods = [
            "io.postern.Status": "status", "io.postern.Reload": "reload", "org.varlink.service.GetInfo": "info",
        ]
        for (method, name) in methods {
            #expect(scan("{\"method\":\"\(method)\"\(parameters)}") == .other(name))
        }
        #expect(scan("{\"method\":\"io.postern.Watch\",\"more\":true\(parameters)}") == .other("watch"))
        #expect(scan("{\"method\":\"io.postern.Authorize\"\(parameters)}") == .error(.invalidParameter("principal")))
        let description = "{\"method\":\"org.varlink.service.GetInterfaceDescription\"\(parameters)}"
        #expect(scan(description) == .error(.invalidParameter("interface")))
    }

    @Test(arguments: [WireInterface.postern, .varlinkService])
    func `our interfaces are described`(interface: WireInterface) {
        let text = """
            {"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"\(interface.rawValue)"}}
            """
        #expect(scan(text) == .other(interface.rawValue))
        #expect(interface.text.contains("\ninterface \(interface.rawValue)\n"))
    }

    @Test func `flags are read, also when the call is bad`() {
        var scanner = MessageScanner()
        _ = scan(Array("{\"method\":\"x.y\",\"oneway\":true}".utf8), with: &scanner)
        #expect(scanner.flags.oneway)
        _ = scan(Array("{\"more\":1,\"method\":\"x.y\",\"oneway\":true}".utf8), with: &scanner)
        #expect(scanner.flags.oneway)
        _ = scan(Array("{\"method\":\"io.postern.Status\",\"more\":true}".utf8), with: &scanner)
        #expect(scanner.flags.more && !scanner.flags.oneway && !scanner.flags.upgrade)
        _ = scan(Array("{\"oneway\":true,".utf8), with: &scanner)
        #expect(!scanner.flags.oneway)
    }

    @Test func `a scanner is as new after any message`() {
        var scanner = MessageScanner()
        let good = authorize(context: "{\"k\":\"\\u0041\"}")
        let expected = scan(good)
        for text in [JSONCorpus.messages[1], "{\"a", authorize(context: "{\"k\":{}}"), good] {
            _ = scan(Array(text.utf8), with: &scanner)
            #expect(scan(Array(good.utf8), with: &scanner) == expected)
        }
    }
}
