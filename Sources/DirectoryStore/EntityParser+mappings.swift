internal import Directory
internal import JSONDocument
internal import PolicyModel

/// The files of `mappings/`: how the requests of other protocols become questions.
extension EntityParser {
    mutating func mapping(_ root: JSONNode, _ kind: MappingKind) -> EntityReading {
        switch kind {
        case .authzen: authzen(root)
        case .docker: docker(root)
        case .kubernetes: kubernetes(root)
        case .http: http(root)
        }
    }

    /// Whether no request may say what a key holds; a family's name without a tag key counts as one of it.
    static func isEngineOwned(folded key: Text) -> Bool {
        ConditionKeys.isEngineOwned(folded: key) || key.hasPrefix(Text(TagKeyPrefix.principalTag.rawValue))
    }

    /// The elements of a list; of one that has too many, which is an error, none.
    mutating func elements(_ node: JSONNode?, _ what: String, countMax: Int) -> [JSONNode] {
        let elements = reader.elements(node, what)
        guard let node, elements.count > countMax else { return elements }
        reader.error(
            "too-many-entries", "\(what) has \(elements.count) entries, and at most \(countMax) are read",
            at: node.position)
        return []
    }

    /// An account's twelve digits.
    mutating func account(_ node: JSONNode?, _ what: String) -> AccountID? {
        guard let node, let text = reader.string(node, what) else { return nil }
        if let account = AccountID(text) { return account }
        reader.error(
            "wrong-value", "\(what) \(UserText.quoted(text.string)) is no account: expected twelve digits",
            at: node.position)
        return nil
    }

    /// A template that has only places with known names.
    ///
    /// - Parameter isKnown: whether a place may have a name.
    mutating func template(
        _ node: JSONNode?, _ what: String, places: String, isKnown: (String) -> Bool
    ) -> Template? {
        guard let node, let text = reader.string(node, what) else { return nil }
        let template: Template
        do throws(Template.Failure) {
            template = try Template(text)
        } catch {
            reader.error(
                "invalid-template", "\(what) \(UserText.quoted(text.string)): \(error.message)", at: node.position)
            return nil
        }
        if let unknown = template.places.first(where: { !isKnown($0) }) {
            reader.error(
                "unknown-place",
                "\(what) has no value for \(UserText.quoted("{\(unknown)}")); there are \(places)", at: node.position)
            return nil
        }
        return template
    }
}
