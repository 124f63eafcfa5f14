internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// Why something in a JSON text cannot be taken, and where in its tree it stands.
struct MemberFault: Error, Equatable {
    /// One line, the user's text in backticks.
    var message: String
    /// As `identityPolicies[0].Statement[1].Action`; empty for the whole.
    var path: String

    init(_ message: String, at path: JSONPath = JSONPath()) {
        self.init(message: message, path: path.description)
    }

    init(message: String, path: String) {
        self.message = message
        self.path = path
    }
}

/// Reads the members of one object; a member that is `null` counts as absent.
struct ObjectReader {
    /// Where the object is.
    let path: JSONPath
    private let node: JSONNode

    /// Takes an object, and refuses members that nothing defines.
    init(_ node: JSONNode, at path: JSONPath, known: [String], of what: String) throws(MemberFault) {
        guard let members = node.members else {
            throw MemberFault("\(what) is an object, not \(node.value.kindDescription)", at: path)
        }
        for member in members where !known.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let hint = NameDistance.hint(for: member.name, among: known)
            throw MemberFault(
                "\(UserText.quoted(member.name)) is no member of \(what); \(hint)", at: path.appending(member.name))
        }
        self.node = node
        self.path = path
    }

    /// The value of a member; `nil` when it is absent or `null`.
    func node(_ name: String) -> JSONNode? {
        node[name].flatMap { $0.value == .null ? nil : $0 }
    }

    /// A string that may be absent.
    func text(_ name: String) throws(MemberFault) -> Text? {
        guard let node = node(name) else { return nil }
        return try ObjectReader.text(node, at: path.appending(name))
    }

    /// A string that must be there and hold something.
    func requiredText(_ name: String) throws(MemberFault) -> Text {
        guard let text = try text(name) else { throw MemberFault("`\(name)` is missing", at: path.appending(name)) }
        guard !text.isEmpty else { throw MemberFault("`\(name)` is empty", at: path.appending(name)) }
        return text
    }

    /// A boolean that may be absent.
    func bool(_ name: String) throws(MemberFault) -> Bool? {
        guard let node = node(name) else { return nil }
        guard case .bool(let value) = node.value else {
            throw MemberFault("`\(name)` is a boolean, not \(node.value.kindDescription)", at: path.appending(name))
        }
        return value
    }

    /// An array that may be absent, each element with where it stands.
    func elements(_ name: String) throws(MemberFault) -> [Located]? {
        guard let node = node(name) else { return nil }
        return try Located(node: node, path: path.appending(name)).elements()
    }

    /// An object that may be absent, as its members in order.
    func members(_ name: String) throws(MemberFault) -> [JSONMember]? {
        guard let node = node(name) else { return nil }
        guard let members = node.members else {
            throw MemberFault("`\(name)` is an object, not \(node.value.kindDescription)", at: path.appending(name))
        }
        return members
    }

    /// Strings in an array that may be absent.
    func texts(_ name: String) throws(MemberFault) -> [Text]? {
        guard let elements = try elements(name) else { return nil }
        var texts: [Text] = []
        for element in elements { texts.append(try ObjectReader.text(element.node, at: element.path)) }
        return texts
    }

    /// Strings in an object that may be absent, by name.
    func textMap(_ name: String) throws(MemberFault) -> [(key: Text, value: Text)]? {
        guard let members = try members(name) else { return nil }
        let path = path.appending(name)
        var pairs: [(key: Text, value: Text)] = []
        for member in members {
            pairs.append((Text(member.name), try ObjectReader.text(member.value, at: path.appending(member.name))))
        }
        return pairs
    }

    private static func text(_ node: JSONNode, at path: JSONPath) throws(MemberFault) -> Text {
        guard let string = node.string else {
            throw MemberFault("a string stands here, not \(node.value.kindDescription)", at: path)
        }
        return Text(string)
    }
}

/// A value with where it stands.
struct Located {
    var node: JSONNode
    var path: JSONPath

    /// The elements of an array.
    func elements() throws(MemberFault) -> [Located] {
        guard let elements = node.elements else {
            throw MemberFault("a list stands here, not \(node.value.kindDescription)", at: path)
        }
        return elements.enumerated().map { Located(node: $1, path: path.appending($0)) }
    }
}

/// Reads the facts of a question: what context and tags may hold (design §3.3).
enum ContextReader {
    /// The keys of a context object; `null` is absent.
    static func entries(_ reader: ObjectReader, _ name: String) throws(MemberFault) -> [Request.ContextEntry] {
        let path = reader.path.appending(name)
        var entries: [Request.ContextEntry] = []
        var seen: Set<Text> = []
        for member in try reader.members(name) ?? [] where member.value.value != .null {
            guard seen.insert(Text(member.name).foldedASCII).inserted else {
                throw MemberFault(
                    "the context key \(UserText.quoted(member.name)) is given twice: case does not count",
                    at: path.appending(member.name))
            }
            let value = try value(Located(node: member.value, path: path.appending(member.name)))
            entries.append(Request.ContextEntry(key: Text(member.name), value: value))
        }
        return entries
    }

    private static func value(_ located: Located) throws(MemberFault) -> ContextValue {
        guard case .array = located.node.value else { return .single(try scalar(located)) }
        var values: [Text] = []
        for element in try located.elements() { values.append(try scalar(element)) }
        return .multiple(values)
    }

    /// A string, or the source text of a number or boolean.
    private static func scalar(_ located: Located) throws(MemberFault) -> Text {
        switch located.node.value {
        case .string(let text), .number(let text): return Text(text)
        case .bool(let value): return value ? "true" : "false"
        case .null, .array, .object:
            throw MemberFault(
                "a context value is a string, a number, a boolean, or a list of those, not "
                    + located.node.value.kindDescription, at: located.path)
        }
    }
}
