import Directory
import JSONDocument
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("The files of AuthZEN: its mapping and the catalogue")
struct AuthZENFileTests {
    private static let mapping = "mappings/authzen.json"
    private static let catalogue = "catalogue/c.json"
    private static let users = "arn:aws:iam::111122223333:user"

    static let files: [BadFile] = [
        BadFile("mappings/authzn.json", "{}", "1:1", "misplaced-file"),
        BadFile(mapping, #"{"Account":"1"}"#, "1:12", "wrong-value"),
        BadFile(mapping, #"{"Subject":[]}"#, "1:2", "unknown-member"),
        BadFile(mapping, #"{"Subjects":{}}"#, "1:13", "wrong-type"),
        // Subjects and resources
        BadFile(mapping, #"{"Subjects":[{"Type":"user"}]}"#, "1:14", "missing-member"),
        BadFile(mapping, #"{"Subjects":[{"Principal":"\#(users)/{subject.id}"}]}"#, "1:14", "missing-member"),
        BadFile(
            mapping, #"{"Subjects":[{"Type":"a","Principal":"\#(users)/{subject.id"}]}"#, "1:38", "invalid-template"),
        BadFile(mapping, #"{"Subjects":[{"Type":"a","Principal":"\#(users)/{id}"}]}"#, "1:38", "unknown-place"),
        BadFile(
            mapping, #"{"Subjects":[{"Type":"a","Principal":"\#(users)/{subject.properties.x}/{subject.id}"}]}"#,
            "1:38",
            "unknown-place"),
        BadFile(mapping, #"{"Subjects":[{"Type":"a","Principal":"\#(users)/alice"}]}"#, "1:38", "ambiguous-template"),
        BadFile(
            mapping, #"{"Subjects":[{"Type":"a","Principal":"arn:aws:iam::111122223333:{subject.id}"}]}"#, "1:38",
            "invalid-arn"),
        BadFile(mapping, #"{"Subjects":[{"Type":"a","Principal":"{subject.id}"}]}"#, "1:38", "invalid-arn"),
        BadFile(
            mapping, #"{"Subjects":[{"Type":"a","Principal":"arn:aws:iam::{subject.id}:root"}]}"#, "1:38", "invalid-arn"
        ),
        BadFile(
            mapping, #"{"Subjects":[{"Type":"a/b","Principal":"\#(users)/{subject.type}/{subject.id}"}]}"#, "1:40",
            "invalid-template"),
        BadFile(
            mapping,
            #"{"Subjects":[{"Type":"a","Principal":"\#(users)/{subject.id}"},{"Type":"b","Principal":"\#(users)/b/{subject.id}"}]}"#,
            "1:85", "ambiguous-template"),
        BadFile(
            mapping,
            #"{"Subjects":[{"Type":"a","Principal":"\#(users)/a/{subject.id}"},{"Type":"a","Principal":"\#(users)/b/{subject.id}"}]}"#,
            "1:87", "duplicate-entry"),
        BadFile(
            mapping, #"{"Resources":[{"Type":"a","Resource":"arn:aws:a:::{resource.id}-{resource.properties.x}"}]}"#,
            "1:38", "ambiguous-template"),
        BadFile(
            mapping, #"{"Resources":[{"Type":"a","Resource":"a/{resource.id}"}]}"#, "1:38", "invalid-arn"),
        BadFile(
            mapping, #"{"Resources":[{"Type":"a","Resource":"arn:aws:a:::{resource.id}/{subject.id}"}]}"#, "1:38",
            "unknown-place"),
        // Actions
        BadFile(mapping, #"{"Actions":[{"Name":"a"}]}"#, "1:13", "missing-member"),
        BadFile(mapping, #"{"Actions":[{"Name":"a","Action":"read"}]}"#, "1:34", "invalid-action"),
        BadFile(mapping, #"{"Actions":[{"Name":"a","Action":"docs:*"}]}"#, "1:34", "invalid-action"),
        BadFile(mapping, #"{"Actions":[{"Name":"a","Action":"docs:a:b"}]}"#, "1:34", "invalid-action"),
        BadFile(mapping, #"{"Actions":[{"Name":"a","Action":"docs:{subject.id}"}]}"#, "1:34", "unknown-place"),
        BadFile(
            mapping, #"{"Actions":[{"Name":"a","Action":"d:a"},{"Name":"a","Action":"d:b"}]}"#, "1:41",
            "duplicate-entry"),
        BadFile(mapping, #"{"DefaultAction":"{action.name}"}"#, "1:18", "invalid-action"),
        // Condition keys
        BadFile(mapping, #"{"Context":[]}"#, "1:12", "wrong-type"),
        BadFile(mapping, #"{"Context":{"subject.role":"app:Role"}}"#, "1:13", "unknown-place"),
        BadFile(mapping, #"{"Context":{"context.":"app:Role"}}"#, "1:13", "unknown-place"),
        BadFile(mapping, #"{"Context":{"context.x":7}}"#, "1:25", "wrong-type"),
        BadFile(mapping, #"{"Context":{"context.x":"role"}}"#, "1:25", "invalid-key"),
        BadFile(mapping, #"{"Context":{"context.x":":role"}}"#, "1:25", "invalid-key"),
        BadFile(mapping, #"{"Context":{"context.x":"Subject:role"}}"#, "1:25", "invalid-key"),
        BadFile(mapping, #"{"Context":{"context.x":"authzen:NullProperties"}}"#, "1:25", "invalid-key"),
        BadFile(
            mapping, #"{"Context":{"context.x":"app:A","context.y":"APP:a"}}"#, "1:45", "duplicate-key"),
        // The catalogue
        BadFile("catalogue/a/b.json", "{}", "1:1", "unknown-folder"),
        BadFile(catalogue, "[]", "1:1", "wrong-type"), BadFile(catalogue, #"{"Subject":[]}"#, "1:2", "unknown-member"),
        BadFile(catalogue, #"{"Subjects":[{"Type":"user"}]}"#, "1:14", "missing-member"),
        BadFile(catalogue, #"{"Subjects":[{"Type":"user","Id":7}]}"#, "1:34", "wrong-type"),
        BadFile(catalogue, #"{"Subjects":[{"Type":"","Id":"a"}]}"#, "1:22", "wrong-value"),
        BadFile(catalogue, #"{"Resources":[{"Type":"a","Id":"a","Name":"x"}]}"#, "1:36", "unknown-member"),
        BadFile(catalogue, #"{"Resources":[{"Type":"a","Id":"b"},{"Type":"a","Id":"b"}]}"#, "1:37", "duplicate-entry"),
        BadFile(catalogue, #"{"Resources":[{"Type":"a","Id":"b","Properties":[]}]}"#, "1:49", "wrong-type"),
        BadFile(
            catalogue, #"{"Resources":[{"Type":"a","Id":"b","Properties":{"x":[1,null]}}]}"#, "1:57", "wrong-type"),
        BadFile(
            catalogue, #"{"Resources":[{"Type":"a","Id":"b","Properties":{"x":{"y":{"z":{}}}}}]}"#, "1:64", "too-deep"),
        BadFile(catalogue, #"{"Actions":["read","read"]}"#, "1:20", "duplicate-entry"),
        BadFile(catalogue, #"{"Actions":[7]}"#, "1:13", "wrong-type"),
        BadFile(catalogue, #"{"Actions":[{"Name":"a","Properties":{}}]}"#, "1:25", "unknown-member"),
    ]

    @Test("what is wrong is refused with its place", arguments: files)
    func badFiles(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let errors = store.load().diagnostics.filter(\.isError)
        let found = errors.map { "\($0.position.line):\($0.position.column) \($0.code)" }
        #expect(found == ["\(file.place) \(file.code)"], "\(errors.map(\.fullLine))")
    }

    @Test(
        "no key of the engine can be given what a request says, in whatever case it is written",
        arguments: GlobalConditionKey.allCases.filter(\.isEngineOwned).map(\.spelling) + [
            "aws:PrincipalTag/team", "AWS:principaltag/team", "aws:PrincipalTag/", "saml:aud", "AWS:USERNAME",
        ])
    func engineOwnedKeys(key: String) throws {
        let store = try TemporaryStore()
        try store.write(Self.mapping, "{\n \"Context\": {\"subject.properties.x\": \"\(key)\"}}")
        #expect(store.load().diagnostics.filter(\.isError).map(\.code) == ["engine-owned-key"])
        #expect(store.load().diagnostics.first?.position.line == 2)
    }

    @Test("`check` shows the line of a mapping and of a catalogue that are wrong")
    func excerpts() throws {
        let store = try TemporaryStore()
        try store.write(Self.mapping, "{\n \"Context\": {\"context.x\": \"aws:username\"}}")
        try store.write(Self.catalogue, "{\n \"Actions\": [7]}")
        let result = StoreLoader().check(store.path)
        #expect(result.diagnostics.map(\.code).sorted() == ["engine-owned-key", "wrong-type"])
        #expect(result.excerpts.count == 2 && !result.isGood)
    }

    @Test("two files with one subject or resource are refused, naming both")
    func duplicates() throws {
        let store = try TemporaryStore()
        let text = #"{"Resources":[{"Type":"record","Id":"1"}],"Subjects":[{"Type":"record","Id":"1"}]}"#
        try store.write("catalogue/a.json", text)
        #expect(store.load().diagnostics.isEmpty)
        try store.write("catalogue/b.json", #"{"Resources":[{"Type":"record","Id":"1"}]}"#)
        #expect(
            Set(store.load().diagnostics.map(\.fullLine)) == [
                "catalogue/a.json:1:1: error: the resource `1` of type `record` is also in `catalogue/b.json` [duplicate-entity]",
                "catalogue/b.json:1:1: error: the resource `1` of type `record` is also in `catalogue/a.json` [duplicate-entity]",
            ])
    }

    @Test("what is right is read as it is written, and is part of the revision")
    func goodFiles() throws {
        let store = try TemporaryStore()
        try store.write("\(Sample.account)/users/a.json", "{}")
        let before = store.load()
        try store.write(
            Self.mapping,
            """
            {"Account":"111122223333","Subjects":[{"Type":"é","Principal":"\(Self.users)/{subject.id}"}],
             "Actions":[{"Name":"x","Action":"d:x"},{"Name":"x","ResourceType":"r","Action":"d:{action.properties.m}"}],
             "DefaultAction":"{resource.type}:{action.name}",
             "Resources":[{"Type":"r","Resource":"arn:aws:d:::{resource.properties.t}/{resource.id}"}],
             "Context":{"context.a.b":"app:B","subject.id":"app:Id"}}
            """)
        try store.write(
            Self.catalogue,
            """
            {"Subjects":[{"Type":"user","Id":"a","Properties":{"n":1.50,"x":{"y":[true,"z"]},"none":null}}],
             "Actions":["read",{"Name":"write"}]}
            """)
        let verdict = store.load()
        #expect(verdict.revision != before.revision && verdict.diagnostics.isEmpty)
        let mapping = verdict.directory.authzen
        #expect(mapping.account == AccountID("111122223333"))
        #expect(mapping.subjects.keys.map(\.string) == ["é"])
        #expect(mapping.action("x", resourceType: "r")?.places == ["action.properties.m"])
        #expect(mapping.action("x", resourceType: "q")?.text { _ in nil } == "d:x")
        #expect(mapping.contextKeys == [.property(.context, "a.b"): "app:B", .subjectID: "app:Id"])
        let catalogue = try #require(verdict.directory.catalogues[.catalogue("c")])
        #expect(catalogue.actions == ["read", "write"])
        #expect(
            catalogue.subjects.map(\.properties) == [
                [
                    Property("n", .number("1.50")),
                    Property("x", .object([Property("y", .array([.boolean(true), .string("z")]))])),
                    Property("none", .null),
                ]
            ])
    }
}
