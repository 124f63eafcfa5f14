internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A user, role or session that a `Principal` element names, and where.
struct PrincipalMention: Sendable, Hashable {
    let pattern: PrincipalPattern
    let position: JSONPosition

    /// Those of an entity's own policies.
    static func all(in entity: Entity) -> [PrincipalMention] {
        entity.resourcePolicies.flatMap { source in
            source.document.statements.enumerated().flatMap { index, statement in
                let place = source.place(ofStatement: index)
                return (statement.principal?.patterns ?? []).filter(namesEntity).map {
                    PrincipalMention(pattern: $0, position: JSONPosition(line: place.line, column: place.column))
                }
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
