internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// The members of an object that are known and have a value; there are few of them.
struct MemberNodes {
    private var members: [JSONMember] = []

    mutating func append(_ member: JSONMember) { members.append(member) }

    /// The value of the member with the name.
    subscript(_ name: String) -> JSONNode? { members.first { $0.name == name }?.value }
}

/// Reads objects of one file member by member, and collects everything that is wrong.
struct MemberReader {
    let file: String
    /// The rules for policy documents; the schema's keys are among them.
    let rules: PolicyRules
    let names: ReferenceNames
    private(set) var diagnostics: [StoreDiagnostic] = []

    init(file: String, rules: PolicyRules, names: ReferenceNames = ReferenceNames()) {
        self.file = file
        self.rules = rules
        self.names = names
    }

    /// Whether anything so far keeps the file from being good.
    var hasErrors: Bool { diagnostics.contains(where: \.isError) }

    mutating func error(_ code: String, _ message: String, at position: JSONPosition) {
        diagnostics.append(StoreDiagnostic(.error, code, message, file: file, position: position))
    }

    mutating func warning(_ code: String, _ message: String, at position: JSONPosition) {
        diagnostics.append(StoreDiagnostic(.warning, code, message, file: file, position: position))
    }

    mutating func add(_ more: [StoreDiagnostic]) { diagnostics += more }

    /// The members of an object by name; a member that is `null` counts as absent.
    ///
    /// A member outside `known` and `reportOnly` is refused by name.
    mutating func members(
        of node: JSONNode, what: String, known: [String], reportOnly: [String] = []
    ) -> MemberNodes {
        guard let members = node.members else {
            error("wrong-type", "\(what) must be an object, not \(node.value.kindDescription)", at: node.position)
            return MemberNodes()
        }
        var result = MemberNodes()
        for member in members {
            if known.contains(member.name) {
                if member.value.value != .null { result.append(member) }
            } else if !reportOnly.contains(member.name) {
                error(
                    "unknown-member",
                    "unknown member \(UserText.quoted(member.name)) of \(what); "
                        + NameDistance.hint(for: member.name, among: known.sorted()),
                    at: member.namePosition)
            }
        }
        return result
    }

    mutating func string(_ node: JSONNode?, _ what: String) -> Text? {
        guard let node else { return nil }
        if let string = node.string { return Text(string) }
        error("wrong-type", "\(what) must be a string, not \(node.value.kindDescription)", at: node.position)
        return nil
    }

    mutating func bool(_ node: JSONNode?, _ what: String) -> Bool? {
        guard let node else { return nil }
        if case .bool(let value) = node.value { return value }
        error("wrong-type", "\(what) must be true or false, not \(node.value.kindDescription)", at: node.position)
        return nil
    }

    mutating func integer(_ node: JSONNode?, _ what: String) -> Int? {
        guard let node else { return nil }
        if case .number(let text) = node.value, let value = Int(text) { return value }
        error("wrong-type", "\(what) must be a whole number", at: node.position)
        return nil
    }

    mutating func elements(_ node: JSONNode?, _ what: String) -> [JSONNode] {
        guard let node else { return [] }
        if let elements = node.elements { return elements }
        error("wrong-type", "\(what) must be an array, not \(node.value.kindDescription)", at: node.position)
        return []
    }

    /// The member that the object cannot do without.
    mutating func required(
        _ name: String, in members: MemberNodes, of what: String, at position: JSONPosition
    ) -> JSONNode? {
        if let node = members[name] { return node }
        error("missing-member", "\(what) needs the member `\(name)`", at: position)
        return nil
    }
}
