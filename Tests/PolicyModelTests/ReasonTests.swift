import PolicyModel
import Testing

/// The sentence behind "User: … is (not) authorized to perform: … on resource: …", as AWS's own messages have it.
struct ReasonTests {
    private static let clauses: [Reason: String] = [
        .identityPolicyDeny: "with an explicit deny in an identity-based policy",
        .permissionsBoundaryDeny: "with an explicit deny in a permissions boundary",
        .sessionPolicyDeny: "with an explicit deny in a session policy",
        .resourcePolicyDeny: "with an explicit deny in a resource-based policy",
        .trustPolicyDeny: "with an explicit deny in the role trust policy",
        .serviceControlPolicyDeny: "with an explicit deny in a service control policy",
        .resourceControlPolicyDeny: "with an explicit deny in a resource control policy",
        .identityPolicy: "because no identity-based policy allows the docs:Read action",
        .permissionsBoundary: "because no permissions boundary allows the docs:Read action",
        .sessionPolicy: "because no session policy allows the docs:Read action",
        .resourcePolicy: "because no resource-based policy allows the docs:Read action",
        .trustPolicy: "because the role trust policy does not allow the docs:Read action",
        .serviceControlPolicy: "because no service control policy allows the docs:Read action",
        // AWS has no words for these.
        .allowed: "because the policies allow it",
        .unsuitableCredentials: "because credentials of this kind may not call it",
        .unknownRole: "because the store has no role of this ARN, which names its path, too",
        .sourceIdentityIsSet: "because the source identity of a role chain may not be changed",
        .unknownPrincipal: "because the store has no such principal",
        .rootDisabled: "because the root user of this account is disabled",
        .unknownResourceAccount: "because nothing says which account owns the resource",
        .ambiguousOwner: "because two sources disagree about which account owns the resource",
        .brokenReference: "because a file that it depends on names something that is deleted or broken",
        .sessionRequired: "because policies depend on facts of the session that the question does not give",
        .tooCostly: "because deciding took too many steps",
        .stalePolicies: "because the policies in force are older than the operator allows",
    ]

    @Test(arguments: Reason.allCases)
    func `every reason ends the sentence in its own words`(reason: Reason) {
        #expect(reason.clause(for: "docs:Read") == Self.clauses[reason])
    }

    /// What counts by reason has room for 32.
    @Test func `every reason is counted in its own place`() {
        #expect(Reason.allCases.map(\.ordinal) == Array(0..<Reason.allCases.count))
        #expect(Reason.allCases.count <= 32)
    }

    @Test func `no two reasons say the same`() {
        #expect(Set(Self.clauses.values).count == Reason.allCases.count)
    }
}
