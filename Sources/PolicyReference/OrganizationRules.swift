public import PolicyModel

/// Whom the control policies of an organization bind (spec §6.2).
public enum OrganizationRules {
    /// The levels of service control policies that bind the caller, `nil` when none do.
    ///
    /// "Exempt: management account's principals; service-linked-role sessions; service principals; anonymous; principals
    /// of accounts outside the org. Not exempt: root users of member accounts; users with full admin."
    ///
    /// That no list is given is what "outside the org" and "Feature off: skip ceiling" come to. `[]` is in play, and
    /// grants nothing (design §3.4): one level with no policies.
    public static func bindingServiceControlPolicies(_ question: ReferenceQuestion) -> [[Document]]? {
        let caller = question.caller
        guard let levels = question.serviceControlPolicies, let account = caller.account else { return nil }
        if caller.organization?.masterAccount == account || caller.isServiceLinked { return nil }
        return levels.isEmpty ? [[]] : levels
    }

    /// The resource control policies that act on the question; `nil` when none do.
    ///
    /// "Exempt: resources in management account; service-linked-role calls; services that do not opt in. Not exempt:
    /// external principals, root, service principals, anonymous."
    public static func actingResourceControlPolicies(_ question: ReferenceQuestion) -> [[Document]]? {
        if let organization = question.resourceOrganization, organization.masterAccount == question.resourceAccount {
            return nil
        }
        if question.caller.isServiceLinked || !optsIn(question) { return nil }
        return question.resourceControlPolicies
    }

    /// A service is what stands before the colon of the action.
    private static func optsIn(_ question: ReferenceQuestion) -> Bool {
        guard let services = question.resourceControlPolicyServices else { return true }
        let service = question.action.foldedASCII.split(at: ASCII.colon).first
        return services.contains { $0.foldedASCII == service }
    }
}
