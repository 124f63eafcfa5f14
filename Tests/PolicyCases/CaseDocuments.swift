package import JSONDocument
package import PolicyModel

/// Reads the documents of cases as they stand: nothing is checked, so that what the parser refuses can be evaluated.
package enum CaseDocuments {
    package static func document(_ node: JSONNode) throws -> Document {
        let statements = try required(node["Statement"], "Statement")
        return Document(
            version: try node["Version"]?.string.map { try required(PolicyVersion(rawValue: $0), $0) },
            statements: try (statements.elements ?? [statements]).map(statement))
    }

    private static func statement(_ node: JSONNode) throws -> Statement {
        Statement(
            sid: node["Sid"]?.string.map { Text($0) },
            effect: try required(Effect(rawValue: node["Effect"]?.string ?? ""), "Effect"),
            principal: try principal(node),
            action: try action(node), resource: try resource(node),
            conditions: try node["Condition"].map(conditions) ?? [])
    }

    private static func action(_ node: JSONNode) throws -> ActionElement {
        if let patterns = node["NotAction"] { return .notAction(try texts(patterns)) }
        return .action(try texts(required(node["Action"], "Action")))
    }

    private static func resource(_ node: JSONNode) throws -> ResourceElement? {
        if let patterns = node["NotResource"] { return .notResource(try texts(patterns)) }
        return try node["Resource"].map { .resource(try texts($0)) }
    }

    package static func conditions(_ node: JSONNode) throws -> [Condition] {
        try required(node.members, "members").flatMap { member in
            let operation = try operation(member.name)
            return try required(member.value.members, "members").map { key in
                Condition(operator: operation, key: Text(key.name), values: try texts(key.value))
            }
        }
    }

    /// The name of an operator; a set prefix on `Null` too, which `ConditionOperator` refuses to read.
    private static func operation(_ name: String) throws -> ConditionOperator {
        for quantifier in ConditionOperator.SetQuantifier.allCases where name == quantifier.rawValue + "Null" {
            return ConditionOperator(quantifier: quantifier, base: .null)
        }
        return try required(ConditionOperator(Text(name)), name)
    }

    private static func principal(_ node: JSONNode) throws -> PrincipalElement? {
        if let listed = node["NotPrincipal"] { return .notPrincipal(try patterns(listed)) }
        return try node["Principal"].map { .principal(try patterns($0)) }
    }

    private static func patterns(_ node: JSONNode) throws -> [PrincipalPattern] {
        if node.string == "*" { return [.everyone] }
        return try required(node.members, "members").flatMap { member in
            try texts(member.value).map { try pattern($0, type: member.name) }
        }
    }

    private static func pattern(_ text: Text, type: String) throws -> PrincipalPattern {
        switch type {
        case "Service": return .service(text)
        case "Federated": return .federated(text)
        case "CanonicalUser": return .canonicalUser(text)
        default: break
        }
        if text == "*" { return .everyone }
        if let account = AccountID(text) { return .account(account) }
        if text.hasPrefix("AIDA") { return .userID(text) }
        if text.hasPrefix("AROA") { return .roleID(text) }
        let arn = try required(ARN(text), "\(text)")
        if arn.resource == "root" { return .account(try required(AccountID(arn.account), "\(text)")) }
        if arn.resource.hasPrefix("user/") { return .user(text) }
        if arn.resource.hasPrefix("role/") { return .role(text) }
        return arn.resource.hasPrefix("federated-user/") ? .federatedUser(text) : .assumedRole(text)
    }

    private static func texts(_ node: JSONNode) throws -> [Text] {
        try (node.elements ?? [node]).map(scalarText)
    }
}
