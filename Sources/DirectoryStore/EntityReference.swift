internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// A group, policy, boundary or control policy that an entity names, and where.
struct EntityReference: Sendable, Hashable {
    private let name: ReferenceName
    private let line: UInt32
    private let column: UInt32

    init(_ name: ReferenceName, at position: JSONPosition) {
        self.name = name
        (line, column) = (UInt32(clamping: position.line), UInt32(clamping: position.column))
    }

    /// What must be in force.
    var target: EntityKey { name.target }
    /// The path inside the ARN; `nil` for groups and control policies, which are named without one.
    var path: Text? { name.path }
    /// The user's text.
    var text: Text { name.text }
    /// Where it stands in the file.
    var position: JSONPosition { JSONPosition(line: Int(line), column: Int(column)) }

    /// The file that would hold what is named, by the name as it is written.
    var remedy: String {
        // An ARN ends in the name.
        let name = if case .policy = target { text.split(at: ASCII.slash).last ?? text } else { text }
        let folder =
            switch target {
            case .group(let account, _): "accounts/\(account)/groups"
            case .policy(let account?, _): "accounts/\(account)/policies"
            case .policy(nil, _): "managed"
            case .serviceControlPolicy: "organization/\(ControlPolicyKind.service.folder)"
            case .resourceControlPolicy: "organization/\(ControlPolicyKind.resource.folder)"
            case .account, .user, .role, .resource, .schema, .organization, .mapping, .catalogue: ""
            }
        return UserText.quoted("\(folder)/\(name).json")
    }
}

/// What a reference says, whoever says it: thousands of users name the same few groups and policies.
final class ReferenceName: Sendable, Hashable {
    let target: EntityKey
    let path: Text?
    let text: Text

    init(target: EntityKey, path: Text?, text: Text) {
        (self.target, self.path, self.text) = (target, path, text)
    }

    static func == (lhs: ReferenceName, rhs: ReferenceName) -> Bool {
        lhs === rhs || (lhs.text == rhs.text && lhs.target == rhs.target && lhs.path == rhs.path)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// The names that one reading of a store has met.
final class ReferenceNames {
    private struct Key: Hashable {
        let account: AccountID?
        let text: Text
    }

    private var groups: [Key: ReferenceName] = [:]
    private var policies: [Text: ReferenceName] = [:]
    private var parsers: [PolicyKind: PolicyParser] = [:]

    /// What reads documents of a kind.
    func parser(of kind: PolicyKind, _ rules: PolicyRules) -> PolicyParser {
        if let known = parsers[kind], known.rules == rules { return known }
        let made = PolicyParser(kind: kind, rules: rules)
        parsers[kind] = made
        return made
    }

    /// A group of an account by its name.
    func group(_ name: Text, of account: AccountID) -> ReferenceName {
        let key = Key(account: account, text: name)
        if let known = groups[key] { return known }
        let made = ReferenceName(target: .group(account, name.foldedASCII), path: nil, text: name)
        groups[key] = made
        return made
    }

    /// A managed policy by its ARN; `nil` when it is none.
    func policy(_ text: Text) -> ReferenceName? {
        if let known = policies[text] { return known }
        guard let arn = PolicyARN(text) else { return nil }
        let made = ReferenceName(target: arn.key, path: arn.path, text: text)
        policies[text] = made
        return made
    }
}
