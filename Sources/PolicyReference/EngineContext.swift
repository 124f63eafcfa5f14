import PolicyModel

/// The keys that the engine itself computes (spec §7, source `E`, and the resource's from the registry).
public enum EngineContext {
    /// The whole context of a question: the caller's keys, and the engine's.
    ///
    /// "caller-supplied values for them are rejected, never merged": here they are dropped.
    public static func context(of question: ReferenceQuestion) -> ReferenceContext {
        let asserted = question.context.filter { isCallers($0.key.foldedASCII, question.caller) }
        var context = ReferenceContext(asserted, declaredKeys: question.declaredKeys)
        addTagKeys(of: asserted, to: &context)
        // "service-forwarded calls only (`ViaAWSService` = false otherwise)".
        if context.values(of: "aws:ViaAWSService")?.isEmpty ?? true { context["aws:ViaAWSService"] = .single("false") }
        addPrincipal(question.caller, to: &context)
        addTags(question, to: &context)
        addOrganization(question.caller.organization, to: &context)
        addCredentials(question, to: &context)
        addClock(question.now, to: &context)
        addResource(question, to: &context)
        for entry in question.callKeys { context[entry.key] = entry.value }
        return context
    }

    /// Whether a key is the caller's to give; what a SAML provider asserts comes with its bearer ("`saml:*` […] E from the
    /// STS call").
    private static func isCallers(_ folded: Text, _ caller: ReferenceCaller) -> Bool {
        !ConditionKeys.isEngineOwned(folded: folded) || (caller.kind == .bearer && folded.hasPrefix("saml:"))
    }

    /// "`aws:RequestTag/<k>`, `aws:TagKeys` (multi): tags passed in the request; TagKeys = its key names": made from the
    /// tags where the caller does not name the keys.
    private static func addTagKeys(of asserted: [Request.ContextEntry], to context: inout ReferenceContext) {
        guard context.values(of: "aws:TagKeys")?.isEmpty ?? true else { return }
        let tags = asserted.filter {
            ConditionKeys.isTag($0.key.foldedASCII, .requestTag) && !$0.value.values.isEmpty
        }
        let names = tags.map { $0.key.dropFirst(TagKeyPrefix.requestTag.rawValue.utf8.count) }
        if !names.isEmpty { context["aws:TagKeys"] = .multiple(names) }
    }

    /// "`aws:PrincipalArn`: user ARN; role session → **role ARN with path**, never the session ARN; federated user → its
    /// ARN; root → `…:root`; absent for anonymous, service principals"; "`aws:PrincipalAccount`: always; `anonymous` for
    /// anonymous; absent for service principals".
    private static func addPrincipal(_ caller: ReferenceCaller, to context: inout ReferenceContext) {
        context["aws:PrincipalType"] = type(of: caller).map { .single($0) }
        context["aws:userid"] = userID(of: caller).map { .single($0) }
        switch caller.kind {
        case .user, .root, .roleSession, .federatedUser:
            context["aws:PrincipalArn"] = .single(caller.roleARN ?? caller.arn)
            context["aws:PrincipalAccount"] = caller.account.map { .single($0.text) }
            // "`false` for humans/roles".
            context["aws:PrincipalIsAWSService"] = .single("false")
        case .service:
            context["aws:PrincipalIsAWSService"] = .single("true")
            context["aws:PrincipalServiceName"] = .single(caller.arn)
            context["aws:PrincipalServiceNamesList"] = .multiple([caller.arn])
        case .anonymous, .bearer:
            context["aws:PrincipalAccount"] = .single("anonymous")
        }
        if caller.kind == .user {
            // "**IAM users only**": the name is what stands behind the path.
            context["aws:username"] = caller.arn.split(at: ASCII.slash).last.map { .single($0) }
        }
        // "in trust: the unauthenticated caller" (spec §6.4) has a provider, too.
        if let provider = caller.presentedProvider { context["aws:FederatedProvider"] = .single(provider) }
    }

