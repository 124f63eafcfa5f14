internal import Authorizer
internal import PolicyModel
internal import PolicySyntax

/// What a person can do about an answer that policies alone do not explain: a sentence each.
struct ExplanationHints {
    let directory: Directory
    let asked: AskedQuestion
    let trace: Trace
    let locator: PolicyLocator

    /// The sentences, what matters most first.
    var sentences: [String] {
        switch trace.verdict.reason {
        case .brokenReference: BrokenReferences(directory, asked, trace).sentences
        case .sessionRequired: asked.needsUser ? [ExplanationHints.needsUser] : missingFacts
        case .unknownPrincipal: CallerHints(directory, asked).sentences
        case .unknownRole: [unknownRole].compactMap { $0 }
        case .rootDisabled: [rootDisabled].compactMap { $0 }
        case .unknownResourceAccount: [unknownOwner]
        case .ambiguousOwner: [ExplanationHints.oneOwner]
        default: []
        }
    }

    private static let needsUser =
        "the ARN of a federated user does not say whose session it is: give `session.user`, the ARN of the user behind it"

    private static let oneOwner =
        "every file in `resources/` whose `Resource` matches it, by its `Owner` or its folder, and the account in the ARN must"
        + " say the same account"

    private var unknownRole: String? {
        guard let arn = ARN(asked.resource), let account = AccountID(arn.account) else { return nil }
        let name = arn.resource.split(at: ASCII.slash).last ?? ""
        return directory.roles[.role(account, name.foldedASCII)].map {
            "the store has a role of this name, whose ARN is `\($0.arn)`"
        } ?? "account \(account) of the store has no role `\(name)`"
    }

    private var rootDisabled: String? {
        ARN(asked.principal).map { "`\"RootUser\": \"enabled\"` in the `account.json` of \($0.account) enables it" }
    }

    private var unknownOwner: String {
        let places = "a file in `accounts/<account>/resources/` whose `Resource` matches it"
        let field = "12 digits in the ARN's fifth field"
        let rest =
            directory.organization == nil
            ? "" : ", or `DefaultResourceAccount` of `organization.json`"
        return "\(places) says whose it is, or \(field)\(rest)"
    }

    // MARK: Facts of the session

    /// That the call would change what is not known, and which statements read what the question does not say.
    private var missingFacts: [String] {
        // Who says something of the session, and not when it was issued, lacks that alone (design §3.3).
        let wanted = GlobalConditionKey.allCases.filter {
            asked.hasSession ? $0 == .tokenIssueTime : $0.isSessionFact
        }
        var sentences: [String] = []
        if asked.setsSourceIdentity, !asked.hasSession {
            let howToGive = GlobalConditionKey.stsSourceIdentity.howToGive
            sentences.append("`sourceIdentity` may not change the one that the caller's session has: \(howToGive)")
        }
        for record in trace.layers {
            for located in locator.layer(record.layer, level: record.level)?.documents ?? [] {
                sentences += ExplanationHints.readers(of: wanted, in: located, asked)
                // A principal may have a thousand of them; the first are enough to go on.
                guard sentences.count < ExplanationBounds.reply.hintsMax else { return sentences }
            }
        }
        return sentences
    }

    private static func readers(
        of wanted: [GlobalConditionKey], in located: PolicyLocator.Located, _ asked: AskedQuestion
    ) -> [String] {
        let document = located.document
        return document.statements.enumerated().compactMap { index, statement in
            let place = located.source.place(ofStatement: index)
            let name = statement.sid.map { "statement `\($0)`" } ?? "statement \(index)"
            let file = located.source.file.isEmpty ? "" : " (\(located.source.file):\(place.line):\(place.column))"
            let which = "\(name) of `\(located.policy)`\(file)"
            if let key = wanted.first(where: { statement.reads($0, expandsVariables: document.expandsVariables) }) {
                return "\(which) tests `\(key.spelling)`: \(key.howToGive)"
            }
            guard !asked.hasSession, statement.refusesProvider else { return nil }
            return "\(which) denies an identity provider: \(GlobalConditionKey.federatedProvider.howToGive)"
        }
    }
}

extension AskedQuestion {
    /// Whether it is of a federated user, and does not say whose session it is.
    fileprivate var needsUser: Bool {
        guard sessionUser.isEmpty, case .federatedUser = Caller(principal) else { return false }
        return true
    }
}

extension GlobalConditionKey {
    /// How a question says what the key holds; of what a session may lack, that it says something of the session at all.
    fileprivate var howToGive: String {
        switch self {
        case .tokenIssueTime: "give `session.issued`"
        case .sourceIdentity, .stsSourceIdentity:
            "give `session.sourceIdentity`, or a `session` without it where there is none"
        case .federatedProvider: "give `session.federatedProvider`, or a `session` without it where there is none"
        default: "give `session`"
        }
    }
}

extension Statement {
    /// Whether a condition tests a key, or a variable reads it.
    fileprivate func reads(_ key: GlobalConditionKey, expandsVariables: Bool) -> Bool {
        let name = Text(key.rawValue)
        func isRead(in text: Text) -> Bool {
            guard expandsVariables, text.hasVariableMark else { return false }
            return text.foldedASCII.string.contains("${\(name)")
        }
        return conditions.contains { condition in
            condition.key.foldedASCII == name
                || (condition.operator.base.takesVariables && condition.values.contains(where: isRead))
        } || (resource?.patterns.contains(where: isRead) ?? false)
    }

    /// Whether it denies those of an identity provider.
    fileprivate var refusesProvider: Bool {
        guard effect == .deny, case .principal(let patterns) = principal else { return false }
        return patterns.contains { if case .federated = $0 { true } else { false } }
    }
}
