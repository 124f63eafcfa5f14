import Foundation
import Glibc
import Testing

@Suite("`check`, the program", .timeLimit(.minutes(2)))
struct CheckProcessTests {
    private static let allow = #""Effect": "Allow", "Action": "docs:Read""#

    private static func document(_ members: String) -> String {
        #"{"Version": "2012-10-17", "Statement": [{\#(members)}]}"#
    }

    /// For each kind, a document that is one and a document that is not, with the code that says so.
    static let kinds: [(kind: String, good: String, bad: String, code: String)] = [
        (
            "identity", document(#"\#(allow), "Resource": "*""#),
            document(#"\#(allow), "Principal": "*", "Resource": "*""#), "principal-not-allowed"
        ),
        (
            "managed", document(#"\#(allow), "Resource": "*""#),
            #"{"Statement": [{\#(allow), "Resource": "*"}]}"#, "version-required"
        ),
        (
            "boundary", document(#"\#(allow), "Resource": "*""#),
            #"{"Version": "2008-10-17", "Statement": [{\#(allow), "Resource": "*"}]}"#, "version-required"
        ),
        ("session", document(#"\#(allow), "Resource": "*""#), document(allow), "missing-resource"),
        (
            "resource", document(#"\#(allow), "Principal": {"AWS": "111122223333"}"#),
            document(#"\#(allow), "Resource": "*""#), "missing-principal"
        ),
        (
            "trust", document(#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}"#),
            document(
                #""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}, "Resource": "*""#
            ),
            "resource-not-allowed"
        ),
        (
            "scp", document(#""Effect": "Deny", "Action": "docs:Read", "Resource": "*""#),
            document(#""Effect": "Deny", "Action": "docs:Read", "Resource": "*", "Principal": "*""#),
            "principal-not-allowed"
        ),
        (
            "rcp", document(#""Effect": "Deny", "Action": "docs:Read", "Resource": "*", "Principal": "*""#),
            document(#""Effect": "Allow", "Action": "docs:Read", "Resource": "*", "Principal": "*""#),
            "allow-not-allowed"
        ),
    ]

    @Test("each kind takes what is one, and refuses what is not with its place", arguments: kinds.indices)
    func kind(_ index: Int) throws {
        let row = Self.kinds[index]
        let scratch = try Scratch()
        for (text, status, words) in [(row.good, Int32(0), "1 document, 0 errors"), (row.bad, 1, "[\(row.code)]")] {
            try text.write(toFile: scratch.file("p.json"), atomically: false, encoding: .utf8)
            let result = try Program.run(["check", "--kind", row.kind, "p.json"], folder: scratch.path)
            #expect(result.status == status, "\(result.output)\(result.errors)")
            #expect(result.output.contains(words), "\(result.output)")
            #expect(status == 0 || result.output.hasPrefix("p.json:1:"))
        }
    }

    @Test("a place is shown with its line and a caret")
    func caret() throws {
        let scratch = try Scratch()
        try
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Alow\", \"Action\": \"*\", \"Resource\": \"*\"}\n}"
            .write(toFile: scratch.file("p.json"), atomically: false, encoding: .utf8)
        let result = try Program.run(["check", "p.json"], folder: scratch.path)
        #expect(
            result.output == """
                p.json:3:27: error: `Alow` is no effect; write `Allow` or `Deny` [invalid-effect]
                      "Statement": {"Effect": "Alow", "Action": "*", "Resource": "*"}
                                              ^
                1 document, 1 error, 0 warnings

                """)
    }

    @Test("every format says the same findings, and the status is of the errors", arguments: ["text", "json", "sarif"])
    func formats(_ format: String) throws {
        let company = try Company()
        try company.overwrite("policies/Lonely.json", try company.viewerPolicy(reading: "docs:Read"))
        let warned = try Program.run(["check", company.store, "--format", format])
        #expect(warned.status == 0)
        #expect(warned.output.contains("unattached-policy"), "\(warned.output)")
        try company.overwrite("users/alice.json", "{")
        let broken = try Program.run(["check", company.store, "--format", format])
        #expect(broken.status == 1)
        #expect(broken.output.contains("users/alice.json"))
        #expect(!broken.output.contains("unattached-policy"))
    }

    @Test(
        "what cannot be checked is one line and status 2",
        arguments: [["nowhere"], ["."], ["p.json", "--kind", "bucket"], ["p.json", "--format", "xml"]])
    func cannotCheck(_ arguments: [String]) throws {
        let scratch = try Scratch()
        if arguments.count > 1 {
            try "{}".write(toFile: scratch.file("p.json"), atomically: false, encoding: .utf8)
        }
        let result = try Program.run(["check"] + arguments, folder: scratch.path)
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1, "\(result.errors)")
    }

    @Test("nothing outside the store is printed, and nothing is waited for")
    func outside() throws {
        let company = try Company()
        let secret = company.scratch.file("secret")
        try "the secret".write(toFile: secret, atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: company.path("users/link.json"), withDestinationPath: secret)
        let pipe = company.path("users/pipe.json")
        _ = unsafe mkfifo(pipe, 0o600)
        let result = try Program.run(["check", company.store])
        #expect(result.status == 1)
        #expect(result.output.contains("users/link.json:1:1: error: the name cannot be followed: it leads out"))
        #expect(result.output.contains("users/pipe.json:1:1: error: this is no regular file"))
        #expect(!result.output.contains("secret\n"), "\(result.output)")
        let folder = company.scratch.file("documents")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder + "/p.json", withDestinationPath: secret)
        let documents = try Program.run(["check", folder])
        #expect(documents.status == 1)
        #expect(!documents.output.contains("the secret"), "\(documents.output)")
    }

    @Test(
        "a pipe is refused wherever a file is wanted",
        arguments: [
            ["check", "pipe"], ["test", "pipe"], ["import", "pipe", "made"], ["check", "folder"],
            [
                "authorize", "--socket", "s", "--principal", "p", "--action", "a:b", "--resource", "*",
                "--session-file", "pipe",
            ],
            [
                "authorize", "--socket", "s", "--principal", "p", "--action", "a:b", "--resource", "*",
                "--context-file", "pipe",
            ],
            [
                "assume-role", "--socket", "s", "--principal", "p", "--role", "r", "--session-name", "n",
                "--policy-file", "pipe",
            ],
        ])
    func pipe(_ arguments: [String]) throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.file("folder"), withIntermediateDirectories: true)
        for name in ["pipe", "folder/pipe.json"] { _ = unsafe mkfifo(scratch.file(name), 0o600) }
        let result = try Program.run(arguments, folder: scratch.path)
        #expect(result.status > 0)
        #expect((result.errors + result.output).contains("this is no regular file"), "\(result.errors)")
    }

    @Test(
        "a part of a store is one line that names the store",
        arguments: [
            "company/accounts", "company/accounts/111122223333", "company/accounts/111122223333/users/bob.json",
            "./company/accounts/111122223333/users/", "company/managed/AuditEverything.json", "company/managed",
        ])
    func part(_ path: String) throws {
        let company = try Company()
        let managed = company.scratch.file("company/managed")
        try FileManager.default.createDirectory(atPath: managed, withIntermediateDirectories: true)
        try Self.document(#"\#(Self.allow), "Resource": "*""#)
            .write(toFile: managed + "/AuditEverything.json", atomically: false, encoding: .utf8)
        let result = try Program.run(["check", path], folder: company.scratch.path)
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1, "\(result.errors)")
        let store = path.hasPrefix("./") ? "./company" : "company"
        #expect(result.errors.hasSuffix("check the store: postern check \(store)\n"), "\(result.errors)")
        #expect(result.output.isEmpty)
        let inside = try Program.run(["check", "bob.json"], folder: company.path("users"))
        #expect(inside.errors.hasSuffix("postern check \(company.store)\n"), "\(inside.errors)")
    }

    @Test("an entity that lies elsewhere is told from a document, and documents of a stated kind are checked anywhere")
    func entity() throws {
        let company = try Company()
        let copies = company.scratch.file("copies")
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: company.path("users/bob.json"), toPath: copies + "/b.json")
        for path in [copies, copies + "/b.json"] {
            let result = try Program.run(["check", "--kind", "managed", path])
            #expect(result.status == 2)
            #expect(result.errors.contains("this is a file of a store, for it has `UserName`"), "\(result.errors)")
        }
        let viewer = company.path("policies/DocumentViewer.json")
        #expect(try Program.run(["check", "--kind", "managed", viewer]).status == 0)
        #expect(try Program.run(["check", viewer]).status == 2)
    }
}
