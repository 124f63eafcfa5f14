internal import PolicyModel
package import PolicyReference

/// Questions that differ from one in a point or two, as an attacker or a slip would make them.
extension ReferenceQuestion {
    /// The question itself, its neighbours, and those of the same question with more granted, or less.
    package var neighbourhood: [ReferenceQuestion] {
        neighbours + granted.neighbours + bare.neighbours
    }

    private var neighbours: [ReferenceQuestion] {
        [self] + contextNeighbours + targetNeighbours + callerNeighbours + factNeighbours + placeNeighbours
            + satisfyingNeighbours.flatMap { [$0] + $0.beside + [with($0.action, $0.resource)] }
    }

    /// The same about what another question is about, and with nothing known of the credentials but that they are good.
    private func with(_ action: Text, _ resource: Text) -> ReferenceQuestion {
        with {
            ($0.action, $0.resource, $0.session) = (action, resource, nil)
            guard caller.kind != .user, caller.kind != .root, caller.account != nil else { return }
            $0.session = ReferenceSession()
            $0.session?.issued = "2026-01-01T00:00:00Z"
        }
    }

    /// The same about something else, or by somebody else.
    private var beside: [ReferenceQuestion] {
        let stranger = caller.account.map {
            ReferenceCaller.user($0, arn: Text("arn:aws:iam::\($0):user/stranger"), tags: caller.tags)
        }
        var others = otherActions.map { action in with { $0.action = action } }
        if resource != "*" { others.append(with { $0.resource = Text(resource.string + "-another") }) }
        others.append(
            asked(by: stranger ?? .service("another.example")).with { $0.session = stranger == nil ? nil : session })
        return others
    }

    /// Actions that are asked of the same policies.
    private var otherActions: [Text] {
        isTrustPolicy ? ["sts:TagSession", "sts:AssumeRole", "sts:AssumeRoleWithSAML"] : ["another:Thing"]
    }

    func with(_ change: (inout ReferenceQuestion) -> Void) -> ReferenceQuestion {
        var copy = self
        change(&copy)
        return copy
    }

    static let everything = Statement(effect: .allow, action: .action(["*"]), resource: .resource(["*"]))

    /// The same where nothing is denied for want of an identity policy.
    private var granted: ReferenceQuestion {
        guard caller.account != nil, caller.kind != .root else { return self }
        return with {
            $0.identityPolicies.append(Document(version: .v2012, statements: [ReferenceQuestion.everything]))
        }
    }

    /// The same where the caller's own policies grant nothing.
    private var bare: ReferenceQuestion { with { $0.dropIdentityPolicies() } }

    private mutating func dropIdentityPolicies() {
        (identityPolicies, attachedPolicies, groupPolicies) = ([], [], [])
    }

    private mutating func dropSession() {
        (session, sessionPolicies, managedSessionPolicies) = (nil, nil, nil)
    }

    /// A key less, a key with another value, or one more that some policy reads, with each of the values it is held
    /// against.
    private var contextNeighbours: [ReferenceQuestion] {
        var neighbours = context.indices.flatMap { index in
            [
                with { $0.context.remove(at: index) }, with { $0.context[index].value = .single("another") },
                with { $0.context[index].value = .multiple(context[index].value.values + ["another"]) },
            ]
        }
        let given = Set(context.map(\.key.foldedASCII))
        for condition in documents.flatMap(\.statements).flatMap(\.conditions)
        where !given.contains(condition.key.foldedASCII) {
            for value in condition.values + ["another"] {
                for value in [ContextValue.single(value), .multiple([value]), .multiple([value, "another"])] {
                    neighbours.append(with { $0.context.append(.init(key: condition.key, value: value)) })
                }
            }
        }
        return neighbours
    }

    /// Another action or resource, and such as some policy names.
    private var targetNeighbours: [ReferenceQuestion] {
        let service = action.split(at: ASCII.colon, maximum: 2).first ?? action
        let actions = documents.flatMap(\.statements).flatMap(\.action.patterns).map(\.filled)
        let resources = documents.flatMap(\.statements).flatMap { $0.resource?.patterns ?? [] }
            .flatMap { [$0, $0.filled] }
        // Another service's resource, of the same owner.
        let foreign = ARN(resource).map { Text("arn:aws:another::\($0.account):thing") }
        let asked = isTrustPolicy ? otherActions : otherActions + [Text(service.string + ":Another")] + actions
        let things =
            [Text(resource.string + "-another")] + (isTrustPolicy ? [] : [foreign].compactMap { $0 } + resources)
        return asked.filter { $0.utf8.count > 1 }.map { action in with { $0.action = action } }
            + things.filter { ARN($0) != nil && resource != "*" }.map { thing in with { $0.resource = thing } }
    }

