public import PolicyModel

/// What searches know of beside the users: subjects, resources and actions of one file of `catalogue/`.
public struct Catalogue: Sendable, Hashable {
    /// The name of the file, without `.json`.
    public var name: Text
    /// Subjects; no two of one type have the same id.
    public var subjects: [CatalogueEntity]
    /// Resources; no two of one type have the same id.
    public var resources: [CatalogueEntity]
    /// Names of actions.
    public var actions: [Text]

    /// Makes a part of the catalogue.
    public init(
        name: Text, subjects: [CatalogueEntity] = [], resources: [CatalogueEntity] = [], actions: [Text] = []
    ) {
        self.name = name
        self.subjects = subjects
        self.resources = resources
        self.actions = actions
    }

    /// What names it in a directory.
    public var key: EntityKey { .catalogue(name) }
}

/// What kind of thing a catalogue lists with a type and an id.
public enum CatalogueKind: String, Sendable, Hashable {
    /// `Subjects`.
    case subject
    /// `Resources`.
    case resource
}

/// A subject or resource of the catalogue.
public struct CatalogueEntity: Sendable, Hashable {
    /// Its type.
    public var type: Text
    /// Its id, unique within the type.
    public var id: Text
    /// What is known of it; searches use it, evaluations do not.
    public var properties: [Property]

    /// Makes an entity.
    public init(type: Text, id: Text, properties: [Property] = []) {
        self.type = type
        self.id = id
        self.properties = properties
    }
}
