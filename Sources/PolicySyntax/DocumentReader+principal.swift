internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads `Principal` or `NotPrincipal`, or refuses it where the kind has none (spec §2.5, §2.6).
    mutating func principalElement(_ statement: JSONNode, effect: Effect?, _ path: JSONPath) -> PrincipalElement? {
        guard [.resource, .trust, .rcp].contains(kind) else {
            refusePrincipals(statement, path)
            return nil
        }
        guard
            let found = one(
                of: "Principal", or: "NotPrincipal", in: statement, missing: .missingPrincipal,
                conflicting: .conflictingPrincipals, path)
        else { return nil }
        if found.isNegated { checkNotPrincipal(effect: effect, at: found.node.position, found.path) }
        guard let patterns = principals(found.node, found.path) else { return nil }
        if kind == .rcp, !found.isNegated, found.node.string != "*" {
            error(
                .principalNotEveryone, "a resource control policy is about everyone; write `\"Principal\": \"*\"`",
                at: found.node.position, found.path)
        }
        return found.isNegated ? .notPrincipal(patterns) : .principal(patterns)
    }

    private mutating func refusePrincipals(_ statement: JSONNode, _ path: JSONPath) {
        for member in statement.members ?? [] where member.name == "Principal" || member.name == "NotPrincipal" {
            error(
                .principalNotAllowed,
                "a policy of kind `\(kind.rawValue)` is about whom it is attached to; remove `\(member.name)`",
                at: member.namePosition, path.appending(member.name))
        }
    }

    private mutating func checkNotPrincipal(effect: Effect?, at place: JSONPosition, _ path: JSONPath) {
        if kind != .resource {
            error(
                .notPrincipalNotAllowed,
                "a policy of kind `\(kind.rawValue)` cannot say `NotPrincipal`; write `Principal`", at: place, path)
        } else if effect == .allow {
            error(
                .notPrincipalWithAllow, "`NotPrincipal` cannot stand with `Allow`; write `Principal`, or `Deny`",
                at: place, path)
        } else {
            warning(
                .notPrincipal,
                "`NotPrincipal` spares only callers whose whole chain is listed; "
                    + "write `\"Principal\": \"*\"` with `ArnNotEquals` on `aws:PrincipalArn`", at: place, path)
        }
    }

    /// Warns of a trust policy that trusts everyone, in milder words where a condition says who that is (spec §13-14).
    mutating func lintEveryone(_ statement: Statement, _ node: JSONNode, _ path: JSONPath) {
        guard kind == .trust, statement.effect == .allow, let element = node["Principal"],
            statement.principal?.patterns.contains(.everyone) == true
        else { return }
        let narrowing = statement.conditions.first(where: \.saysWho)
        let message =
            narrowing.map {
                "everyone whom \(UserText.quoted($0.key.string)) lets through may assume this role; "
                    + "name the principals if they are known"
            } ?? "critical: everyone may assume this role; name the principals that may"
        let path = path.appending("Principal")
        if rules.refusesEveryoneTrusted {
            error(.everyoneTrusted, message, at: element.position, path)
        } else {
            warning(.everyoneTrusted, message, at: element.position, path)
        }
    }

    /// `"*"`, or a map of types to values.
    private mutating func principals(_ node: JSONNode, _ path: JSONPath) -> [PrincipalPattern]? {
        if let text = node.string {
            if text == "*" { return [.everyone] }
            error(
                .invalidPrincipal,
                "\(UserText.quoted(text)) must stand in an object, as in `{\"AWS\": …}`; only `*` stands alone",
                at: node.position, path)
            return nil
        }
        guard let members = node.members else {
            wrongType(node, "a principal must be `*` or an object", path)
            return nil
        }
        if members.isEmpty {
            error(.missingPrincipal, "the principal is empty; name at least one", at: node.position, path)
        }
        return members.flatMap { principals($0, path.appending($0.name)) }
    }

    private mutating func principals(_ member: JSONMember, _ path: JSONPath) -> [PrincipalPattern] {
        guard let type = PrincipalType(rawValue: member.name) else {
            error(
                .unknownPrincipalType,
                "\(UserText.quoted(member.name)) is no type of principal; "
                    + "it is `AWS`, `Service`, `Federated` or `CanonicalUser`", at: member.namePosition, path)
            return []
        }
        guard let items = strings(member.value, "`\(type.rawValue)`", path) else { return [] }
        if member.value.elements?.isEmpty == true {
            error(
                .missingPrincipal, "`\(type.rawValue)` is empty; name at least one principal",
                at: member.value.position, path)
        }
        return items.compactMap { principal($0, type) }
    }

    private mutating func principal(_ item: TextItem, _ type: PrincipalType) -> PrincipalPattern? {
        if type == .aws, item.text == "*" { return .everyone }
        if item.holdsWildcard {
            error(
                .principalWildcard,
                "the principal \(item.quoted) holds a wildcard; name it in full, or write `{\"AWS\": \"*\"}` for everyone",
                at: item.position, item.path)
            return nil
        }
        switch type.pattern(item.text, partitions: rules.partitions) {
        case .success(let pattern): return pattern
        case .failure(let refusal):
            error(
                .invalidPrincipal, "the principal \(item.quoted) \(refusal.reason)", at: item.position, item.path)
            return nil
        }
    }
}

extension Condition {
    /// Whether it holds only of callers of certain accounts, organizations or names.
    fileprivate var saysWho: Bool {
        let needsMatch =
            `operator`.base != .null && !`operator`.base.isNegated && !`operator`.ifExists
            && `operator`.quantifier != .forAllValues
        guard needsMatch, !values.isEmpty, let key = GlobalConditionKey(rawValue: key.foldedASCII.string) else {
            return false
        }
        switch key {
        case .principalArn, .sourceArn:
            return values.allSatisfy { ARN($0).map { !$0.account.utf8.contains(ASCII.star) } ?? false }
        case .principalAccount, .principalOrgID, .principalOrgPaths, .principalOrgMasterAccountID, .userID, .username,
            .principalServiceName, .principalServiceNamesList, .sourceAccount, .sourceOrgID, .sourceOrgPaths:
            return values.allSatisfy { $0.utf8.first != ASCII.star }
        default: return false
        }
    }
}
