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
        /// The identity provider of the caller's session, or whose token it presents.
        var provider: Text?
    }

    var random: SeededRandom
    /// Decides where documents are put, which is another matter than what they say: a seed keeps its questions when
    /// there are more places.
    var placing: SeededRandom
    var target: Target
    var isLarge = false

    /// The same seed makes the same things, in the same order.
    public init(seed: UInt64) {
        self.init(SeededRandom(seed: seed), placing: SeededRandom(seed: ~seed))
    }

    /// A fuzzer's bytes decide what is made, one byte a choice.
    public init(choices: [UInt8]) {
        // The same bytes from the other end.
        self.init(SeededRandom(choices: choices), placing: SeededRandom(choices: choices.reversed()))
    }

    private init(_ numbers: SeededRandom, placing: SeededRandom) {
        random = numbers
        self.placing = placing
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

    var targetRequest: Request {
        Request(
            principal: target.caller.principal, action: target.action, resource: target.resource,
            context: target.context)
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
