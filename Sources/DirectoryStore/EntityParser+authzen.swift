internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `mappings/authzen.json`: how AuthZEN's subjects, actions, resources and properties become questions.
extension EntityParser {
    mutating func authzen(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "an AuthZEN mapping",
            known: ["Account", "Subjects", "Actions", "DefaultAction", "Resources", "Context"])
        var mapping = AuthZENMapping(account: account(members["Account"], "`Account`"))
        mapping.subjects = entityTemplates(members["Subjects"], .subjects)
        mapping.resources = entityTemplates(members["Resources"], .resources)
        for node in elements(members["Actions"], "`Actions`", countMax: EntityParser.mappingEntriesMax) {
            actionTemplate(node, &mapping.actions)
        }
        mapping.defaultAction = actionTemplate(members["DefaultAction"], "`DefaultAction`")
        mapping.contextKeys = contextKeys(members["Context"])
        return finish(.mapping(.authzen(mapping)))
    }

    // MARK: Subjects and resources

    /// The two lists of a type with the ARN that its ids become.
    private enum EntityList {
        case subjects, resources

        var name: String { self == .subjects ? "`Subjects`" : "`Resources`" }
        var what: String { self == .subjects ? "a subject's mapping" : "a resource's mapping" }
        var member: String { self == .subjects ? "Principal" : "Resource" }
        var type: String { self == .subjects ? "subject.type" : "resource.type" }
        var id: String { self == .subjects ? "subject.id" : "resource.id" }

        var places: String {
            self == .subjects
                ? "`{subject.id}` and `{subject.type}`"
                : "`{resource.id}`, `{resource.type}` and `{resource.properties.…}`"
        }

        func isKnown(_ place: String) -> Bool {
            switch RequestPlace(Text(place)) {
            case .subjectID, .subjectType: self == .subjects
            case .resourceID, .resourceType, .property(.resource, _): self == .resources
            default: false
            }
        }

        /// Whether an ARN with letters for its values is one of its kind.
        func accepts(_ sample: Text) -> Bool {
            guard self == .subjects else {
                guard let arn = ARN(sample) else { return false }
                return !arn.partition.isEmpty && !arn.service.isEmpty
            }
            return switch Caller(sample) {
            case .user, .assumedRole: true
            default: false
            }
        }

        var expectation: String {
            self == .subjects ? "the ARN of a user or of a role's session" : "an ARN of six fields"
        }
    }

    private mutating func entityTemplates(_ node: JSONNode?, _ list: EntityList) -> [Text: Template] {
        var templates: [Text: Template] = [:]
        var inOrder: [(type: Text, template: Template)] = []
        for element in elements(node, list.name, countMax: EntityParser.mappingEntriesMax) {
            guard let (type, template) = entityTemplate(element, list) else { continue }
            if templates.updateValue(template, forKey: type) != nil {
                reader.error(
                    "duplicate-entry", "\(list.name) has the type \(UserText.quoted(type.string)) twice",
                    at: element.position)
            } else if let other = inOrder.first(where: { $0.template.overlaps(template) }) {
                reader.error(
                    "ambiguous-template",
                    "some ARN would stand for ids of \(UserText.quoted(type.string)) and of "
                        + "\(UserText.quoted(other.type.string)): keep them apart, as in `…/{\(list.type)}/{\(list.id)}`",
                    at: element.position)
            }
            inOrder.append((type, template))
        }
        return templates
    }

    private mutating func entityTemplate(_ node: JSONNode, _ list: EntityList) -> (Text, Template)? {
        let members = reader.members(of: node, what: list.what, known: ["Type", list.member])
        guard node.members != nil,
            let type = reader.string(
                reader.required("Type", in: members, of: list.what, at: node.position), "`Type`"),
            let text = reader.required(list.member, in: members, of: list.what, at: node.position),
            let template = template(text, "`\(list.member)`", places: list.places, isKnown: list.isKnown)
        else { return nil }
        guard let filled = template.filling(list.type, with: type) else {
            reader.error(
                "invalid-template", "the type \(UserText.quoted(type.string)) does not fit `{\(list.type)}`",
                at: text.position)
            return nil
        }
        guard filled.places.contains(list.id), filled.tellsApart else {
            reader.error(
                "ambiguous-template",
                "`\(list.member)` must hold `{\(list.id)}`, and a `/` or `:` between any two places: else two ids become "
                    + "one ARN", at: text.position)
            return nil
        }
        guard let sample = filled.arn({ _ in "x" }), list.accepts(Text(sample)) else {
            reader.error("invalid-arn", "`\(list.member)` must make \(list.expectation)", at: text.position)
            return nil
        }
        return (type, filled)
    }

    // MARK: Actions

    private mutating func actionTemplate(
        _ node: JSONNode, _ actions: inout [AuthZENMapping.ActionName: Template]
    ) {
        let what = "an action's mapping"
        let members = reader.members(of: node, what: what, known: ["Name", "ResourceType", "Action"])
        guard node.members != nil,
            let name = reader.string(reader.required("Name", in: members, of: what, at: node.position), "`Name`"),
            let text = reader.required("Action", in: members, of: what, at: node.position)
        else { return }
        let resourceType = reader.string(members["ResourceType"], "`ResourceType`")
        guard let template = actionTemplate(text, "`Action`") else { return }
        let key = AuthZENMapping.ActionName(name, resourceType: resourceType)
        guard actions.updateValue(template, forKey: key) != nil else { return }
        reader.error(
            "duplicate-entry", "`Actions` has the name \(UserText.quoted(name.string)) twice for the same resources",
            at: node.position)
    }

    private mutating func actionTemplate(_ node: JSONNode?, _ what: String) -> Template? {
        guard let node,
            let template = template(
                node, what, places: "`{action.name}`, `{resource.type}` and `{action.properties.…}`",
                isKnown: { place in
                    switch RequestPlace(Text(place)) {
                    case .actionName, .resourceType, .property(.action, _): true
                    default: false
                    }
                })
        else { return nil }
        let sample = template.text { _ in "x" } ?? ""
        let parts = Text(sample).split(at: ASCII.colon)
        let isName = parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
        guard isName, sample.utf8.allSatisfy({ $0 > 0x20 && $0 != ASCII.star && $0 != ASCII.questionMark }) else {
            reader.error("invalid-action", "\(what) must make `service:name` without wildcards", at: node.position)
            return nil
        }
        return template
    }

    // MARK: Condition keys

    private mutating func contextKeys(_ node: JSONNode?) -> [RequestPlace: Text] {
        guard let node else { return [:] }
        guard let members = node.members else {
            reader.error(
                "wrong-type", "`Context` must be an object, not \(node.value.kindDescription)", at: node.position)
            return [:]
        }
        var keys: [RequestPlace: Text] = [:]
        var seen: Set<Text> = []
        for member in members {
            let place = requestPlace(member)
            guard let key = contextKey(member.value) else { continue }
            if !seen.insert(key.foldedASCII).inserted {
                reader.error(
                    "duplicate-key", "the key \(UserText.quoted(key.string)) is given twice: case does not count",
                    at: member.value.position)
            }
            if let place { keys[place] = key }
        }
        return keys
    }

    private mutating func requestPlace(_ member: JSONMember) -> RequestPlace? {
        if let place = RequestPlace(Text(member.name)) { return place }
        reader.error(
            "unknown-place",
            "\(UserText.quoted(member.name)) is nothing of a request; there are `subject.properties.…`, "
                + "`action.properties.…`, `resource.properties.…`, `context.…`, `subject.id`, `subject.type`, "
                + "`action.name`, `resource.id` and `resource.type`", at: member.namePosition)
        return nil
    }

    /// A condition key that a caller may set, and that is not one of those that properties have by themselves.
    private mutating func contextKey(_ node: JSONNode) -> Text? {
        guard let key = reader.string(node, "a condition key") else { return nil }
        let folded = key.foldedASCII
        let quoted = UserText.quoted(key.string)
        let colon = folded.firstIndex(of: ASCII.colon) ?? 0
        if EntityParser.isEngineOwned(folded: folded) {
            reader.error(
                "engine-owned-key", "the key \(quoted) is set by the engine; no request may say what it holds",
                at: node.position)
        } else if let prefix = EntityParser.ownPrefixes.first(where: { folded.hasPrefix($0) }) {
            reader.error(
                "invalid-key", "keys that begin with `\(prefix)` hold what their name says; choose another prefix",
                at: node.position)
        } else if colon == 0 || colon == folded.utf8.count - 1 || key.utf8.count > EntityParser.keyBytesMax {
            reader.error(
                "invalid-key",
                "the key \(quoted) must be a prefix, a colon and a name, as in `app:Role`, of at most "
                    + "\(EntityParser.keyBytesMax) bytes", at: node.position)
        } else {
            return key
        }
        return nil
    }

    /// What properties and the gateway's own keys begin with.
    private static let ownPrefixes = PropertyHolder.allCases.map(\.keyPrefix) + ["authzen:"]
    /// The longest key that a question may have.
    private static let keyBytesMax = 256
    /// The most entries of one list: each is held against all others.
    private static let mappingEntriesMax = 500
}
