internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    private static let elementNames = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    /// Reads one statement; `nil` when some part of it cannot be read.
    mutating func statement(_ node: JSONNode, _ path: JSONPath) -> Statement? {
        guard let members = node.members else {
            wrongType(node, "a statement must be an object", path)
            return nil
        }
        statementPositions.append(stringPosition ?? node.position)
        checkNames(members, known: DocumentReader.elementNames, of: "a statement", path)
        let sid = sid(node, path)
        let effect = effect(node, path)
        let principal = principalElement(node, effect: effect, path)
        let action = actionElement(node, path)
        let resource = resourceElement(node, path)
        let conditions = conditions(node, path)
        guard let effect, let action else { return nil }
        let statement = Statement(
            sid: sid, effect: effect, principal: principal, action: action, resource: resource, conditions: conditions)
        lintEveryone(statement, node, path)
        lint(statement, at: node.position, path)
        return statement
    }

    /// `[0-9A-Za-z]*`, given once unless empty (spec §2.4).
    private mutating func sid(_ node: JSONNode, _ path: JSONPath) -> Text? {
        let path = path.appending("Sid")
        guard let member = node["Sid"], let item = string(member, "`Sid`", path) else { return nil }
        let mayHoldBlanks = rules.sidMayHoldBlanks && kind == .resource
        let isValid = item.text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || (mayHoldBlanks && $0 == 0x20) }
        if !isValid {
            error(
                .invalidSid, "the `Sid` \(item.quoted) may only hold letters and digits of ASCII", at: item.position,
                path)
        }
        if !item.text.isEmpty, !sids.insert(item.text).inserted {
            error(
                .duplicateSid, "the `Sid` \(item.quoted) is given to two statements; each needs its own",
                at: item.position, path)
        }
        // `"Sid": ""`, which AWS's exports are full of, names nothing.
        return item.text.isEmpty ? nil : item.text
    }

    private mutating func effect(_ node: JSONNode, _ path: JSONPath) -> Effect? {
        guard let member = node["Effect"] else {
            error(
                .missingEffect, "the statement has no `Effect`; write `Allow` or `Deny`", at: node.position, path)
            return nil
        }
        let path = path.appending("Effect")
        guard let item = string(member, "`Effect`", path) else { return nil }
        guard let effect = Effect(rawValue: item.text.string) else {
            error(
                .invalidEffect, "\(item.quoted) is no effect; write `Allow` or `Deny`", at: item.position, path)
            return nil
        }
        if kind == .rcp, effect == .allow {
            error(
                .allowNotAllowed, "a resource control policy cannot `Allow`; write `Deny`", at: item.position, path)
        }
        return effect
    }

    /// Finds exactly one of two members; says so when there are both, or none where one must be.
    mutating func one(
        of name: String, or negated: String, in node: JSONNode, missing: DiagnosticCode?,
        conflicting: DiagnosticCode, _ path: JSONPath
    ) -> (node: JSONNode, isNegated: Bool, path: JSONPath)? {
        switch (node[name], node[negated]) {
        case (let plain?, nil): return (plain, false, path.appending(name))
        case (nil, let other?): return (other, true, path.appending(negated))
        case (_?, let other?):
            error(
                conflicting, "the statement has both `\(name)` and `\(negated)`; keep one", at: other.position,
                path.appending(negated))
        case (nil, nil):
            if let missing {
                error(
                    missing, "the statement has neither `\(name)` nor `\(negated)`; add one", at: node.position, path)
            }
        }
        return nil
    }
}
