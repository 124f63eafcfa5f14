internal import Directory
internal import JSONDocument
internal import PolicyModel

/// The files of `catalogue/`: what searches know of.
extension EntityParser {
    mutating func catalogue(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "a catalogue", known: ["Subjects", "Resources", "Actions"])
        let name = StoreLayout.stem(path.split(at: ASCII.slash).last ?? path)
        let subjects = catalogued(members["Subjects"], .subject)
        let resources = catalogued(members["Resources"], .resource)
        var actions: [Text] = []
        var seen: Set<Text> = []
        for node in elements(members["Actions"], "`Actions`", countMax: EntityParser.catalogueEntriesMax) {
            guard let action = cataloguedAction(node) else { continue }
            if !seen.insert(action).inserted {
                duplicate("the action \(UserText.quoted(action.string))", at: node.position)
            }
            actions.append(action)
        }
        let catalogue = Catalogue(name: name, subjects: subjects, resources: resources, actions: actions)
        let claims =
            subjects.map { Claim.catalogued(.subject, type: $0.type, id: $0.id) }
            + resources.map { Claim.catalogued(.resource, type: $0.type, id: $0.id) }
        return finish(.catalogue(catalogue), claims: claims)
    }

    private struct Identity: Hashable {
        let type: Text
        let id: Text
    }

    private mutating func catalogued(_ node: JSONNode?, _ kind: CatalogueKind) -> [CatalogueEntity] {
        let list = kind == .subject ? "`Subjects`" : "`Resources`"
        var entities: [CatalogueEntity] = []
        var seen: Set<Identity> = []
        for element in elements(node, list, countMax: EntityParser.catalogueEntriesMax) {
            guard let entity = cataloguedEntity(element, kind) else { continue }
            if !seen.insert(Identity(type: entity.type, id: entity.id)).inserted {
                duplicate("the \(kind.rawValue) \(UserText.quoted(entity.id.string))", at: element.position)
            }
            entities.append(entity)
        }
        return entities
    }

    private mutating func cataloguedEntity(_ node: JSONNode, _ kind: CatalogueKind) -> CatalogueEntity? {
        let what = "a \(kind.rawValue) of the catalogue"
        let members = reader.members(of: node, what: what, known: ["Type", "Id", "Properties"])
        guard node.members != nil,
            let type = reader.string(
                reader.required("Type", in: members, of: what, at: node.position), "`Type`"),
            let id = reader.string(reader.required("Id", in: members, of: what, at: node.position), "`Id`")
        else { return nil }
        for (text, member) in [(type, "Type"), (id, "Id")] where text.isEmpty {
            reader.error("wrong-value", "`\(member)` may not be empty", at: members[member]?.position ?? node.position)
        }
        return CatalogueEntity(type: type, id: id, properties: properties(members["Properties"]))
    }

    /// `"read"`, or `{"Name": "read"}`.
    private mutating func cataloguedAction(_ node: JSONNode) -> Text? {
        let what = "an action of the catalogue"
        guard node.string == nil else { return reader.string(node, what) }
        guard node.members != nil else {
            reader.error(
                "wrong-type", "\(what) must be a string or an object, not \(node.value.kindDescription)",
                at: node.position)
            return nil
        }
        let members = reader.members(of: node, what: what, known: ["Name"])
        return reader.string(reader.required("Name", in: members, of: what, at: node.position), "`Name`")
    }

    // MARK: Properties

    private mutating func properties(_ node: JSONNode?) -> [Property] {
        guard let node else { return [] }
        guard node.members != nil else {
            reader.error(
                "wrong-type", "`Properties` must be an object, not \(node.value.kindDescription)", at: node.position)
            return []
        }
        checkShape(node, names: 0)
        guard case .object(let properties) = PropertyValue(node) else { return [] }
        return properties
    }

    /// What no condition key can hold is an error here: nobody could ask about it.
    private mutating func checkShape(_ node: JSONNode, names: Int) {
        switch node.value {
        case .object(let members):
            guard names < FlatProperties.namesMax else {
                return reader.error(
                    "too-deep", "properties may be \(FlatProperties.namesMax) names deep, and no deeper",
                    at: node.position)
            }
            for member in members { checkShape(member.value, names: names + 1) }
        case .array(let elements):
            for element in elements {
                switch element.value {
                case .string, .number, .bool: continue
                case .null, .array, .object:
                    reader.error(
                        "wrong-type",
                        "a list of a property may hold strings, numbers and booleans, not "
                            + element.value.kindDescription, at: element.position)
                }
            }
        case .null, .string, .number, .bool: return
        }
    }

    // MARK: Bounds

    /// The most entries of one list of a file; a file of 1 MiB hardly has more.
    private static let catalogueEntriesMax = 20_000

    private mutating func duplicate(_ what: String, at position: JSONPosition) {
        reader.error("duplicate-entry", "\(what) is given twice", at: position)
    }
}

extension PropertyValue {
    /// The value of a node; the recursion is bounded by the depth that its reader allowed.
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
