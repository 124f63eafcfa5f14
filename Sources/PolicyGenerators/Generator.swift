public import PolicyModel

/// Makes random documents, requests and questions from a seed; they favour trouble (spec §14).
///
/// Everything it makes would be accepted when written: no document breaks a rule of spec §2. Documents are made *near*
/// the latest request, so that they match often. A test prints the seed, and keeps each failing one as a case.
public struct Generator: Sendable {
    /// What the next documents are about.
    struct Target: Sendable {
        var caller: GeneratedCaller
        var action: Text
        var resource: Text
        var context: [Request.ContextEntry]
    }

    var random: SeededRandom
    var target: Target
    var isLarge = false

    /// The same seed makes the same things, in the same order.
    public init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        let caller = Generator.caller(&random)
        target = Target(caller: caller, action: "docs:Read", resource: "arn:aws:docs:::b/x", context: [])
    }

    /// What the schema declares in every question, folded.
    public static var declaredKeys: [Text: KeyDeclaration] { VocabularyKey.declaredKeys }

    /// The account that most things belong to.
    public static var homeAccount: AccountID? { AccountID(Vocabulary.home) }

    /// A request for the statement level: its context holds keys of the engine, too.
    public mutating func request() -> Request {
        target.caller = Generator.caller(&random)
        target.action = random.pick(Vocabulary.actions + Vocabulary.oddActions)
        target.resource = resource(account: random.pick([Vocabulary.home, Vocabulary.abroad, ""]), mayBeOdd: true)
        target.context = context(withEngineKeys: true)
        return targetRequest
    }

    /// A whole question with its policies, such as a server accepts.
    public mutating func question() -> GeneratedQuestion {
        let caller = Generator.caller(&random)
        let isLocal = random.chance(70)
        target.caller = caller
        target.action = random.pick(Vocabulary.actions)
        let account = isLocal ? caller.account.text : Generator.other(caller.account.text)
        target.resource = resource(account: account, mayBeOdd: false)
        target.context = context(withEngineKeys: false)
        let tags = random.chance(50) ? Generator.tags(&random) : nil
        if tags != nil {
            target.context.removeAll { ConditionKeys.isTag($0.key.foldedASCII, .resourceTag) }
        }
        let isEverything = target.resource == "*"
        var question = assembled(
            owner: isEverything ? caller.account : Generator.account(account), tags: tags, isEverything: isEverything)
        question.makeAcceptable()
        return question
    }

    private var targetRequest: Request {
        Request(
            principal: target.caller.principal, action: target.action, resource: target.resource,
            context: target.context)
    }

    private mutating func assembled(owner: AccountID, tags: [GeneratedTag]?, isEverything: Bool) -> GeneratedQuestion {
        let caller = target.caller
        let isRoot = caller.principal == .root(caller.account)
        let isLocal = owner == caller.account
        return GeneratedQuestion(
            caller: caller, request: targetRequest, resourceAccount: owner,
            resourcePolicyRequired: !isEverything && random.chance(15),
            resourceTags: isEverything ? nil : tags,
            identityPolicies: isRoot ? [] : documents(.identity, 0...3),
            permissionsBoundary: !isRoot && random.chance(30) ? document(kind: .boundary) : nil,
            resourcePolicies: isEverything ? [] : documents(.resource, isLocal ? 0...1 : 0...2),
            now: Instant(seconds: 1_767_225_600), declaredKeys: Generator.declaredKeys)
    }

    private mutating func documents(_ kind: PolicyKind, _ count: ClosedRange<Int>) -> [Document] {
        (0..<Int.random(in: count, using: &random)).map { _ in document(kind: kind) }
    }

    /// A document near the latest request.
    public mutating func document(kind: PolicyKind) -> Document {
        let needs2012 = kind == .managed || kind == .boundary || kind == .scp || kind == .rcp
        let version: PolicyVersion? = needs2012 || random.chance(75) ? .v2012 : random.pick([.v2008, nil])
        // Now and then one that is large enough for every index of a compiled document to have several entries.
        isLarge = random.chance(6)
        let statements = (0..<Int.random(in: isLarge ? 6...16 : 1...3, using: &random)).map { _ in
            statement(kind: kind, expands: version == .v2012)
        }
        return Document(version: version, statements: statements)
    }
}
