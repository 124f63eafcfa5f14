import PolicyModel

/// A dictionary for libFuzzer: the words that documents and messages are made of.
///
/// What the rooms list themselves is taken from there, so that a new operator or key is tried without anybody's doing.
enum Words {
    private static let elements = [
        "Version", "2012-10-17", "2008-10-17", "Id", "Statement", "Sid", "Effect", "Allow", "Deny", "Action",
        "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition", "AWS", "Service", "Federated",
        "CanonicalUser", "ForAllValues:", "ForAnyValue:", "IfExists", "Null", "true", "false", "${aws:username}",
        "${aws:PrincipalTag/team, 'x'}", "${*}", "${?}", "${$}", "aws:PrincipalTag/", "aws:RequestTag/",
        "aws:ResourceTag/", "arn:aws:docs:::", "arn:aws:iam::111122223333:", "user/alice", "role/r", "root",
        "assumed-role/r/s", "federated-user/f", "111122223333", "docs:Read", "sts:AssumeRole", "iam:*", "10.0.0.0/8",
        "2001:db8::/32", "2026-01-01T00:00:00Z", "1e-3", "-0.0", "aGk=", "\\u0000", "\\uD83D\\uDE00",
    ]

    private static let members = [
        "\"method\":", "io.postern.", "Authorize", "AuthorizeMany", "AssumeRole", "Status", "Reload",
        "Watch", "org.varlink.service.GetInfo", "\"parameters\":{", "\"more\":true", "\"oneway\":true", "principal",
        "action", "resource", "context", "questions", "explain", "session", "policies", "policyArns", "tags",
        "transitiveTagKeys", "sourceIdentity", "federatedProvider", "mfaPresent", "mfaAgeSeconds", "issued", "user",
        "role", "sessionName", "durationSeconds", "externalId", "app:Level", "app:Tags",
    ]

    /// The dictionary as libFuzzer reads it, a word a line.
    static var file: String {
        let operators = BaseOperator.allCases.map(\.rawValue)
        let keys = GlobalConditionKey.allCases.map(\.rawValue)
        return (elements + members + operators + keys).map { "\"\(escaped($0))\"\n" }.joined()
    }

    private static func escaped(_ word: String) -> String {
        String(word.flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : [$0] })
    }
}
