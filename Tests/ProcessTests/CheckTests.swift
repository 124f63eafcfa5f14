import Foundation
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
}