    /// "`Account` (root), `User`, `FederatedUser`, `AssumedRole` (also OIDC/SAML sessions), `Anonymous`".
    private static func type(of caller: ReferenceCaller) -> Text? {
        switch caller.kind {
        case .root: "Account"
        case .user: "User"
        case .roleSession: "AssumedRole"
        case .federatedUser: "FederatedUser"
        case .anonymous, .bearer: "Anonymous"
        case .service: nil
        }
    }

    /// "root: account id; user: `AIDA…`; session: `AROA…:sessionName`; federated: `acct:name`; anonymous: `anonymous`";
    /// an entity without an id is known by its ARN (design §3.2).
    private static func userID(of caller: ReferenceCaller) -> Text? {
        let name = caller.arn.split(at: ASCII.slash).last ?? ""
        switch caller.kind {
        case .root: return caller.account?.text
        case .user: return caller.userID ?? caller.userARN
        case .roleSession: return (caller.roleID ?? caller.roleARN).map { Text("\($0):\(name)") }
        case .federatedUser: return caller.account.map { Text("\($0):\(name)") }
        case .anonymous, .bearer: return "anonymous"
        case .service: return nil
        }
    }

    /// "`aws:PrincipalTag/<k>`: user tags, or role tags overlaid by session tags; absent if untagged; value `""` legal";
    /// "a session tag **overrides** the role's tag of the same key" (spec §8).
    private static func addTags(_ question: ReferenceQuestion, to context: inout ReferenceContext) {
        for tag in question.caller.tags + (question.session?.tags ?? []) {
            context[Text("aws:PrincipalTag/\(tag.key)")] = .single(tag.value)
        }
    }

    /// The organization's keys.
    ///
    /// "only if the account is in an org. Paths has one element, still needs a set operator".
    private static func addOrganization(_ place: ReferenceOrganization?, to context: inout ReferenceContext) {
        guard let place else { return }
        context["aws:PrincipalOrgID"] = .single(place.id)
        context["aws:PrincipalOrgPaths"] = .multiple([place.path])
        context["aws:PrincipalOrgMasterAccountId"] = .single(place.masterAccount.text)
    }

    /// What is known of the credentials.
    ///
    /// "`aws:MultiFactorAuthPresent`: **temporary** credentials only (`true`/`false`)"; for a session of which nothing
    /// more is known it is false (design §3.3). "`aws:MultiFactorAuthAge`: only if MFA was used". "`aws:SourceIdentity`,
    /// `aws:FederatedProvider`: only sessions that carry them". "`aws:TokenIssueTime`: temporary credentials only".
    private static func addCredentials(_ question: ReferenceQuestion, to context: inout ReferenceContext) {
        guard CredentialRules.isTemporary(question) else { return }
        let session = question.session ?? ReferenceSession()
        context["aws:MultiFactorAuthPresent"] = .single(session.mfaPresent ? "true" : "false")
        if session.mfaPresent, let age = session.mfaAgeSeconds {
            context["aws:MultiFactorAuthAge"] = .single(Text(String(age)))
        }
        if let issued = session.issued { context["aws:TokenIssueTime"] = .single(issued) }
        if let identity = session.sourceIdentity { context["aws:SourceIdentity"] = .single(identity) }
        if let provider = session.federatedProvider { context["aws:FederatedProvider"] = .single(provider) }
    }

    /// "`aws:CurrentTime`, `aws:EpochTime`: always; one reading per request".
    private static func addClock(_ now: Instant, to context: inout ReferenceContext) {
        context["aws:CurrentTime"] = .single(SlowDate.written(now))
        context["aws:EpochTime"] = .single(Text(String(now.seconds)))
    }

    /// "`aws:ResourceTag/<k>`, `aws:ResourceAccount`, `aws:ResourceOrgID`, `aws:ResourceOrgPaths` (multi): from the
    /// registry; absent for resources without tags / without org".
    private static func addResource(_ question: ReferenceQuestion, to context: inout ReferenceContext) {
        context["aws:ResourceAccount"] = question.resourceAccount.map { .single($0.text) }
        for tag in question.resourceTags {
            context[Text("aws:ResourceTag/\(tag.key)")] = .single(tag.value)
        }
        guard let place = question.resourceOrganization else { return }
        context["aws:ResourceOrgID"] = .single(place.id)
        context["aws:ResourceOrgPaths"] = .multiple([place.path])
    }
}
