import Directory
import PolicyModel
import PolicySyntax

/// Entities in the shapes that IAM exports (design §3.2).
struct EntityWriter {
    let generation: String?

    func json(_ source: PolicySource) -> JSONText {
        var document = source.document
        if let generation {
            for index in document.statements.indices { document.statements[index].sid = Text("\(generation)n\(index)") }
        }
        return .raw(PolicyPrinter.print(document, pretty: false))
    }

    func json(_ user: User) -> JSONText {
        .object(
            [("UserName", .string(user.name.string)), ("Tags", json(user.tags))]
                + [("GroupList", .array(user.groups.map { .string($0.string) }))]
                + members(user.holdings, inline: "UserPolicyList"))
    }

    func json(_ group: Group) -> JSONText {
        .object([("GroupName", .string(group.name.string))] + members(group.holdings, inline: "GroupPolicyList"))
    }

    func json(_ role: Role) -> JSONText {
        .object(
            [("RoleName", .string(role.name.string)), ("AssumeRolePolicyDocument", json(role.trustPolicy))]
                + members(role.holdings, inline: "RolePolicyList"))
    }

    func json(_ entry: ResourceEntry) -> JSONText {
        .object([("Resource", .string(entry.pattern.string)), ("Tags", json(entry.tags ?? []))])
    }

    private func json(_ tags: [Tag]) -> JSONText {
        .array(tags.map { .object([("Key", .string($0.key.string)), ("Value", .string($0.value.string))]) })
    }

    private func members(_ holdings: PolicyHoldings, inline: String) -> [(String, JSONText)] {
        var members: [(String, JSONText)] = [
            (
                inline,
                .array(
                    holdings.inlinePolicies.map {
                        .object([("PolicyName", .string($0.name.string)), ("PolicyDocument", json($0.source))])
                    })
            ),
            (
                "AttachedManagedPolicies",
                .array(
                    holdings.attachedPolicies.map { arn in
                        .object([
                            ("PolicyName", .string((arn.split(at: ASCII.slash).last ?? "").string)),
                            ("PolicyArn", .string(arn.string)),
                        ])
                    })
            ),
        ]
        if let boundary = holdings.permissionsBoundary {
            members.append(
                (
                    "PermissionsBoundary",
                    .object([
                        ("PermissionsBoundaryType", .string("Policy")),
                        ("PermissionsBoundaryArn", .string(boundary.string)),
                    ])
                ))
        }
        return members
    }

    func json(_ organization: Organization) -> JSONText {
        var members: [(String, JSONText)] = [
            ("Id", .string(organization.id.string)),
            ("MasterAccountId", .string(organization.masterAccount.text.string)),
        ]
        if let account = organization.defaultResourceAccount {
            members.append(("DefaultResourceAccount", .string(account.text.string)))
        }
        return .object(members + [("Root", json(organization.root))])
    }

    private func json(_ unit: OrganizationUnit) -> JSONText {
        .object([
            ("Id", .string(unit.id.string)), ("ServiceControlPolicies", names(unit.policies)),
            (
                "Accounts",
                .array(
                    unit.accounts.map {
                        .object([
                            ("Id", .string($0.id.text.string)), ("ServiceControlPolicies", names($0.policies)),
                        ])
                    })
            ), ("OrganizationalUnits", .array(unit.units.map(json))),
        ])
    }

    private func names(_ policies: AttachedControlPolicies) -> JSONText {
        .array((policies.service ?? []).map { .string($0.string) })
    }
}
