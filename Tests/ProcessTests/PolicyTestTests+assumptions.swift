import Foundation
import Testing

// Cases of assuming a role.
extension PolicyTestTests {
    static let trust =
        #"{"Version": "2012-10-17", "Statement": [{"Sid": "Bob", "Effect": "Allow", "Principal": {"AWS": "\#(bob)"}, "Action": "sts:AssumeRole"}, {"Sid": "Tags", "Effect": "Allow", "Principal": {"AWS": "\#(bob)"}, "Action": "sts:TagSession"}]}"#

    private func assumption(_ members: String) -> String {
        #"{"name": "a", "principal": "\#(Self.bob)", "role": "arn:aws:iam::111122223333:role/R", \#(members)}"#
    }

    private func withRole(_ cases: [String]) throws -> Scratch {
        let scratch = try scratch(cases.joined(separator: ",\n"))
        let roles = scratch.file("store/accounts/111122223333/roles")
        try FileManager.default.createDirectory(atPath: roles, withIntermediateDirectories: true)
        try "{\"AssumeRolePolicyDocument\": \(Self.trust), \"MaxSessionDuration\": 7200}".write(
            toFile: roles + "/R.json", atomically: false, encoding: .utf8)
        return scratch
    }

    @Test("a role of the store is assumed, and its trust statements are covered")
    func assumed() throws {
        let scratch = try withRole([
            assumption(
                #""call": {"sessionName": "me", "tags": {"team": "red"}, "durationSeconds": 7200}, "decision": "allowed", "statement": {"sid": "Bob"}, "newSession": {"principal": "arn:aws:sts::111122223333:assumed-role/R/me", "tags": {"team": "red"}}"#
            ),
            assumption(#""call": {"sessionName": "me", "durationSeconds": 7201}, "fault": "duration""#),
            assumption(#""call": {"sessionName": "m"}, "fault": "sessionName""#),
            assumption(
                #""call": {"sessionName": "me", "sourceIdentity": "bob"}, "decision": "implicitDeny", "reason": "trustPolicy""#
            ),
        ])
        let result = try Program.run(["test", "tests.json", "--coverage"], folder: scratch.path)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.contains("coverage: 2 of 4 statements, 50.0 %"), "\(result.output)")
        #expect(!result.output.contains("roles/R.json"))
    }

    @Test(
        "what is wrong with an assumption is told",
        arguments: [
            (
                #""call": {"sessionName": "me"}, "decision": "implicitDeny""#,
                "decision: expected implicitDeny, got allowed"
            ),
            (
                #""call": {"sessionName": "me"}, "decision": "allowed", "newSession": {"principal": "x", "sourceIdentity": "y"}"#,
                "newSession.sourceIdentity: expected y, got none"
            ),
            (
                #""call": {"sessionName": "me", "tags": {"a b;": ""}}, "fault": "duration""#,
                "fault: expected duration, got tags"
            ),
            (#""call": {"sessionName": "me"}, "fault": "tags""#, "fault: expected tags, got the decision allowed"),
            (#""call": {"sessionName": "me"}, "fault": "tag""#, "`tag` is no fault; did you mean `tags`?"),
            (
                #""call": {"sessionname": "me"}, "decision": "allowed""#,
                "`sessionname` is no member of a call; did you mean"
            ),
            (#""decision": "allowed""#, "`call` is missing: it has at least a `sessionName`"),
            (
                #""call": {}, "decision": "allowed""#,
                "the parameter `sessionName` is unknown, missing or of the wrong type"
            ),
            (
                #""call": {"sessionName": "me"}, "action": "a:b", "decision": "allowed""#,
                "`action` is no member of a case of assuming a role"
            ),
            (
                #""call": {"sessionName": "me"}, "roleTags": {}, "decision": "allowed""#,
                "`roleTags` comes from the store"
            ),
            (#""call": {"sessionName": "m"}, "decision": "allowed""#, "`sessionName` must be 2 to 64 letters"),
        ])
    func wrongAssumption(_ members: String, _ words: String) throws {
        let scratch = try withRole([assumption(members)])
        let result = try Program.run(["test", "tests.json"], folder: scratch.path)
        #expect(result.status == 1)
        #expect(result.output.contains(words), "\(result.output)\(result.errors)")
    }
}
