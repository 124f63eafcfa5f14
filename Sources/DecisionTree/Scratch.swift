public import PolicyModel

/// What a decision needs besides the question: memory of conditions, steps spent, the clock's reading.
///
/// One a loop, used again for every question.
@safe
public struct Scratch: ~Copyable {
    /// Steps a question may take before it is denied as too costly (design §3.3).
    public static let decisionStepsMax = 200_000

    private let inPlace = InPlace()
    /// For each condition, the question's number in the upper bits and what it came out as in the lower two.
    @usableFromInline var memo: TrivialBuffer<UInt64>
    @usableFromInline var question: UInt64 = 0
    /// Steps left.
    @usableFromInline var stepsLeft = Scratch.decisionStepsMax
    /// Steps of the questions before this one.
    @usableFromInline var stepsBefore = 0
    /// Registry entries that match the resource, most specific first.
    public var registryMatches: TrivialBuffer<UInt32>
    /// The one reading of the clock for this question.
    public var now = Instant(seconds: 0)
    /// The action without ASCII upper case.
    public var foldedAction = ByteView()
    /// The action's symbol, or `Format.none`.
    public var actionSymbol: UInt32 = Format.none
    /// The symbol of the action's service, or `Format.ActionSymbol.noService`.
    public var serviceSymbol = Format.ActionSymbol.noService
    /// The bit of the action's service; until it is known all bits, so that no document is passed over.
    public var serviceBit: UInt64 = .max
    /// Whether the action is one of `sts` or `iam`.
    public var isAccessManagement = false
    /// Who asks.
    public var caller = CallerFacts()
    /// Where the last action that some document names was found.
    public var actionGuess = 0
    /// Where the last user was found.
    public var userGuess = 0
    /// The statement that the last successful walk found.
    public var foundStatement: UInt32 = 0
    /// Whether walks record every statement they come to, and never stop early: for explanations.
    public var isRecording = false
    /// What has been recorded of statements.
    public var events: TrivialBuffer<WalkEvent>
    /// Ordinals of conditions that failed, by the ranges of the events.
    public var failedConditions: TrivialBuffer<UInt32>

    /// An empty scratch.
    public init() {
        memo = TrivialBuffer(capacity: 256)
        registryMatches = TrivialBuffer(capacity: 32)
        events = TrivialBuffer(capacity: 4)
        failedConditions = TrivialBuffer(capacity: 4)
    }

    /// Begins a question on a snapshot with `conditionCount` conditions.
    @inlinable
    @inline(__always)
    public mutating func begin(conditionCount: Int, now: Instant) {
        if memo.count < conditionCount { memo.resize(to: conditionCount, with: 0) }
        question &+= 1
        stepsBefore &+= max(stepsTaken, 0)
        stepsLeft = Scratch.decisionStepsMax
        registryMatches.truncate(to: 0)
        self.now = now
        caller = CallerFacts()
        isRecording = false
    }

    /// Begins to read documents with other conditions: nothing is remembered of those before.
    public mutating func beginPass(conditionCount: Int) {
        if memo.count < conditionCount { memo.resize(to: conditionCount, with: 0) }
        question += 1
    }

    /// Goes on with the question with as many steps as `steps`, recording or not: for what explains a decision.
    ///
    /// What conditions came out as is forgotten if the steps before were used up: one of them may have been cut short.
    public mutating func goOn(recording: Bool, steps: Int) {
        if isExhausted { question += 1 }
        isRecording = recording
        stepsLeft = steps
        forgetEvents()
    }

    /// Forgets what has been recorded.
    public mutating func forgetEvents() {
        events.truncate(to: 0)
        failedConditions.truncate(to: 0)
    }

    /// Whether the question wanted more steps than it has; what it then came out as means nothing.
    @inlinable
    public var isExhausted: Bool { stepsLeft < 0 }

    /// How many steps the question has taken.
    @inlinable
    public var stepsTaken: Int { Scratch.decisionStepsMax - stepsLeft }

    /// How many steps this and all questions before it have taken; those of explanations are not counted in full.
    public var stepsTotal: Int { stepsBefore + max(stepsTaken, 0) }

    /// Takes steps; `false` when there were not as many left.
    @inlinable
    @inline(__always)
    public mutating func spend(_ steps: Int) -> Bool {
        // Nothing takes steps once there are none left, and one thing takes few.
        stepsLeft &-= steps
        return stepsLeft >= 0
    }

    /// What a condition came out as in this question; `nil` when it has not been evaluated.
    @inlinable
    func remembered(_ number: Int) -> Bool? {
        let word = memo[number]
        return word >> 2 == question ? word & 1 == 1 : nil
    }

    /// Whether a condition has been evaluated in this question and did not hold.
    @inlinable
    @inline(__always)
    func remembersFalse(_ number: Int) -> Bool { memo[number] == word(of: false) }

    @inlinable
    mutating func remember(_ number: Int, _ outcome: Bool) { memo[number] = word(of: outcome) }

    /// What stands for an outcome in this question.
    @inlinable
    @inline(__always)
    func word(of outcome: Bool) -> UInt64 { question << 2 | (outcome ? 1 : 0) }
}

/// A statement that a recording walk came to: its action and resource match.
@frozen
public struct WalkEvent: BitwiseCopyable, Sendable {
    /// The statement's index in its document.
    public var statement: UInt32
    /// The grades by which it names the caller; empty when it names somebody else.
    public var grades: Grades
    /// Where the ordinals of failed conditions begin.
    public var firstFailed: Int
    /// How many conditions failed.
    public var failedCount: Int

    /// Makes an event.
    @inlinable
    public init(statement: UInt32, grades: Grades, firstFailed: Int, failedCount: Int) {
        self.statement = statement
        self.grades = grades
        self.firstFailed = firstFailed
        self.failedCount = failedCount
    }

    /// Whether the statement applies.
    @inlinable
    public var applies: Bool { !grades.isEmpty && failedCount == 0 }
}

/// Who asks, as principal elements are compared with it (spec §6.4); views into the message and the tables.
@frozen
public struct CallerFacts: BitwiseCopyable, Sendable {
    /// The kinds of caller that are evaluated.
    @frozen
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// `bearer` holds a token of an identity provider and no credentials yet (spec §8).
        case unknown, root, user, session, federatedUser, service, anonymous, bearer
    }

    /// What kind of caller it is.
    public var kind = Kind.unknown
    /// The twelve digits.
    public var account = ByteView()
    /// The canonical id of its account, or no bytes.
    public var canonicalID = ByteView()
    /// The user's ARN, or the role's, with path; of a federated-user session, its user's.
    public var arn = ByteView()
    /// `AIDA…` or `AROA…`, or no bytes.
    public var id = ByteView()
    /// A session's own ARN, also of a federated user.
    public var sessionARN = ByteView()
    /// The calling service's name.
    public var service = ByteView()
    /// The identity provider of the session or bearer, or no bytes.
    public var provider = ByteView()
    /// Whether it has a permissions boundary.
    public var hasBoundary = false
    /// Whether it is compared with the Allows of a role's trust policy: an identity provider there names the bearers of its
    /// tokens and no session, and nothing else names a bearer (spec §8).
    public var seeksTrust = false

    /// Nobody.
    @inlinable
    public init() {}
}
