internal import PolicyModel
internal import PolicyReference

/// Neighbours that differ in what is known of those whom the question is about.
extension ReferenceQuestion {
    /// Another fact of the credentials, another tag, or one less.
    var factNeighbours: [ReferenceQuestion] {
        sessionNeighbours
            + caller.tags.indices.flatMap { index in
                [
                    with { $0.caller.tags.remove(at: index) },
                    with { $0.caller.tags[index] = .init(key: caller.tags[index].key, value: "another") },
                ]
            }
            + resourceTags.indices.flatMap { index in
                [
                    with { $0.resourceTags.remove(at: index) },
                    with { $0.resourceTags[index] = .init(key: resourceTags[index].key, value: "another") },
                ]
            }
    }

    private var sessionNeighbours: [ReferenceQuestion] {
        guard caller.account != nil else { return [] }
        let known = session ?? ReferenceSession()
        func changed(_ change: (inout ReferenceSession) -> Void) -> ReferenceQuestion {
            var other = known
            change(&other)
            return with { $0.session = other }
        }
        return [
            changed { _ in }, changed { $0.issued = "2020-01-01T00:00:00Z" },
            changed { $0.issued = "2030-01-01T00:00:00Z" }, changed { $0.sourceIdentity = nil },
            changed { $0.sourceIdentity = "another" }, changed { $0.federatedProvider = nil },
            changed { $0.federatedProvider = "another.example" },
            changed { ($0.mfaPresent, $0.mfaAgeSeconds) = (false, nil) },
            changed { ($0.mfaPresent, $0.mfaAgeSeconds) = (true, 99_999) }, changed { $0.mfaPresent = true },
            changed { ($0.mfaPresent, $0.mfaAgeSeconds) = (true, nil) },
        ]
            + known.tags.indices.flatMap { index in
                [
                    changed { $0.tags.remove(at: index) },
                    changed { $0.tags[index] = .init(key: known.tags[index].key, value: "another") },
                ]
            }
    }

    /// The same elsewhere: in another organization or none, abroad, or under a boundary that lets everything through.
    var placeNeighbours: [ReferenceQuestion] {
        [
            outsideOfOrganizations, insideAnOrganization, inAnotherOrganization, inAnotherUnit, elsewhere, abroad,
            bounded,
        ].compactMap { $0 }
    }

    private var insideAnOrganization: ReferenceQuestion? {
        guard caller.organization == nil, resourceOrganization == nil, serviceControlPolicies == nil,
            resourceControlPolicies == nil, let master = AccountID("999999999999")
        else { return nil }
        let place = ReferenceOrganization(id: "o-1", masterAccount: master, nodes: ["r-1"])
        return with {
            if caller.account != nil { $0.caller.organization = place }
            // What stands in an organization is what has an account; the tree is one.
            $0.resourceOrganization = resourceAccount == nil ? nil : place
        }
    }

    private var outsideOfOrganizations: ReferenceQuestion {
        with {
            ($0.caller.organization, $0.resourceOrganization) = (nil, nil)
            ($0.serviceControlPolicies, $0.resourceControlPolicies) = (nil, nil)
        }
    }

    private var inAnotherOrganization: ReferenceQuestion {
        with {
            $0.caller.organization?.id = "o-another"
            $0.resourceOrganization?.id = "o-another"
        }
    }

    private var inAnotherUnit: ReferenceQuestion {
        with {
            $0.caller.organization?.moveToAnotherUnit()
            $0.resourceOrganization?.moveToAnotherUnit()
        }
    }

    private var elsewhere: ReferenceQuestion? {
        guard !isTrustPolicy, resource != "*", ARN(resource)?.account.isEmpty ?? false else { return nil }
        return with {
            $0.resourceAccount = AccountID("777777777777")
            ($0.resourceOrganization, $0.resourceControlPolicies) = (nil, nil)
        }
    }

    /// The resource in another account, where its policy lets everybody in.
    private var abroad: ReferenceQuestion? {
        var everybody = ReferenceQuestion.everything
        everybody.principal = .principal([.everyone])
        let document = Document(version: .v2012, statements: [everybody])
        return elsewhere?.with { $0.resourcePolicies.append(document) }
    }

    private var bounded: ReferenceQuestion? {
        guard caller.account != nil, caller.kind != .root, permissionsBoundary == nil else { return nil }
        return with {
            $0.permissionsBoundary = Document(version: .v2012, statements: [ReferenceQuestion.everything])
        }
    }
}

extension ReferenceOrganization {
    /// As deep as before, and below another unit.
    fileprivate mutating func moveToAnotherUnit() {
        if nodes.count > 1 { nodes[nodes.count - 1] = "ou-another" }
    }
}
