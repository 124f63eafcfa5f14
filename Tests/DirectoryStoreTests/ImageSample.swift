import Authorizer
import DecisionTree
import Directory
import Logging
import NIOConcurrencyHelpers
import PolicyModel

@testable import DirectoryStore

/// A store that has one of everything that tables hold.
enum ImageSample {
    static let home = "accounts/111122223333"
    static let away = "accounts/444455556666"

    static let files: [(path: String, text: String)] = [
        ("schema.json", #"{"ContextKeys":{"app:tier":{"Type":"string","MultiValued":true}}}"#),
        (
            "organization.json",
            Company.organization(
                root: Company.list(.resource, "R"), unit: Company.list(.service, "S"),
                more: #","ResourceControlPolicyServices":["docs","sts"]"#)
        ),
        ("\(Company.scps)/S.json", Sample.document("*")), ("\(Company.rcps)/R.json", Company.rcp("docs:Leak")),
        ("\(home)/account.json", #"{"RootUser":"enabled","CanonicalId":"\#(String(repeating: "c", count: 64))"}"#),
        (
            "\(home)/users/a.json",
            Sample.user(
                groups: ["g"], policies: ["P"], boundary: "Q",
                inline: [conditional, Sample.document("docs:Drop", effect: "Deny")],
                more: #","UserId":"AIDAEXAMPLEEXAMPLE1","Path":"/x/","Tags":[{"Key":"team","Value":"red"}]"#)
        ),
        ("\(home)/users/b.json", Sample.user(groups: ["g"], inline: [gated])),
        ("\(away)/users/m.json", Sample.user(policies: [])),
        ("\(home)/groups/g.json", Sample.group("docs:Read", policies: ["P"])),
        ("\(home)/policies/P.json", Sample.document("app:Run")), ("\(home)/policies/Q.json", Sample.document("*")),
        ("managed/M.json", Sample.document("docs:*")),
        (
            "\(home)/roles/r.json",
            Sample.role(
                trusting: "arn:aws:iam::111122223333:user/x/a",
                more: #","Tags":[{"Key":"team","Value":"red"}],"MaxSessionDuration":7200"#)
        ),
        ("\(home)/roles/t.json", Sample.role(trusting: "arn:aws:iam::111122223333:user/x/a")),
        ("\(home)/resources/x.json", resource("x", #","Tags":[{"Key":"team","Value":"red"}]"#)),
        ("\(home)/resources/y.json", resource("*y?", #","PolicyRequired":true"#)),
    ]

    private static let conditional = """
        {"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["docs:Read","docs:L*t"],"Resource":["arn:aws:docs:*:*:x","arn:aws:docs:::${aws:username, 'z'}/*"],
         "Condition":{"StringEquals":{"aws:PrincipalTag/team":"red","aws:ResourceTag/team":"red"},
                      "DateLessThan":{"aws:CurrentTime":"2030-01-01"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
        {"Effect":"Allow","NotAction":"docs:*","NotResource":"arn:aws:docs:*:*:x",
         "Condition":{"ForAnyValue:StringLike":{"app:tier":["g*","s?"]},"ArnLike":{"app:arn":"arn:aws:sns:*:1:t"},
                      "NumericLessThan":{"app:n":"5"},"Null":{"app:none":"true"}}}]}
        """

    /// A Deny that is passed over by what it is conditional on.
    private static let gated = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["docs:*","app:Run"],"Resource":"*",
         "Condition":{"StringEquals":{"aws:username":"b"}}}]}
        """

    private static func resource(_ name: String, _ more: String) -> String {
        #"{"Resource":"arn:aws:docs::111122223333:\#(name)","Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#
            + #""Principal":{"AWS":"arn:aws:iam::444455556666:user/m"},"Action":"docs:*","Resource":"*"}]}\#(more)}"#
    }

    /// The store in a folder.
    static func store() throws -> TemporaryStore {
        let store = try TemporaryStore()
        for (path, text) in files { try store.write(path, text) }
        return store
    }

    static let principals = [
        "arn:aws:iam::111122223333:user/x/a", "arn:aws:iam::111122223333:user/b", "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:user/m", "arn:aws:sts::111122223333:assumed-role/r/s", "anonymous",
        "docs.example",
    ]
    static let actions = ["docs:Read", "docs:List", "docs:Leak", "app:Run", "sts:AssumeRole", "new:Thing"]
    static let resources = [
        "arn:aws:docs::111122223333:x", "arn:aws:docs::111122223333:zyz", "arn:aws:iam::111122223333:role/r", "*",
    ]

    /// What everybody may do, and by which statement; a refused question counts as an answer.
    static func answers(_ snapshot: Snapshot) -> [Verdict?] {
        principals.flatMap { principal in
            actions.flatMap { action in
                resources.map { try? snapshot.ask(principal, action, resource: $0) }
            }
        }
    }
}

/// A build that no executable is.
extension BuildIdentity {
    static let test = BuildIdentity(digest: FileDigest(of: Array("test".utf8)))
}

extension ImageFile {
    /// The bytes of an image as they are in its file.
    static func bytes(of snapshot: Snapshot, build: BuildIdentity) -> [UInt8]? {
        words(of: snapshot, build: build).map { words in unsafe words.withUnsafeBytes { unsafe Array($0) } }
    }
}

extension AnonymousMemory {
    /// Memory with the bytes.
    static func holding(_ bytes: [UInt8]) throws -> AnonymousMemory {
        let store = try TemporaryStore()
        let path = store.base + "/bytes"
        try store.writeBytes(path, bytes)
        guard let memory = AnonymousMemory(byteCount: bytes.count) else { throw NoMemory() }
        let root = try RootFolder(path: store.base)
        guard try memory.read(from: root.open("bytes")) == bytes.count else { throw NoMemory() }
        return memory
    }

    struct NoMemory: Error {}
}

/// What was logged, as `level message`.
final class LogBook: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var all: [String] { lines.withLockedValue { $0 } }
    func has(_ text: String) -> Bool { all.contains { $0.contains(text) } }

    var logger: Logger { Logger(label: "test") { _ in Handler(book: self) } }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            book.lines.withLockedValue { $0.append("\(event.level) \(event.message)") }
        }
    }
}
