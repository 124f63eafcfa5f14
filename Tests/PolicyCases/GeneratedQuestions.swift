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
        resourcePolicyRequired = generated.resourcePolicyRequired
        resourceTags = (generated.resourceTags ?? []).map { ReferenceCaller.Tag(key: $0.key, value: $0.value) }
        identityPolicies = generated.identityPolicies
        permissionsBoundary = generated.permissionsBoundary
        resourcePolicies = generated.resourcePolicies
        context = request.context
        now = generated.now
        declaredKeys = generated.declaredKeys
    }
}

extension ReferenceCaller {
    /// The caller that a generator made.
    package init(_ generated: GeneratedCaller) {
        let tags = generated.tags.map { Tag(key: $0.key, value: $0.value) }
        if let role = generated.roleARN, let session = generated.sessionName {
            self = .roleSession(
                generated.account, roleARN: role, sessionName: session, roleID: generated.roleID, tags: tags,
                canonicalID: generated.canonicalID)
        } else if case .user = generated.principal {
            self = .user(
                generated.account, arn: generated.arn, id: generated.userID, tags: tags,
                canonicalID: generated.canonicalID)
        } else {
            self = .root(generated.account, canonicalID: generated.canonicalID)
        }
    }
}
