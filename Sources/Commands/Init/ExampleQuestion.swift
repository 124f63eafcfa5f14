/// A question to the example store with the answer that it has; `init` prints them and the tests ask them.
struct ExampleQuestion {
    let principal: String
    let action: String
    let resource: String
    var sourceIP: String?
    let isAllowed: Bool
    /// Why, in a few words.
    let lesson: String

    /// In the order in which they teach.
    static let all: [ExampleQuestion] = [
        ExampleQuestion(
            principal: "user/alice", action: "docs:Edit", resource: "report/2026-plan", isAllowed: true,
            lesson: "her department's document"),
        ExampleQuestion(
            principal: "user/bob", action: "docs:Read", resource: "report/2026-plan", isAllowed: true,
            lesson: "viewers read"),
        ExampleQuestion(
            principal: "user/bob", action: "docs:Comment", resource: "report/2026-plan", isAllowed: true,
            lesson: "by the document's own policy"),
        ExampleQuestion(
            principal: "user/bob", action: "docs:Edit", resource: "wiki/welcome", isAllowed: false,
            lesson: "his boundary takes it away"),
        ExampleQuestion(
            principal: "user/alice", action: "docs:Read", resource: "report/security-review",
            sourceIP: "203.0.113.9", isAllowed: false, lesson: "confidential, and not in the office"),
        ExampleQuestion(
            principal: "user/alice", action: "docs:Read", resource: "report/security-review", sourceIP: "10.0.0.7",
            isAllowed: true, lesson: "in the office"),
        ExampleQuestion(
            principal: "user/admin", action: "docs:Delete", resource: "report/2026-plan", isAllowed: false,
            lesson: "a Deny wins, even over the administrator"),
    ]

    /// The whole ARN of who asks.
    var principalARN: String { "arn:aws:iam::\(ExampleStore.account):\(principal)" }
    /// The whole ARN of what is asked about.
    var resourceARN: String { "arn:aws:docs:::\(resource)" }

    /// What to type.
    var command: String {
        let context = sourceIP.map { " --context aws:SourceIp=\($0)" } ?? ""
        return "postern authorize --principal \(principalARN) --action \(action) --resource \(resourceARN)\(context)"
    }
}
