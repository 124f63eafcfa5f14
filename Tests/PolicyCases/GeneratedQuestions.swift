package import PolicyGenerators
internal import PolicyModel
package import PolicyReference

extension ReferenceQuestion {
    /// The question that a generator made, as the reference reads it.
    package init(_ generated: GeneratedQuestion) {
        let request = generated.request
        self.init(
            caller: ReferenceCaller(generated.caller), action: request.action, resource: request.resource,
            resourceAccount: generated.resourceAccount)
        session = generated.session.map { ReferenceSession($0) }
        resourcePolicyRequired = generated.resourcePolicyRequired
        isTrustPolicy = generated.isTrustPolicy
        resourceTags = referenceTags(generated.resourceTags ?? [])
        identityPolicies = generated.identityPolicies
        attachedPolicies = generated.attachedPolicies
        groupPolicies = generated.groupPolicies
        permissionsBoundary = generated.permissionsBoundary
        sessionPolicies = generated.sessionPolicies
        managedSessionPolicies = generated.managedSessionPolicies
        resourcePolicies = generated.resourcePolicies
        context = request.context
        now = generated.now
        declaredKeys = generated.declaredKeys
        generated.organization.map { add($0) }
    }

    private mutating func add(_ organization: GeneratedOrganization) {
        func place(_ nodes: [Text]?) -> ReferenceOrganization? {
            nodes.map {
                ReferenceOrganization(id: organization.id, masterAccount: organization.masterAccount, nodes: $0)
            }
        }
        caller.organization = place(organization.principalNodes)
        resourceOrganization = place(organization.resourceNodes)
        serviceControlPolicies = organization.serviceControlPolicies
        resourceControlPolicies = organization.resourceControlPolicies
        resourceControlPolicyServices = organization.services
    }
}

extension ReferenceAssumption {
    /// The call that a generator made.
    package init(_ generated: GeneratedAssumption) {
        var question = ReferenceQuestion(generated.question)
        if let provider = generated.federatedProvider { question.caller = .bearer(provider: provider) }
        self.init(
            by: question, of: question.resource, tags: question.resourceTags,
            trustPolicy: question.resourcePolicies.first ?? .empty, sessionName: generated.sessionName)
        tags = referenceTags(generated.tags)
        transitiveTagKeys = generated.transitiveTagKeys
        sourceIdentity = generated.sourceIdentity
        externalID = generated.externalID
        rolePolicies = generated.rolePolicies
        roleBoundary = generated.roleBoundary
        sessionPolicies = generated.sessionPolicies
        managedSessionPolicies = generated.managedSessionPolicies
        durationSeconds = generated.durationSeconds
    }
}

extension ReferenceSession {
    init(_ generated: GeneratedSession) {
        self.init()
        tags = referenceTags(generated.tags)
        transitiveTagKeys = generated.transitiveTagKeys
        sourceIdentity = generated.sourceIdentity
        federatedProvider = generated.federatedProvider
        issued = generated.issued
        mfaPresent = generated.mfaPresent
        mfaAgeSeconds = generated.mfaAgeSeconds
    }
}

extension ReferenceCaller {
    /// The caller that a generator made.
    package init(_ generated: GeneratedCaller) {
        let tags = referenceTags(generated.tags)
        let canonicalID = generated.canonicalID
        switch generated.principal {
        case .user(let account, let arn):
            self = .user(account, arn: arn, id: generated.userID, tags: tags, canonicalID: canonicalID)
        case .assumedRole(let account, _, let session):
            self = .roleSession(
                account, roleARN: generated.roleARN ?? "", sessionName: session, roleID: generated.roleID, tags: tags,
                canonicalID: canonicalID)
        case .root(let account): self = .root(account, canonicalID: canonicalID)
        case .federatedUser(let account, let name):
            self = .federatedUser(
                account, name: name, userARN: generated.userARN, userID: generated.userID, tags: tags,
                canonicalID: canonicalID)
        case .service(let name): self = .service(name)
        case .anonymous: self = .anonymous
        }
    }
}

private func referenceTags(_ tags: [GeneratedTag]) -> [ReferenceCaller.Tag] {
    tags.map { ReferenceCaller.Tag(key: $0.key, value: $0.value) }
}
