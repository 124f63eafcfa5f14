internal import PolicyModel
package import PolicyReference

/// Calls that differ from one in a point, as an attacker or a slip would make them.
extension ReferenceAssumption {
    /// The call itself, its neighbours, and those of the same call with more granted, or less.
    package var neighbourhood: [ReferenceAssumption] {
        let asked = question.neighbourhood.map(asking)
        let satisfied = asked.map(\.satisfied)
        return [self] + callNeighbours + asked + satisfied + satisfied.map(\.tagged)
            + ([question] + question.satisfyingNeighbours).map(asking).flatMap(\.bearers)
    }

    private func with(_ change: (inout ReferenceAssumption) -> Void) -> ReferenceAssumption {
        var copy = self
        change(&copy)
        return copy
    }

    /// The same call of another question about the role.
    private func asking(_ other: ReferenceQuestion) -> ReferenceAssumption {
        with {
            $0.question = other
            $0.question.action = Text("sts:" + AssumptionRules.call(of: other.caller).rawValue)
        }
    }

    /// The call that the policies ask for: every key that they test has the first value that it is held against.
    private var satisfied: ReferenceAssumption {
        var call = self
        for condition in question.documents.flatMap(\.statements).flatMap(\.conditions) {
            guard let value = condition.values.first?.filled else { continue }
            let key = condition.key.foldedASCII
            switch key.string {
            case "sts:externalid": call.externalID = value
            case "sts:rolesessionname": call.sessionName = value
            case "sts:sourceidentity":
                call.sourceIdentity = value
                // Only who is known to have none may set one.
                guard call.question.caller.kind == .roleSession, call.question.session == nil else { continue }
                call.question.session = ReferenceSession()
                call.question.session?.issued = "2026-01-01T00:00:00Z"
            case "aws:tagkeys": call.tags = condition.values.map { .init(key: $0, value: "any") }
            default:
                guard key.hasPrefix("aws:requesttag/") else { continue }
                call.tags = [.init(key: key.dropFirst("aws:requesttag/".utf8.count), value: value)]
            }
        }
        return call
    }

    /// A member of the call less, or with another value.
    private var callNeighbours: [ReferenceAssumption] {
        [
            with { $0.externalID = nil }, with { $0.externalID = "another" }, with { $0.sourceIdentity = nil },
            with { $0.sourceIdentity = "another" }, with { $0.sessionName = "another" },
            with { ($0.tags, $0.transitiveTagKeys) = ([], []) },
            with { ($0.tags, $0.transitiveTagKeys) = ([.init(key: "another", value: "tag")], []) },
            with { $0.transitiveTagKeys = tags.map(\.key) }, with { $0.transitiveTagKeys = [] },
            with { $0.tags.append(.init(key: "another", value: "tag")) }, inheriting,
        ]
            + tags.indices.map { index in
                with { $0.tags[index] = .init(key: tags[index].key, value: "another") }
            }
    }

    /// The same with a tag and a source identity, which take an action more each.
    private var tagged: ReferenceAssumption {
        with {
            $0.tags = [.init(key: "another", value: "tag")]
            $0.sourceIdentity = question.session?.sourceIdentity ?? sourceIdentity ?? "another"
        }
    }

    /// The same of a session that hands on a tag.
    private var inheriting: ReferenceAssumption {
        with {
            guard question.caller.account != nil else { return }
            var session = question.session ?? ReferenceSession()
            session.tags = [.init(key: "inherited", value: "tag")]
            session.transitiveTagKeys = ["inherited"]
            session.issued = "2026-01-01T00:00:00Z"
            $0.question.session = session
        }
    }

    /// Bearers of every provider that the trust policy names, and of another.
    private var bearers: [ReferenceAssumption] {
        let named = question.resourcePolicies.flatMap(\.statements).flatMap { $0.principal?.patterns ?? [] }
            .compactMap { if case .federated(let provider) = $0 { provider } else { nil } }
        return (named + ["another.example", "arn:aws:iam::111111111111:saml-provider/Another"]).map { provider in
            var other = question
            other.caller = .bearer(provider: provider)
            (other.session, other.sessionPolicies, other.managedSessionPolicies) = (nil, nil, nil)
            (other.identityPolicies, other.attachedPolicies, other.groupPolicies) = ([], [], [])
            (other.permissionsBoundary, other.serviceControlPolicies) = (nil, nil)
            return asking(other)
        }
    }
}
