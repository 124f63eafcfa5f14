import Directory
import JSONDocument
import PolicyModel
import Testing

@testable import DirectoryStore

@Suite("Mappings of Docker and Kubernetes")
struct EngineMappingTests {
    private static let docker = "mappings/docker.json"
    private static let kubernetes = "mappings/kubernetes.json"
    private static let alice = "arn:aws:iam::111122223333:user/alice"

    static let files: [BadFile] = [
        BadFile(docker, "[]", "1:1", "wrong-type"),
        BadFile(docker, #"{"Acount":"111122223333"}"#, "1:2", "unknown-member"),
        BadFile(docker, #"{"Account":"1"}"#, "1:12", "wrong-value"),
        BadFile(docker, #"{"LocalPrincipal":"alice"}"#, "1:19", "wrong-value"),
        BadFile(docker, #"{"LocalPrincipal":"anonymous"}"#, "1:19", "wrong-value"),
        BadFile(docker, #"{"LocalPrincipal":"docker.example"}"#, "1:19", "wrong-value"),
        BadFile(docker, #"{"LocalPrincipal":"\#(alice)/{User}"}"#, "1:19", "unknown-place"),
        BadFile(docker, #"{"Principal":"arn:aws:iam::111122223333:role/{User}"}"#, "1:14", "wrong-value"),
        BadFile(docker, #"{"Principal":"\#(alice)/{Name}"}"#, "1:14", "unknown-place"),
        BadFile(docker, #"{"Principal":"\#(alice)/{User"}"#, "1:14", "invalid-template"),
        BadFile(docker, #"{"Labels":"team"}"#, "1:11", "wrong-type"),
        BadFile(docker, #"{"Labels":["a b"]}"#, "1:12", "wrong-value"),
        BadFile(docker, #"{"Labels":[""]}"#, "1:12", "wrong-value"),
        BadFile(docker, #"{"FilteredResponses":[]}"#, "1:22", "wrong-type"),
        BadFile(docker, #"{"FilteredResponses":{"docker:ContainerCreate":{}}}"#, "1:23", "unknown-action"),
        BadFile(docker, #"{"FilteredResponses":{"docker:ContainerInspekt":{}}}"#, "1:23", "unknown-action"),
        BadFile(docker, #"{"FilteredResponses":{"docker:ImageInspect":{}}}"#, "1:45", "wrong-type"),
        // No key of ours, and none of the engine's, comes from an answer.
        BadFile(
            docker, #"{"FilteredResponses":{"docker:ImageInspect":{"aws:PrincipalTag/a":["a"]}}}"#, "1:46",
            "wrong-value"),
        BadFile(
            docker, #"{"FilteredResponses":{"docker:ImageInspect":{"docker:Privileged":["a"]}}}"#, "1:46", "wrong-value"
        ),
        BadFile(
            docker, #"{"FilteredResponses":{"docker:ImageInspect":{"docker:Response/a":[]}}}"#, "1:66", "wrong-value"),
        BadFile(kubernetes, #"{"ImplicitDeny":"Deny"}"#, "1:17", "wrong-value"),
        BadFile(kubernetes, #"{"Users":{}}"#, "1:10", "wrong-type"),
        BadFile(kubernetes, #"{"Users":[{"Match":"a"}]}"#, "1:11", "missing-member"),
        BadFile(kubernetes, #"{"Users":[{"Principal":"\#(alice)"}]}"#, "1:11", "missing-member"),
        BadFile(kubernetes, #"{"Users":[{"Match":"{a}{b}","Principal":"\#(alice)"}]}"#, "1:20", "invalid-template"),
        BadFile(kubernetes, #"{"Users":[{"Match":"{a}:{a}","Principal":"\#(alice)"}]}"#, "1:20", "invalid-template"),
        BadFile(kubernetes, #"{"Users":[{"Match":"{a","Principal":"\#(alice)"}]}"#, "1:20", "invalid-template"),
        BadFile(kubernetes, #"{"Users":[{"Match":"","Principal":"\#(alice)"}]}"#, "1:20", "wrong-value"),
        BadFile(kubernetes, #"{"Users":[{"Match":"{a}","Principal":"\#(alice)/{b}"}]}"#, "1:38", "unknown-place"),
        BadFile(kubernetes, #"{"Users":[{"Match":"{a}","Principal":"{a}"}]}"#, "1:38", "wrong-value"),
    ]

    @Test("a bad mapping is refused with its place and code", arguments: files)
    func bad(file: BadFile) throws {
        let store = try TemporaryStore()
        try store.write(file.path, file.text)
        let errors = store.load().diagnostics.filter(\.isError)
        let found = errors.map { "\($0.position.line):\($0.position.column) \($0.code)" }
        #expect(found == ["\(file.place) \(file.code)"], "\(errors.map(\.fullLine))")
    }
}

@Suite("Patterns of names")
struct NamePatternTests {
    @Test(
        "a place takes the shortest text that fits, and never a part of a path",
        arguments: [
            ("system:serviceaccount:{n}:{s}", "system:serviceaccount:prod:web", ["n": "prod", "s": "web"]),
            ("system:serviceaccount:{n}:{s}", "system:serviceaccount:prod:web:x", nil),
            ("system:serviceaccount:{n}:{s}", "system:serviceaccount::web", nil),
            ("system:serviceaccount:{n}:{s}", "xsystem:serviceaccount:a:b", nil),
            ("{u}@example.com", "jane@example.com", ["u": "jane"]), ("{u}@example.com", "jane@example.com.evil", nil),
            ("{u}@example.com", "@example.com", nil), ("{u}@example.com", "a/b@example.com", nil),
            ("{u}@example.com", "a@example.com@example.com", nil), ("{u}", "jane", ["u": "jane"]), ("{u}", "", nil),
            ("{u}", "a\u{0}", nil), ("{u}", "a:b", nil), ("root", "root", [:]), ("root", "root2", nil),
            // Bytes are compared: these two look alike.
            ("caf\u{e9}", "cafe\u{301}", nil), ("{a}.{b}", "x.y.z", ["a": "x", "b": "y.z"]),
        ])
    func values(pattern: Text, name: String, values: [String: String]?) throws {
        #expect(try NamePattern(Template(pattern)).values(in: name) == values)
    }
}
