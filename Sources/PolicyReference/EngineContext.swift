import PolicyModel

/// The keys that the engine itself computes (spec §7, source `E`, and the resource's from the registry).
public enum EngineContext {
    /// The whole context of a question: the caller's keys, and the engine's.
    ///
    /// "caller-supplied values for them are rejected, never merged": here they are dropped.
    public static func context(of question: ReferenceQuestion) -> ReferenceContext {
        let asserted = question.context.filter { !ConditionKeys.isEngineOwned(folded: $0.key.foldedASCII) }
        var context = ReferenceContext(asserted, declaredKeys: question.declaredKeys)
        addTagKeys(of: asserted, to: &context)
        addPrincipal(question.caller, to: &context)
        addSession(question.caller, to: &context)
        addClock(question.now, to: &context)
        context["aws:ResourceAccount"] = .single(question.resourceAccount.text)
        for tag in question.resourceTags {
            context[Text("aws:ResourceTag/\(tag.key)")] = .single(tag.value)
        }
        return context
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

    /// "`aws:PrincipalArn`: user ARN; role session → **role ARN with path**, never the session ARN; root → `…:root`";
    /// "`aws:PrincipalAccount`: always"; "`aws:PrincipalTag/<k>`: absent if untagged; value `""` legal";
    /// "`aws:PrincipalIsAWSService`: `false` for humans/roles".
    private static func addPrincipal(_ caller: ReferenceCaller, to context: inout ReferenceContext) {
        context["aws:PrincipalArn"] = .single(caller.roleARN ?? caller.arn)
        context["aws:PrincipalAccount"] = .single(caller.account.text)
        context["aws:PrincipalType"] = .single(type(of: caller))
        context["aws:PrincipalIsAWSService"] = .single("false")
        context["aws:userid"] = userID(of: caller).map { .single($0) }
        if caller.kind == .user {
            // "**IAM users only**": the name is what stands behind the path.
            context["aws:username"] = caller.arn.split(at: ASCII.slash).last.map { .single($0) }
        }
        for tag in caller.tags {
            context[Text("aws:PrincipalTag/\(tag.key)")] = .single(tag.value)
        }
    }

    /// "`Account` (root), `User`, […], `AssumedRole`".
    private static func type(of caller: ReferenceCaller) -> Text {
        switch caller.kind {
        case .root: "Account"
        case .user: "User"
        case .roleSession: "AssumedRole"
        }
    }

    /// "root: account id; user: `AIDA…`; session: `AROA…:sessionName`"; absent for an entity without an id.
    private static func userID(of caller: ReferenceCaller) -> Text? {
        switch caller.kind {
        case .root: caller.account.text
        case .user: caller.userID
        case .roleSession:
            caller.roleID.flatMap { id in
                caller.arn.split(at: ASCII.slash).last.map { Text("\(id):\($0)") }
            }
        }
    }

    /// "`aws:MultiFactorAuthPresent`: **temporary** credentials only"; for a session of which nothing more is known it
    /// is false (design §3.3).
    private static func addSession(_ caller: ReferenceCaller, to context: inout ReferenceContext) {
        if caller.kind == .roleSession { context["aws:MultiFactorAuthPresent"] = .single("false") }
    }

    /// "`aws:CurrentTime`, `aws:EpochTime`: always; one reading per request".
    private static func addClock(_ now: Instant, to context: inout ReferenceContext) {
        context["aws:CurrentTime"] = .single(SlowDate.written(now))
        context["aws:EpochTime"] = .single(Text(String(now.seconds)))
    }
}
