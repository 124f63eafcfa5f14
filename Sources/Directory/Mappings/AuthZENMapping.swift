public import PolicyModel

/// How AuthZEN's subjects, actions and resources become principals, actions and ARNs (`mappings/authzen.json`).
///
/// A subject or resource is its type and id together: no two of them become one ARN. The store's parser has seen to it, by
/// `Template.tellsApart` and `Template.overlaps`, for what is listed here; whoever makes ARNs of types that are not listed
/// holds them against what is.
public struct AuthZENMapping: Sendable, Hashable {
    /// The account of users that are named without one; `nil` takes the store's default account.
    public var account: AccountID?
    /// The principals of subjects by type, of `{subject.id}`.
    public var subjects: [Text: Template] = [:]
    /// The actions by name.
    public var actions: [ActionName: Template] = [:]
    /// The actions whose names are not listed and have no colon; `nil` takes `{resource.type}:{action.name}`.
    public var defaultAction: Template?
    /// The ARNs of resources by type, of `{resource.id}` and properties.
    public var resources: [Text: Template] = [:]
    /// The condition keys that hold something other than their own: by what they hold.
    public var contextKeys: [RequestPlace: Text] = [:]

    /// The name of an action, for resources of one type or of all.
    public struct ActionName: Sendable, Hashable {
        /// The name.
        public var name: Text
        /// The type of resources that the entry is for; `nil` is for those that have no entry of their own.
        public var resourceType: Text?

        /// Makes a name.
        public init(_ name: Text, resourceType: Text? = nil) {
            self.name = name
            self.resourceType = resourceType
        }
    }

    /// What holds without a file.
    public init(account: AccountID? = nil) {
        self.account = account
    }

    /// The template of an action with a name, on resources of a type.
    public func action(_ name: Text, resourceType: Text) -> Template? {
        actions[ActionName(name, resourceType: resourceType)] ?? actions[ActionName(name)]
    }
}

/// Something in an AuthZEN request that a condition key or a template may take: `subject.id`, `context.ip`,
/// `resource.properties.address.city`.
public enum RequestPlace: Sendable, Hashable, CustomStringConvertible {
    /// `subject.type`.
    case subjectType
    /// `subject.id`.
    case subjectID
    /// `action.name`.
    case actionName
    /// `resource.type`.
    case resourceType
    /// `resource.id`.
    case resourceID
    /// A property, by its path within its holder.
    case property(PropertyHolder, Text)

    /// Reads a place; `nil` for what no request has.
    public init?(_ text: Text) {
        switch text.string {
        case "subject.type": self = .subjectType
        case "subject.id": self = .subjectID
        case "action.name": self = .actionName
        case "resource.type": self = .resourceType
        case "resource.id": self = .resourceID
        default:
            for holder in PropertyHolder.allCases where text.hasPrefix(holder.placePrefix) {
                let path = text.dropFirst(holder.placePrefix.utf8.count)
                guard !path.isEmpty else { return nil }
                self = .property(holder, path)
                return
            }
            return nil
        }
    }

    /// As it is written in a mapping.
    public var description: String {
        switch self {
        case .subjectType: "subject.type"
        case .subjectID: "subject.id"
        case .actionName: "action.name"
        case .resourceType: "resource.type"
        case .resourceID: "resource.id"
        case .property(let holder, let path): "\(holder.placePrefix)\(path)"
        }
    }
}

/// What has properties in an AuthZEN request.
public enum PropertyHolder: String, Sendable, Hashable, CaseIterable {
    /// The subject's.
    case subject
    /// The action's.
    case action
    /// The resource's.
    case resource
    /// The context, which is nothing but properties.
    case context

    /// What places of it begin with.
    public var placePrefix: Text { self == .context ? "context." : Text("\(rawValue).properties.") }

    /// What its condition keys begin with, unless a mapping says otherwise.
    public var keyPrefix: Text { Text(rawValue + ":") }
}
