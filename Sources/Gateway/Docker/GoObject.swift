internal import JSONDocument
internal import PolicyModel

/// A JSON object as Go's `encoding/json` reads it into a structure, which is how the engine reads its requests.
///
/// Names are matched without regard to case, `ſ` for `s` and `K` (Kelvin) for `k` included, and of two that match the last
/// wins: `{"hostconfig": {"PRIVILEGED": true}}` makes a privileged container. So members are found the same way here, and an
/// object in which two match each other is refused, as nobody can mean that.
struct GoObject: Sendable {
    /// Where it stands, for messages.
    let place: String
    private let members: [Text: JSONNode]

    init(_ node: JSONNode, _ place: String) throws(DockerFault) {
        guard let members = node.members else {
            throw DockerFault("\(place) must be an object, not \(node.value.kindDescription)")
        }
        self.place = place
        var found: [Text: JSONNode] = [:]
        for member in members {
            let name = GoObject.folded(member.name)
            guard found.updateValue(member.value, forKey: name) == nil else {
                throw DockerFault("\(place) has \(UserText.quoted(member.name)) twice, in other letters")
            }
        }
        self.members = found
    }

    /// The name in the letters of all names that match it.
    static func folded(_ name: String) -> Text {
        var folded = String.UnicodeScalarView()
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
            case "\u{17F}": folded.append("s")
            case "\u{212A}": folded.append("k")
            default: folded.append(scalar)
            }
        }
        return Text(String(folded))
    }

    /// The value of a member; `null` leaves what it names as it was.
    subscript(_ name: String) -> JSONNode? {
        guard let node = members[GoObject.folded(name)], node.value != .null else { return nil }
        return node
    }

    /// Whether it has any of the members.
    func hasAny(_ names: [String]) -> Bool { names.contains { self[$0] != nil } }

    func object(_ name: String) throws(DockerFault) -> GoObject? {
        guard let node = self[name] else { return nil }
        return try GoObject(node, "\(place).\(name)")
    }

    /// A string; `nil` when it is absent or empty, which Go does not tell apart.
    func string(_ name: String) throws(DockerFault) -> String? {
        guard let node = self[name] else { return nil }
        guard let text = node.string else { throw wrong(name, node, "a string") }
        return text.isEmpty ? nil : text
    }

    func bool(_ name: String) throws(DockerFault) -> Bool {
        guard let node = self[name] else { return false }
        guard case .bool(let value) = node.value else { throw wrong(name, node, "a boolean") }
        return value
    }

    /// A list of strings; a string alone is a list of one, as for Docker's `StrSlice`.
    func strings(_ name: String) throws(DockerFault) -> [String] {
        guard let node = self[name] else { return [] }
        if let text = node.string { return [text] }
        guard let elements = node.elements else { throw wrong(name, node, "a list of strings") }
        var strings: [String] = []
        for element in elements {
            guard let text = element.string else { throw wrong(name, node, "a list of strings") }
            strings.append(text)
        }
        return strings
    }

    /// A list of objects.
    func objects(_ name: String) throws(DockerFault) -> [GoObject] {
        guard let node = self[name] else { return [] }
        guard let elements = node.elements else { throw wrong(name, node, "a list of objects") }
        var objects: [GoObject] = []
        for element in elements where element.value != .null {
            objects.append(try GoObject(element, "\(place).\(name)[\(objects.count)]"))
        }
        return objects
    }

    /// The members of a map, whose names are told apart by every byte.
    func map(_ name: String) throws(DockerFault) -> [JSONMember] {
        guard let node = self[name] else { return [] }
        guard let members = node.members else { throw wrong(name, node, "an object") }
        return members
    }

    /// A map of strings.
    func pairs(_ name: String) throws(DockerFault) -> [(name: String, value: String)] {
        var pairs: [(String, String)] = []
        for member in try map(name) {
            guard let value = member.value.string ?? (member.value.value == .null ? "" : nil) else {
                throw wrong("\(name).\(UserText.escaped(member.name))", member.value, "a string")
            }
            pairs.append((member.name, value))
        }
        return pairs
    }

    private func wrong(_ name: String, _ node: JSONNode, _ expected: String) -> DockerFault {
        DockerFault("\(place).\(name) must be \(expected), not \(node.value.kindDescription)")
    }
}
