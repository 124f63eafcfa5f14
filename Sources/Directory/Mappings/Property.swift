public import PolicyModel

/// A named value of a subject, action, resource or context.
public struct Property: Sendable, Hashable {
    /// The name.
    public var name: Text
    /// What it holds.
    public var value: PropertyValue

    /// Makes a property.
    public init(_ name: Text, _ value: PropertyValue) {
        self.name = name
        self.value = value
    }
}

/// What a property holds: any JSON value (spec `authzen.md` AZ-IM-7).
public indirect enum PropertyValue: Sendable, Hashable {
    /// `null`, which is not the same as no property.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number's source text.
    case number(Text)
    /// A string.
    case string(Text)
    /// An array.
    case array([PropertyValue])
    /// An object's members.
    case object([Property])
}

/// Properties as condition keys can hold them: names with dots, and values that are single or lists.
///
/// The objects of a property are opened three names deep. What has no such form is not dropped in silence: it is `unfit`, and
/// whoever would test it must not get an answer as if it were absent.
public struct FlatProperties: Sendable, Hashable {
    /// A single value.
    public enum Scalar: Sendable, Hashable {
        /// `true` or `false`.
        case boolean(Bool)
        /// A number's source text.
        case number(Text)
        /// A string.
        case string(Text)
    }

    /// What a key holds.
    public enum Value: Sendable, Hashable {
        /// One value.
        case single(Scalar)
        /// Many.
        case list([Scalar])
    }

    /// A path with what it holds.
    public struct Entry: Sendable, Hashable {
        /// The names on the way, with dots between them.
        public let path: Text
        /// What is there.
        public let value: Value
    }

    /// How many names a path may have.
    public static let namesMax = 3
    /// The longest path, in bytes; what lies below one is not looked at, for no question has a longer key.
    static let pathBytesMax = 256

    /// What condition keys can hold.
    public private(set) var entries: [Entry] = []
    /// Paths that hold `null`.
    public private(set) var nulls: [Text] = []
    /// Paths that hold what no condition key can: objects themselves, what lies deeper than three names, and lists of
    /// anything but single values.
    public private(set) var unfit: [Text] = []

    /// Opens the objects of properties.
    ///
    /// The recursion is as deep as the values, which the reader of their text has bounded.
    public init(_ properties: [Property]) {
        for property in properties { add(property.value, at: property.name, names: 1) }
    }

    private mutating func add(_ value: PropertyValue, at path: Text, names: Int) {
        guard path.utf8.count <= FlatProperties.pathBytesMax else { return unfit.append(path) }
        if case .object(let members) = value {
            unfit.append(path)
            for member in members { add(member.value, at: Text("\(path).\(member.name)"), names: names + 1) }
            return
        }
        guard names <= FlatProperties.namesMax else { return unfit.append(path) }
        if let scalar = Scalar(value) { return entries.append(Entry(path: path, value: .single(scalar))) }
        switch value {
        case .array(let elements):
            let scalars = elements.compactMap(Scalar.init)
            guard scalars.count == elements.count else { return unfit.append(path) }
            entries.append(Entry(path: path, value: .list(scalars)))
        case .null: nulls.append(path)
        case .boolean, .number, .string, .object: return
        }
    }
}

extension FlatProperties.Scalar {
    /// The same value; `nil` when it is none of these.
    fileprivate init?(_ value: PropertyValue) {
        switch value {
        case .boolean(let flag): self = .boolean(flag)
        case .number(let text): self = .number(text)
        case .string(let text): self = .string(text)
        case .null, .array, .object: return nil
        }
    }
}
