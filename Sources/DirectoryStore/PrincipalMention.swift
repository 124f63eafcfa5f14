internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A user, role or session that a `Principal` element names, and where.
struct PrincipalMention: Sendable, Hashable {
    let pattern: PrincipalPattern
    let position: JSONPosition

    /// Those of an entity's own policies.
    static func all(in entity: Entity) -> [PrincipalMention] {
        let source: PolicySource? =
            switch entity {
            case .role(let role): role.trustPolicy
            case .resource(let entry): entry.policy
            default: nil
            }
        guard let source else { return [] }
        let positions = source.statementPositions
        return source.document.statements.enumerated().flatMap { index, statement in
            (statement.principal?.patterns ?? []).filter(namesEntity).map { pattern in
                PrincipalMention(
                    pattern: pattern, position: positions.indices.contains(index) ? positions[index] : .start)
            }
        }
    }

    private static func namesEntity(_ pattern: PrincipalPattern) -> Bool {
        switch pattern {
        case .user, .role, .userID, .roleID, .assumedRole: true
        case .everyone, .account, .federatedUser, .federated, .service, .canonicalUser: false
        }
    }
}
