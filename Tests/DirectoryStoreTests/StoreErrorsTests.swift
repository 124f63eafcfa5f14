import Directory
import JSONDocument
import PolicyModel
import PolicySyntax
import Testing

@testable import DirectoryStore

/// One file that is wrong: where it lies, what it holds, and what a start says of it.
struct BadFile: Sendable, CustomTestStringConvertible {
    let path: String
    let text: String
    /// `line:column: … [code]`, as the one error in the store; the dots stand for any text.
    let place: String
    let code: String

    init(_ path: String, _ text: String, _ place: String, _ code: String) {
        (self.path, self.text, self.place, self.code) = (path, text, place, code)
    }

    var testDescription: String { "\(path) \(text.prefix(60)) → \(code)" }
}

@Suite("StoreLoader: what is refused, and where")
struct StoreErrorsTests {
    private static let users = "\(Sample.account)/users"
    private static let document = Sample.document()

    static let files: [BadFile] = [
        // Layout
        BadFile("organization/X.json", document, "1:1", "misplaced-file"),
        BadFile("organization/policies/X.json", document, "1:1", "unknown-folder"),
        BadFile("organization/service-control-policies/team/X.json", document, "1:1", "unknown-folder"),
        BadFile("organisation.json", "{}", "1:1", "misplaced-file"),
        BadFile("accounts/x.json", "{}", "1:1", "misplaced-file"),
        BadFile("accounts/12345/users/a.json", "{}", "1:1", "unknown-folder"),
        BadFile("\(Sample.account)/user/a.json", "{}", "1:1", "unknown-folder"),
        BadFile("\(users)/team/a.json", "{}", "1:1", "unknown-folder"),
        BadFile("managed/team/a.json", document, "1:1", "unknown-folder"),
        BadFile("\(Sample.account)/settings.json", "{}", "1:1", "misplaced-file"),
        // JSON and members
        BadFile("\(users)/a.json", "{\n \"Path\": \"/\",\n}", "3:1", "json"),
        BadFile("\(users)/a.json", #"{"Path":"/","Path":"/"}"#, "1:13", "json"),
        BadFile("\(users)/a.json", "[]", "1:1", "wrong-type"),
        BadFile("\(users)/a.json", "{\n  \"Groups\": []}", "2:3", "unknown-member"),
        BadFile("\(users)/a.json", #"{"GroupList":"Staff"}"#, "1:14", "wrong-type"),
        BadFile("\(users)/a.json", #"{"GroupList":["Staff"]}"#, "1:15", "missing-reference"),
        // Names, paths, ids, tags
        BadFile("\(users)/a b.json", "{}", "1:1", "invalid-name"),
        BadFile("\(users)/a.json", #"{"UserName":"a/b"}"#, "1:13", "invalid-name"),
        BadFile("\(users)/a.json", #"{"UserName":""}"#, "1:13", "invalid-name"),
        BadFile("\(users)/a.json", #"{"UserName":"é"}"#, "1:13", "invalid-name"),
        BadFile("\(users)/a.json", #"{"Path":"team/"}"#, "1:9", "invalid-path"),
        BadFile("\(users)/a.json", #"{"Path":"/te am/"}"#, "1:9", "invalid-path"),
        BadFile("\(users)/a.json", #"{"UserId":"AROA123"}"#, "1:11", "invalid-id"),
        BadFile("\(users)/a.json", #"{"UserId":"AIDA*"}"#, "1:11", "invalid-id"),
        BadFile(
            "\(users)/a.json", #"{"Tags":[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"}]}"#, "1:34", "duplicate-tag"),
        BadFile("\(users)/a.json", #"{"Tags":[{"Key":"a;b","Value":"1"}]}"#, "1:17", "invalid-tag"),
        BadFile("\(users)/a.json", #"{"Tags":[{"Key":"","Value":"1"}]}"#, "1:17", "invalid-tag"),
        BadFile("\(users)/a.json", #"{"Tags":[{"Key":"a"}]}"#, "1:10", "missing-member"),
        // Policies of a holder
        BadFile("\(users)/a.json", #"{"AttachedManagedPolicies":[{"PolicyArn":"Viewer"}]}"#, "1:42", "invalid-arn"),
        BadFile(
            "\(users)/a.json", #"{"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::444455556666:policy/X"}]}"#,
            "1:42", "foreign-policy"),
        BadFile(
            "\(users)/a.json", #"{"AttachedManagedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/X"}]}"#, "1:42",
            "missing-reference"),
        BadFile(
            "\(users)/a.json",
            #"{"PermissionsBoundary":{"PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/X"}}"#, "1:50",
            "missing-reference"),
        BadFile(
            "\(users)/a.json", #"{"PermissionsBoundary":"arn:aws:iam::111122223333:policy/X"}"#, "1:24", "wrong-type"),
        BadFile("\(users)/a.json", #"{"UserPolicyList":[{"PolicyDocument":\#(document)}]}"#, "1:20", "missing-member"),
        BadFile(
            "\(users)/a.json",
            #"{"UserPolicyList":[{"PolicyName":"p","PolicyDocument":\#(document)},{"PolicyName":"p","PolicyDocument":\#(document)}]}"#,
            "1:164", "duplicate-policy"),
        BadFile("\(Sample.account)/groups/g.json", #"{"PermissionsBoundary":null}"#, "1:2", "unknown-member"),
        BadFile("\(Sample.account)/roles/r.json", "{}", "1:1", "missing-member"),
        BadFile(
            "\(Sample.account)/roles/r.json", Sample.role(trusting: "*", more: #","MaxSessionDuration":60"#), "1:158",
            "invalid-duration"),
        // Managed policies
        BadFile("managed/M.json", #"{"PolicyVersionList":[]}"#, "1:1", "default-version"),
        BadFile(
            "managed/M.json", #"{"PolicyVersionList":[{"VersionId":"1","Document":\#(document)}]}"#, "1:36",
            "invalid-version"),
        BadFile(
            "managed/M.json",
            #"{"DefaultVersionId":"v2","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":\#(document)}]}"#,
            "1:21", "default-version"),
        // Settings and registry
        BadFile("\(Sample.account)/account.json", #"{"RootUser":true}"#, "1:13", "wrong-type"),
        BadFile("\(Sample.account)/account.json", #"{"RootUser":"on"}"#, "1:13", "wrong-value"),
        BadFile("schema.json", #"{"ContextKeys":{"app:Env":{"Type":"text"}}}"#, "1:35", "wrong-value"),
        BadFile("schema.json", #"{"ContextKeys":{"aws:SourceIp":{"Type":"ip"}}}"#, "1:17", "invalid-key"),
        BadFile(
            "schema.json", #"{"ContextKeys":{"app:Env":{"Type":"ip"},"APP:env":{"Type":"ip"}}}"#, "1:41",
            "duplicate-key"),
        BadFile("\(Sample.account)/resources/r.json", #"{"Resource":"report/*"}"#, "1:13", "invalid-arn"),
        BadFile(
            "\(Sample.account)/resources/r.json", #"{"Resource":"arn:aws:docs::444455556666:report/*"}"#, "1:13",
            "ambiguous-owner"),
        BadFile(
            "\(Sample.account)/resources/r.json",
            #"{"Resource":"arn:aws:docs::111122223333:report/*","Owner":"444455556666"}"#, "1:59", "ambiguous-owner"),
        BadFile(
            "\(Sample.account)/resources/r.json", #"{"Resource":"arn:aws:docs:::report/*","Owner":"me"}"#, "1:47",
            "wrong-value"),
    ]

    @Test(arguments: files)
    func `a bad file is refused with its place and code`(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let errors = store.load().diagnostics.filter(\.isError)
        let found = errors.map { "\($0.position.line):\($0.position.column) \($0.code)" }
        #expect(found == ["\(file.place) \(file.code)"], "\(errors.map(\.fullLine))")
        // A trouble of a folder is told of the folder.
        #expect(errors.allSatisfy { !$0.file.isEmpty && file.path.hasPrefix($0.file) })
        #expect(errors.allSatisfy { $0.line.hasPrefix("\($0.file):\(file.place): ") })
    }

    static let duplicates: [(first: (String, String), second: (String, String), what: String)] = [
        (
            ("\(users)/a.json", "{}"), ("\(users)/b.json", #"{"UserName":"A"}"#), "user `a` of 111122223333"
        ),
        (("managed/a.json", document), ("managed/A.json", document), "policy `a` of aws"),
        (
            ("\(users)/a.json", #"{"UserId":"AIDAX"}"#), ("\(users)/b.json", #"{"UserId":"AIDAX"}"#), "the id `AIDAX`"
        ),
        (
            ("\(Sample.account)/resources/a.json", #"{"Resource":"arn:aws:docs:::r"}"#),
            ("accounts/444455556666/resources/a.json", #"{"Resource":"arn:aws:docs:::r"}"#),
            "resource `arn:aws:docs:::r`"
        ),
        (
            ("\(Sample.account)/account.json", #"{"CanonicalId":"c1"}"#),
            ("accounts/444455556666/account.json", #"{"CanonicalId":"c1"}"#), "the canonical id `c1`"
        ),
    ]

    @Test(arguments: duplicates.indices)
    func `two files with one name, id or pattern are refused, naming both`(index: Int) throws {
        let (first, second, what) = StoreErrorsTests.duplicates[index]
        let store = try TemporaryStore()
        try store.write(first.0, first.1)
        try store.write(second.0, second.1)
        let lines = store.load().diagnostics.map(\.fullLine)
        #expect(
            Set(lines) == [
                "\(first.0):1:1: error: \(what) is also in `\(second.0)` [duplicate-entity]",
                "\(second.0):1:1: error: \(what) is also in `\(first.0)` [duplicate-entity]",
            ])
    }

    @Test(arguments: [
        ("\(Sample.account)/user/a.json", "{}", "did you mean `users`?"),
        ("\(Sample.account)/people/a.json", "{}", "there are `groups`, `policies`, `resources`, `roles`, `users`"),
        ("organization/service-control-polices/a.json", "{}", "did you mean `service-control-policies`?"),
        ("\(users)/team/a.json", "{}", "there are only files here; move it away"),
        ("organisation.json", "{}", "did you mean `organization.json`?"),
        ("\(Sample.account)/acount.json", "{}", "did you mean `account.json`?"),
        ("accounts/a.json", "{}", "move it to the folder of its kind, such as `users`"),
        ("\(users)/a.json", #"{"UserPolicylist": []}"#, "did you mean `UserPolicyList`?"),
        ("\(users)/a.json", #"{"Tags": [{"Name": "a"}]}"#, "it has `Key`, `Value`"),
        (
            "\(users)/a.json", #"{"GroupList": ["ReadOnlyAccess"]}"#,
            "add `\(Sample.account)/groups/ReadOnlyAccess.json`, or mend it, or name another"
        ),
        (
            "\(users)/a.json",
            #"{"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/x/ReadOnlyAccess"}]}"#,
            "add `managed/ReadOnlyAccess.json`, or mend it, or name another"
        ),
    ])
    func `every message says what to write instead`(path: String, text: String, words: String) throws {
        let store = try TemporaryStore()
        try store.write(path, text)
        let messages = store.load().diagnostics.filter(\.isError).map(\.message)
        #expect(messages.contains { $0.contains(words) }, "\(messages)")
    }

    @Test func `links out of the store, to nowhere and to devices are refused`() throws {
        let store = try TemporaryStore()
        try store.writeAbsolute(store.base + "/secret.json", "{}")
        try store.makeFolder(StoreErrorsTests.users)
        let users = store.absolute(StoreErrorsTests.users)
        try store.link("\(users)/out.json", to: "../../../../secret.json")
        try store.link("\(users)/absolute.json", to: "\(store.base)/secret.json")
        try store.link("\(users)/nowhere.json", to: "gone.json")
        try store.link("\(users)/loop.json", to: "loop.json")
        try store.link("\(users)/device.json", to: "/dev/zero")
        let errors = store.load().diagnostics.filter(\.isError)
        #expect(errors.map(\.code) == Array(repeating: "unreadable-file", count: 5))
        #expect(errors.filter { $0.message.contains("leads out of the store") }.count == 3)
    }

    @Test func `links that stay inside the store are followed`() throws {
        let store = try TemporaryStore()
        try store.write("shared/base.txt", Sample.user())
        try store.makeFolder(StoreErrorsTests.users)
        try store.link(store.absolute("\(StoreErrorsTests.users)/a.json"), to: "../../../shared/base.txt")
        let loaded = store.load()
        #expect(loaded.diagnostics.map(\.fullLine) == [])
        #expect(loaded.directory.users.count == 1)
    }

    static let warnings: [BadFile] = [
        BadFile("\(users)/\(String(repeating: "a", count: 65)).json", "{}", "1:1", "quota"),
        BadFile("\(users)/a.json", #"{"Arn":"arn:aws:iam::111122223333:user/x/a"}"#, "1:8", "arn-differs"),
        BadFile(
            "\(Sample.account)/roles/r.json", Sample.role(trusting: "arn:aws:iam::111122223333:user/ghost"), "1:66",
            "unknown-principal"),
    ]

    @Test(arguments: warnings)
    func `what only tells does not stop a start`(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let loaded = store.load()
        let own = loaded.diagnostics.filter { $0.code == file.code }
        #expect(loaded.isGood, "\(loaded.diagnostics.map(\.fullLine))")
        #expect(own.map { "\($0.position.line):\($0.position.column) \($0.code)" } == ["\(file.place) \(file.code)"])
    }

    @Test(arguments: ["object", "string", "encoded"])
    func `a document is an object, or a string of JSON, plain or percent-encoded`(form: String) throws {
        let plain = StoreErrorsTests.document
        let quoted = plain.replacing("\"", with: "\\\"")
        let encoded = plain.utf8.map { "%" + (String($0, radix: 16).count == 1 ? "0" : "") + String($0, radix: 16) }
            .joined()
        let text = form == "object" ? plain : form == "string" ? "\"\(quoted)\"" : "\"\(encoded)\""
        let store = try TemporaryStore()
        try store.write("\(StoreErrorsTests.users)/a.json", Sample.user(inline: [text]))
        let loaded = store.load()
        #expect(loaded.diagnostics.map(\.fullLine) == [])
        #expect(loaded.directory.users.values.first?.holdings.inlinePolicies.count == 1)
    }

    @Test func `an export of IAM loads, with the members that only report`() throws {
        let store = try TemporaryStore()
        try store.write(
            "\(Sample.account)/policies/P.json",
            #"""
            {"PolicyName":"P","PolicyId":"ANPAEXAMPLE","Arn":"arn:aws:iam::111122223333:policy/team/P","Path":"/team/",
             "DefaultVersionId":"v2","AttachmentCount":1,"PermissionsBoundaryUsageCount":0,"IsAttachable":true,
             "CreateDate":"2024-01-01T00:00:00+00:00","UpdateDate":"2024-01-01T00:00:00+00:00","PolicyVersionList":[
              {"VersionId":"v2","IsDefaultVersion":true,"CreateDate":"2024","Document":\#(Sample.document("docs:Two"))},
              {"VersionId":"v1","IsDefaultVersion":false,"CreateDate":"2024","Document":\#(Sample.document("docs:One"))}]}
            """#)
        try store.write(
            "\(StoreErrorsTests.users)/any.json",
            #"""
            {"Path":"/","UserName":"alice","UserId":"AIDAEXAMPLE","Arn":"arn:aws:iam::111122223333:user/alice",
             "CreateDate":"2024-01-01T00:00:00+00:00","UserPolicyList":[],"GroupList":[],"Tags":[],
             "AttachedManagedPolicies":[{"PolicyName":"P","PolicyArn":"arn:aws:iam::111122223333:policy/team/P"}]}
            """#)
        try store.write(
            "\(Sample.account)/roles/R.json",
            Sample.role(
                trusting: "*",
                more:
                    #","RoleName":"R","RoleId":"AROAEXAMPLE","InstanceProfileList":[],"RoleLastUsed":{},"CreateDate":"2024","Path":"/""#
            ))
        let loaded = store.load()
        #expect(loaded.diagnostics.filter(\.isError).map(\.fullLine) == [])
        let account = try #require(AccountID("111122223333"))
        #expect(loaded.directory.users.keys.contains(.user(account, "alice")))
        #expect(
            loaded.directory.policies.values.first?.source.document.statements.first?.action.patterns == ["docs:Two"])
    }

    @Test func `an attached policy is found only under its own path, unless its file does not say one`() throws {
        let store = try TemporaryStore()
        let arn = "arn:aws:iam::aws:policy/service-role/P"
        try store.write("\(StoreErrorsTests.users)/a.json", Sample.user(policies: [arn]))
        try store.write("managed/P.json", Sample.document())
        #expect(store.load().isGood)
        try store.write(
            "managed/P.json",
            #"{"Path":"/other/","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":\#(Sample.document())}]}"#
        )
        #expect(store.load().diagnostics.map(\.code) == ["missing-reference"])
    }
}
