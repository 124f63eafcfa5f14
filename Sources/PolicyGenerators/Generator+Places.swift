import PolicyModel

extension Generator {
    /// Spreads what a question's policies say over the places where the same counts alike (spec §6.1): the entity's own,
    /// attached ones, and those of groups; inline and managed session policies.
    mutating func place(_ question: inout GeneratedQuestion) {
        if placing.chance(60) { placeIdentityPolicies(&question) }
        guard let policies = question.sessionPolicies, placing.chance(50) else { return }
        let (managed, inline) = divided(policies)
        question.managedSessionPolicies = managed
        // Whoever names managed policies need not give others; no policies at all are in play as well.
        question.sessionPolicies = inline.isEmpty && placing.chance(50) ? nil : inline
    }

    private mutating func placeIdentityPolicies(_ question: inout GeneratedQuestion) {
        let (attached, inline) = divided(question.identityPolicies)
        (question.identityPolicies, question.attachedPolicies) = (inline, attached)
        // Only users are in groups.
        guard question.caller.userARN != nil, placing.chance(70) else { return }
        var groups: [[Document]] = Array(repeating: [], count: Int.random(in: 1...2, using: &placing))
        question.identityPolicies = unmoved(question.identityPolicies, into: &groups)
        question.attachedPolicies = unmoved(question.attachedPolicies, into: &groups)
        question.groupPolicies = groups
    }

    /// Puts some of the documents into groups; gives those that stay where they are.
    private mutating func unmoved(_ documents: [Document], into groups: inout [[Document]]) -> [Document] {
        var kept: [Document] = []
        for document in documents {
            let group = Int.random(in: 0..<groups.count, using: &placing)
            // What would be attached there has to be a managed policy.
            let isFit = groups[group].count % 2 == 0 || Generator.isManaged(document)
            if isFit, placing.chance(60) { groups[group].append(document) } else { kept.append(document) }
        }
        return kept
    }

    /// The documents in two lists, managed ones first.
    private mutating func divided(_ documents: [Document]) -> (managed: [Document], inline: [Document]) {
        var (managed, inline): ([Document], [Document]) = ([], [])
        for document in documents {
            if Generator.isManaged(document), placing.chance(50) {
                managed.append(document)
            } else {
                inline.append(document)
            }
        }
        return (managed, inline)
    }

    /// "CreatePolicy: "Policy document must be version 2012-10-17 or greater."" (spec §2.4).
    private static func isManaged(_ document: Document) -> Bool { document.version == .v2012 }

    /// Some roles have policies, and some calls bring others for the session to be: nothing of it decides a call.
    mutating func placeRole(_ call: inout GeneratedAssumption) {
        guard placing.chance(40) else { return }
        // About what the session will ask, and made of the other numbers, so that the calls of a seed stay as they were.
        let kept = (random, target)
        random = placing
        (target.action, target.resource) = ("docs:Read", "arn:aws:docs:::b/x")
        call.rolePolicies = documents(.identity, 0...1)
        if random.chance(50) { call.roleBoundary = document(kind: .boundary) }
        if random.chance(50) {
            call.sessionPolicies = documents(.session, 0...2)
        } else {
            call.managedSessionPolicies = documents(.managed, 0...2)
        }
        placing = random
        (random, target) = kept
    }
}
