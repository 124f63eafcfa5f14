import JSONDocument
import PolicyModel
import Testing

/// Reads the documents of cases as they stand: nothing is checked, so that what the parser refuses can be evaluated.
enum CaseDocuments {
    static func document(_ node: JSONNode) throws -> Document {
        let statements = try #require(node["Statement"])
        return Document(
            version: try node["Version"]?.string.map { try #require(PolicyVersion(rawValue: $0)) },
            statements: try (statements.elements ?? [statements]).map(statement))
    }

    private static func statement(_ node: JSONNode) throws -> Statement {
        Statement(
            sid: node["Sid"]?.string.map { Text($0) },
            effect: try #require(Effect(rawValue: node["Effect"]?.string ?? "")), principal: try principal(node),
            action: try action(node), resource: try resource(node),
            conditions: try node["Condition"].map(conditions) ?? [])
    }

    private static func action(_ node: JSONNode) throws -> ActionElement {
        if let patterns = node["NotAction"] { return .notAction(try texts(patterns)) }
        return .action(try texts(#require(node["Action"])))
    }

    private static func resource(_ node: JSONNode) throws -> ResourceElement? {
        if let patterns = node["NotResource"] { return .notResource(try texts(patterns)) }
        return try node["Resource"].map { .resource(try texts($0)) }
    }

    static func conditions(_ node: JSONNode) throws -> [Condition] {
        try #require(node.members).flatMap { member in
            let operation = try operation(member.name)
            return try #require(member.value.members).map { key in
                Condition(operator: operation, key: Text(key.name), values: try texts(key.value))
            }
        }
    }

    /// The name of an operator; a set prefix on `Null` too, which `ConditionOperator` refuses to read.
    private static func operation(_ name: String) throws -> ConditionOperator {
        for quantifier in ConditionOperator.SetQuantifier.allCases where name == quantifier.rawValue + "Null" {
            return ConditionOperator(quantifier: quantifier, base: .null)
        }
        return try #require(ConditionOperator(Text(name)), "\(name)")
    }

    private static func principal(_ node: JSONNode) throws -> PrincipalElement? {
        if let listed = node["NotPrincipal"] { return .notPrincipal(try patterns(listed)) }
        return try node["Principal"].map { .principal(try patterns($0)) }
    }

    private static func patterns(_ node: JSONNode) throws -> [PrincipalPattern] {
        if node.string == "*" { return [.everyone] }
        return try #require(node.members).flatMap { member in
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
        let arn = try #require(ARN(text), "\(text)")
        if arn.resource == "root" { return .account(try #require(AccountID(arn.account))) }
        if arn.resource.hasPrefix("user/") { return .user(text) }
        if arn.resource.hasPrefix("role/") { return .role(text) }
        return arn.resource.hasPrefix("federated-user/") ? .federatedUser(text) : .assumedRole(text)
    }

    private static func texts(_ node: JSONNode) throws -> [Text] {
        try (node.elements ?? [node]).map(scalarText)
    }
}