    /// Callers of every kind, in the accounts of the question and outside, and those that some policy names.
    private var callerNeighbours: [ReferenceQuestion] {
        let tested = documents.flatMap(\.statements).flatMap(\.conditions).flatMap(\.values).compactMap {
            AccountID($0)
        }
        let accounts = [caller.account, resourceAccount, AccountID("777777777777")].compactMap { $0 } + tested
        let named = documents.flatMap(\.statements).flatMap { $0.principal?.patterns ?? [] }.flatMap(\.callers)
        let users = accounts.flatMap { account in
            ["stranger", "bob"].map { ReferenceCaller.user(account, arn: Text("arn:aws:iam::\(account):user/\($0)")) }
        }
        let roots = accounts.map { ReferenceCaller.root($0) }
        let sessions = accounts.map { account in
            ReferenceCaller.roleSession(
                account, roleARN: Text("arn:aws:iam::\(account):role/p/R"), sessionName: "another")
        }
        return (users + roots + sessions + named + [.service("another.example"), .anonymous]).map(asked) + idNeighbours
            + taggedNeighbours
    }

    /// A user with every tag that some policy tests.
    private var taggedNeighbours: [ReferenceQuestion] {
        guard let account = caller.account ?? resourceAccount else { return [] }
        var tagged = asked(by: .user(account, arn: Text("arn:aws:iam::\(account):user/bob")))
        for condition in documents.flatMap(\.statements).flatMap(\.conditions) {
            let key = condition.key.foldedASCII
            if key.hasPrefix("aws:principaltag/") {
                tagged.tag(key.dropFirst("aws:principaltag/".utf8.count), "another")
            }
        }
        return [tagged]
    }

    /// The caller with an id that some policy names.
    private var idNeighbours: [ReferenceQuestion] {
        documents.flatMap(\.statements).flatMap { $0.principal?.patterns ?? [] }.map { pattern in
            with {
                switch pattern {
                case .userID(let id) where caller.userARN != nil: $0.caller.userID = id
                case .roleID(let id) where caller.roleARN != nil: $0.caller.roleID = id
                case .canonicalUser(let id) where caller.account != nil: $0.caller.canonicalID = id
                default: break
                }
            }
        }
    }

    /// The question asked by somebody else, with what belongs to the first left behind.
    private func asked(by other: ReferenceCaller) -> ReferenceQuestion {
        with {
            $0.caller = other
            if other.account == caller.account { $0.caller.organization = caller.organization }
            $0.dropSession()
            if other.userARN == nil { $0.groupPolicies = [] }
            guard other.account == nil || other.kind == .root else { return }
            $0.dropIdentityPolicies()
            $0.permissionsBoundary = nil
        }
    }

    /// For each statement, the question that it is about, as far as the caller can be one of whom it holds.
    var satisfyingNeighbours: [ReferenceQuestion] {
        documents.flatMap(\.statements).flatMap { statement in
            zip(statement.action.patterns, (statement.resource?.patterns ?? [resource]) + [resource]).map {
                action, pattern in
                with {
                    if action != "*" { $0.action = action.filled }
                    if ARN(pattern) != nil, !isTrustPolicy { $0.resource = pattern.filled }
                    for condition in statement.conditions { $0.satisfy(condition) }
                    for text in statement.conditions.flatMap(\.values) + [pattern] { $0.bind(text) }
                }
            }
        }
    }

