internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A question with the answer that it should get.
struct TestCase {
    var question: TestQuestion
    /// What the question is decided by; `nil` for what is in a store.
    var world: TestWorld?
    /// The inline policies of the caller's session, with their places in the file.
    var sessionPolicies: [SimulatedPolicy]
    var now: Instant
    var expectation: TestExpectation
}

/// What a case says of itself: which members it has, and what must come out.
struct TestShape {
    enum Subject { case decision, assumption }

    let reader: ObjectReader
    let subject: Subject
    /// Whether the case brings its policies; else a store has them.
    let isSelfContained: Bool
    let expectation: TestExpectation
}

/// Reads the cases of a file; what their members mean is written in the manual's page on testing policies.
struct TestCaseReader {
    /// As it stands before line numbers.
    let file: String
    let text: [UInt8]
    /// Whether cases without policies have a store to be asked of.
    let hasStore: Bool
    /// What session policies may say, where they are asked of a store.
    let rules: PolicyRules

    private static let clock = "2026-01-01T00:00:00Z"

    private static let sharedMembers =
        ["name", "now", "decision", "reason", "deniedBy", "statement", "refused"] + TestQuestion.callerMembers
    private static let decisionMembers = ["action", "resource"]
    private static let assumptionMembers = ["role", "call", "newSession", "fault"]
    /// Policies, with which a case is not asked of a store.
    private static let sharedPolicies = [
        "identityPolicies", "permissionsBoundary", "serviceControlPolicies", "resourceControlPolicies",
    ]
    /// What a store knows better.
    private static let sharedEntityMembers = ["userID", "roleID", "roleARN", "canonicalID", "tags", "organization"]

    /// Every member that some case has.
    static let allMembers =
        sharedMembers + decisionMembers + assumptionMembers + ownPolicies + sharedEntityMembers
        + [
            "resourceAccount", "resourcePolicyRequired", "isTrustPolicy", "resourceTags", "roleTags",
            "maxSessionDuration",
        ]
    /// Members by which a case brings policies of its own.
    static let ownPolicies = sharedPolicies + ["resourcePolicies", "trustPolicy"]

    private static func policies(_ subject: TestShape.Subject) -> [String] {
        sharedPolicies + (subject == .decision ? ["resourcePolicies"] : ["trustPolicy"])
    }

    private static func entityMembers(_ subject: TestShape.Subject) -> [String] {
        switch subject {
        case .decision:
            sharedEntityMembers + ["resourceAccount", "resourcePolicyRequired", "isTrustPolicy", "resourceTags"]
        case .assumption: sharedEntityMembers + ["roleTags", "maxSessionDuration"]
        }
    }

    /// Reads what a case says of itself; what is wrong here is a mistake of the tests, whatever they expect.
    func shape(_ node: JSONNode) throws(MemberFault) -> TestShape {
        let subject: TestShape.Subject =
            TestCaseReader.assumptionMembers.contains { node[$0] != nil } ? .assumption : .decision
        let own = subject == .decision ? TestCaseReader.decisionMembers : TestCaseReader.assumptionMembers
        let (policies, entityMembers) = (TestCaseReader.policies(subject), TestCaseReader.entityMembers(subject))
        let reader = try ObjectReader(
            node, at: JSONPath(), known: TestCaseReader.sharedMembers + own + policies + entityMembers,
            of: subject == .decision ? "a case" : "a case of assuming a role")
        _ = try reader.requiredText("name")
        let isSelfContained = policies.contains { reader.node($0) != nil }
        if !isSelfContained { try checkStore(reader, entityMembers, subject) }
        let expectation = try TestExpectation(reader, subject)
        return TestShape(
            reader: reader, subject: subject, isSelfContained: isSelfContained, expectation: expectation)
    }

    private func checkStore(
        _ reader: ObjectReader, _ entityMembers: [String], _ subject: TestShape.Subject
    ) throws(MemberFault) {
        guard hasStore else {
            let policies = subject == .decision ? "`identityPolicies`" : "a `trustPolicy`"
            throw MemberFault(
                "there is nothing to ask: name a `store` in the file, give --store, or write \(policies) in the case")
        }
        for name in entityMembers where reader.node(name) != nil {
            throw MemberFault("`\(name)` comes from the store; leave it out", at: reader.path.appending(name))
        }
    }

    /// Reads the question and its policies; what is wrong here may be what the case is about.
    func testCase(_ shape: TestShape) throws(MemberFault) -> TestCase {
        let reader = shape.reader
        for name in shape.subject == .decision ? ["principal", "action", "resource"] : ["principal", "role"] {
            _ = try reader.requiredText(name)
        }
        let question =
            switch shape.subject {
            case .decision: try TestQuestion(authorizing: reader)
            case .assumption: try TestQuestion(assuming: reader)
            }
        let now = try instant(reader)
        var result = TestCase(
            question: question, world: nil, sessionPolicies: try sessionPolicies(reader), now: now,
            expectation: shape.expectation)
        if shape.isSelfContained { result.world = try TestWorld(shape, of: self) }
        return result
    }

    /// The documents with their places, read as the socket reads them.
    private func sessionPolicies(_ outer: ObjectReader) throws(MemberFault) -> [SimulatedPolicy] {
        let inSession = try outer.node("session").map { (node) throws(MemberFault) in
            try ObjectReader(
                node, at: outer.path.appending("session"), known: SessionReader.members, of: "a session")
        }
        let own = try documents(outer).list("sessionPolicies", .session)
        let nested = try inSession.flatMap { (reader) throws(MemberFault) in
            try documents(reader).list("policies", .session)
        }
        try checkCall(outer)
        return (own ?? nested ?? []).map { $0.named(file) }
    }

    /// The policies of a session to be are held against the rules, and decide nothing yet.
    private func checkCall(_ outer: ObjectReader) throws(MemberFault) {
        guard let call = outer.node("call") else { return }
        let reader = try ObjectReader(
            call, at: outer.path.appending("call"), known: TestQuestion.callMembers, of: "a call")
        _ = try documents(reader).list("policies", .session)
    }

    /// Reads the documents of an object.
    func documents(_ reader: ObjectReader) -> DocumentMembers {
        DocumentMembers(reader: reader, text: text, rules: rules)
    }

    private func instant(_ reader: ObjectReader) throws(MemberFault) -> Instant {
        let text = try reader.text("now") ?? Text(TestCaseReader.clock)
        guard let instant = Instant(Array(text.utf8).span) else {
            throw MemberFault(
                "\(UserText.quoted(text.string)) is no date; write one such as `2026-01-31T12:00:00Z`",
                at: reader.path.appending("now"))
        }
        return instant
    }
}
