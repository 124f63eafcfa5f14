internal import Directory
internal import HTTPTypes
internal import JSONDocument
internal import PolicyModel

/// A subject, an action, a resource and a context, as AuthZEN says them (AZ-IM-1…4).
///
/// Unknown members are ignored wherever they stand (AZ-IM-8); a known one of another type is an error, `null` too (AZ-EV-3).
struct AuthZENEvaluation: Sendable, Hashable {
    var subject: AuthZENEntity
    var action: AuthZENAction
    var resource: AuthZENEntity
    var context: [Property]

    init(subject: AuthZENEntity, action: AuthZENAction, resource: AuthZENEntity, context: [Property]) {
        self.subject = subject
        self.action = action
        self.resource = resource
        self.context = context
    }

    /// Reads the members of a request.
    init(_ body: JSONNode) throws(Refusal) {
        try self.init { body[$0] }
    }

    /// Reads members by their names, wherever they are from.
    init(_ member: (String) -> JSONNode?) throws(Refusal) {
        subject = try AuthZENEntity(member("subject"), "subject")
        action = try AuthZENAction(member("action"))
        resource = try AuthZENEntity(member("resource"), "resource")
        context = try [Property](member("context"), "context")
    }
}

/// A subject or a resource: its type and id together are what it is (AZ-IM-6).
struct AuthZENEntity: Sendable, Hashable {
    var type: Text
    var id: Text
    var properties: [Property]

    init(type: Text, id: Text, properties: [Property]) {
        self.type = type
        self.id = id
        self.properties = properties
    }

    init(_ node: JSONNode?, _ name: String) throws(Refusal) {
        let entity = try JSONNode.object(node, name)
        type = try entity.text("type", of: name)
        id = try entity.text("id", of: name)
        properties = try [Property](entity["properties"], "\(name).properties")
    }

    /// Something of which only the type is known; an id is not looked at (AZ-SE-2, AZ-SE-3).
    init(typeOf node: JSONNode?, _ name: String) throws(Refusal) {
        let entity = try JSONNode.object(node, name)
        type = try entity.text("type", of: name)
        id = ""
        properties = try [Property](entity["properties"], "\(name).properties")
    }
}

/// An action.
struct AuthZENAction: Sendable, Hashable {
    var name: Text
    var properties: [Property]

    init(name: Text, properties: [Property] = []) {
        self.name = name
        self.properties = properties
    }

    init(_ node: JSONNode?) throws(Refusal) {
        let action = try JSONNode.object(node, "action")
        name = try action.text("name", of: "action")
        properties = try [Property](action["properties"], "action.properties")
    }
}

extension JSONNode {
    /// A member that must be there and be an object.
    fileprivate static func object(_ node: JSONNode?, _ name: String) throws(Refusal) -> JSONNode {
        guard let node else { throw Refusal(.badRequest, "`\(name)` is missing") }
        guard node.members != nil else {
            throw Refusal(.badRequest, "`\(name)` must be an object, not \(node.value.kindDescription)")
        }
        return node
    }

    fileprivate func text(_ member: String, of name: String) throws(Refusal) -> Text {
        guard let node = self[member] else { throw Refusal(.badRequest, "`\(name).\(member)` is missing") }
        guard let string = node.string else {
            throw Refusal(.badRequest, "`\(name).\(member)` must be a string, not \(node.value.kindDescription)")
        }
        return Text(string)
    }
}

extension [Property] {
    /// The members of an object that may be left out.
    init(_ node: JSONNode?, _ name: String) throws(Refusal) {
        guard let node else {
            self = []
            return
        }
        guard let members = node.members else {
            throw Refusal(.badRequest, "`\(name)` must be an object, not \(node.value.kindDescription)")
        }
        self = members.map { Property(Text($0.name), PropertyValue($0.value)) }
    }
}

extension PropertyValue {
    /// The value of a node; the recursion is bounded by the depth of a body.
    init(_ node: JSONNode) {
        switch node.value {
        case .null: self = .null
        case .bool(let flag): self = .boolean(flag)
        case .number(let text): self = .number(Text(text))
        case .string(let text): self = .string(Text(text))
        case .array(let elements): self = .array(elements.map { PropertyValue($0) })
        case .object(let members): self = .object(members.map { Property(Text($0.name), PropertyValue($0.value)) })
        }
    }
}