    /// Gives a key the first value that it is held against, wherever its value comes from.
    private mutating func satisfy(_ condition: Condition) {
        guard let first = condition.values.first else { return }
        // An address of the range.
        let value = condition.operator.base.family == .ip ? first.split(at: ASCII.slash).first ?? first : first.filled
        let key = condition.key.foldedASCII
        var known = session ?? ReferenceSession()
        switch key.string {
        case "aws:sourceidentity": known.sourceIdentity = value
        case "aws:federatedprovider": known.federatedProvider = value
        case "aws:tokenissuetime": known.issued = "2025-06-01T00:00:00Z"
        case "aws:multifactorauthpresent", "aws:multifactorauthage": (known.mfaPresent, known.mfaAgeSeconds) = (true, 5)
        case "aws:currenttime", "aws:epochtime": now = Instant(seconds: now.seconds - 1)
        default:
            if key.hasPrefix("aws:principaltag/") {
                tag(key.dropFirst("aws:principaltag/".utf8.count), value)
            } else if key.hasPrefix("aws:resourcetag/"), isTrustPolicy || !resourceTags.isEmpty {
                let name = key.dropFirst("aws:resourcetag/".utf8.count)
                resourceTags.removeAll { $0.key.foldedASCII == name }
                resourceTags.append(.init(key: name, value: value))
            } else {
                context.removeAll { $0.key.foldedASCII == key }
                context.append(.init(key: condition.key, value: .single(value)))
            }
            return
        }
        if caller.account != nil { session = known }
    }

    /// Gives the caller the tags and the source identity that a text's variables stand for.
    private mutating func bind(_ text: Text) {
        for part in text.string.split(separator: "${", omittingEmptySubsequences: false).dropFirst() {
            let name = Text(String(part.prefix { $0 != "}" && $0 != "," })).foldedASCII
            if name.hasPrefix("aws:principaltag/") { tag(name.dropFirst("aws:principaltag/".utf8.count), "bob") }
            if name == "aws:username", caller.kind != .user, let account = caller.account {
                caller = .user(account, arn: Text("arn:aws:iam::\(account):user/bob"))
                dropSession()
            }
            if name == "aws:sourceidentity" {
                var known = session ?? ReferenceSession()
                known.sourceIdentity = "bob"
                session = known
            }
        }
    }

    private mutating func tag(_ key: Text, _ value: Text) {
        guard caller.userARN != nil || caller.roleARN != nil else { return }
        caller.tags.removeAll { $0.key.foldedASCII == key }
        caller.tags.append(.init(key: key, value: value))
    }

    var documents: [Document] {
        identityPolicies + attachedPolicies + groupPolicies.flatMap { $0 } + resourcePolicies
            + (permissionsBoundary.map { [$0] } ?? []) + (sessionPolicies ?? []) + (managedSessionPolicies ?? [])
            + (serviceControlPolicies ?? []).flatMap { $0 } + (resourceControlPolicies ?? []).flatMap { $0 }
    }
}

extension Text {
    /// A pattern with something in the place of its wildcards and variables.
    var filled: Text {
        var text = ""
        var rest = string.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "$", rest.first == "{" {
                rest = rest.drop { $0 != "}" }.dropFirst()
                text += "bob"
            } else if scalar == "*" || scalar == "?" {
                text += "x"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return Text(text)
    }
}

extension PrincipalPattern {
    /// Callers that the pattern is about.
    fileprivate var callers: [ReferenceCaller] {
        switch self {
        case .everyone, .federated, .canonicalUser, .userID, .roleID: return []
        case .account(let account):
            return [
                .root(account), .user(account, arn: Text("arn:aws:iam::\(account):user/bob")),
            ]
        case .service(let name): return [.service(name)]
        case .user(let text), .role(let text), .assumedRole(let text), .federatedUser(let text):
            guard let arn = ARN(text), let account = AccountID(arn.account) else { return [] }
            return [PrincipalPattern.caller(arn, account)].compactMap { $0 }
        }
    }

    private static func caller(_ arn: ARN, _ account: AccountID) -> ReferenceCaller? {
        let parts = arn.resource.split(at: ASCII.slash)
        guard parts.count >= 2, let name = parts.last else { return nil }
        switch parts[0].string {
        case "user": return .user(account, arn: arn.text)
        case "role": return .roleSession(account, roleARN: arn.text, sessionName: "another")
        case "assumed-role":
            return .roleSession(account, roleARN: Text("arn:aws:iam::\(account):role/\(parts[1])"), sessionName: name)
        default: return .federatedUser(account, name: name, userARN: Text("arn:aws:iam::\(account):user/bob"))
        }
    }
}
