internal import JSONDocument
public import PolicyModel

/// Writes documents as JSON: reading what was printed gives an equal document.
///
/// A list of one is written as its element, and an account as its root ARN; both mean the same (spec §2.2, §2.6).
public enum PolicyPrinter {
    /// The document as JSON text, compact or indented.
    public static func print(_ document: Document, pretty: Bool) -> String {
        var members: [(String, JSONOutput)] = []
        if let version = document.version { members.append(("Version", .string(version.rawValue))) }
        if let id = document.id { members.append(("Id", .string(id.string))) }
        members.append(("Statement", .array(document.statements.map(statement))))
        return JSONOutput.object(members).serialized(pretty: pretty)
    }

    private static func statement(_ statement: Statement) -> JSONOutput {
        var members: [(String, JSONOutput)] = []
        if let sid = statement.sid { members.append(("Sid", .string(sid.string))) }
        members.append(("Effect", .string(statement.effect.rawValue)))
        switch statement.principal {
        case .principal(let patterns): members.append(("Principal", principals(patterns)))
        case .notPrincipal(let patterns): members.append(("NotPrincipal", principals(patterns)))
        case nil: break
        }
        switch statement.action {
        case .action(let patterns): members.append(("Action", list(patterns)))
        case .notAction(let patterns): members.append(("NotAction", list(patterns)))
        }
        switch statement.resource {
        case .resource(let patterns): members.append(("Resource", list(patterns)))
        case .notResource(let patterns): members.append(("NotResource", list(patterns)))
        case nil: break
        }
        if !statement.conditions.isEmpty { members.append(("Condition", conditions(statement.conditions))) }
        return .object(members)
    }

    private static func list(_ texts: [Text]) -> JSONOutput {
        if texts.count == 1, let only = texts.first { return .string(only.string) }
        return .array(texts.map { .string($0.string) })
    }

    private static func principals(_ patterns: [PrincipalPattern]) -> JSONOutput {
        if patterns == [.everyone] { return "*" }
        let written = patterns.map(\.written)
        return .object(grouped(written.map { ($0.type, $0.value) }).map { ($0.name.string, list($0.values)) })
    }

    private static func conditions(_ conditions: [Condition]) -> JSONOutput {
        let groups = grouped(conditions.map { (Text($0.operator.description), $0) })
        return .object(
            groups.map { group in
                (group.name.string, .object(group.values.map { ($0.key.string, list($0.values)) }))
            })
    }

    /// Values by name, names in the order of their first value.
    private static func grouped<Value>(_ pairs: [(name: Text, value: Value)]) -> [(name: Text, values: [Value])] {
        var groups: [(name: Text, values: [Value])] = []
        for pair in pairs {
            if let index = groups.firstIndex(where: { $0.name == pair.name }) {
                groups[index].values.append(pair.value)
            } else {
                groups.append((pair.name, [pair.value]))
            }
        }
        return groups
    }
}
