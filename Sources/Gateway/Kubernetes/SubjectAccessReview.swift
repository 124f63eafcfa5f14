internal import HTTPTypes
internal import JSONDocument
internal import PolicyModel

/// What an API server asks of an authorization webhook: `authorization.k8s.io/v1` and `v1beta1` (spec `protocols.md` §2.8).
struct SubjectAccessReview: Sendable {
    let version: Version
    let user: String
    let uid: String
    let groups: [String]
    /// What the authenticator knows beyond that, by key.
    let extra: [(key: String, values: [String])]
    let attributes: Attributes

    enum Version: String, Sendable, CaseIterable {
        case v1 = "authorization.k8s.io/v1"
        case v1beta1 = "authorization.k8s.io/v1beta1"

        /// The member with the groups.
        ///
        /// Reading the other would drop all of them, so it must not be there.
        var groupsMember: String { self == .v1 ? "groups" : "group" }
        var foreignGroupsMember: String { self == .v1 ? "group" : "groups" }
    }

    enum Attributes: Sendable {
        case resource(ResourceAttributes)
        /// A path of the API server that is no resource, such as `/metrics`.
        case path(String, verb: String)
    }

    struct ResourceAttributes: Sendable {
        let verb: String
        let namespace: String
        let group: String
        let version: String
        let resource: String
        let subresource: String
        let name: String
        let fieldSelector: [String]
        let labelSelector: [String]
    }

    static let kind = "SubjectAccessReview"

    init(_ body: JSONNode) throws(Refusal) {
        guard let kind = body["kind"]?.string, Text(kind) == Text(SubjectAccessReview.kind) else {
            throw Refusal(.badRequest, "`kind` must be `\(SubjectAccessReview.kind)`")
        }
        guard
            let version = Version.allCases.first(where: { version in
                body["apiVersion"]?.string.map { Text($0) } == Text(version.rawValue)
            })
        else {
            let known = Version.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
            throw Refusal(.badRequest, "`apiVersion` must be \(known)")
        }
        self.version = version
        let spec = try ReviewObject(body["spec"], "`spec`")
        user = try spec.string("user")
        uid = try spec.string("uid")
        guard spec.node(version.foreignGroupsMember) == nil else {
            throw Refusal(
                .badRequest,
                "`spec.\(version.foreignGroupsMember)` is not of `\(version.rawValue)`, whose groups are in "
                    + "`spec.\(version.groupsMember)`")
        }
        groups = try spec.strings(version.groupsMember)
        extra = try spec.lists("extra")
        attributes = try Attributes(spec)
    }
}

extension SubjectAccessReview.Attributes {
    init(_ spec: ReviewObject) throws(Refusal) {
        switch (spec.node("resourceAttributes"), spec.node("nonResourceAttributes")) {
        case (let node?, nil):
            let attributes = try ReviewObject(node, "`spec.resourceAttributes`")
            self = .resource(try SubjectAccessReview.ResourceAttributes(attributes))
        case (nil, let node?):
            let attributes = try ReviewObject(node, "`spec.nonResourceAttributes`")
            self = .path(try attributes.string("path"), verb: try attributes.string("verb"))
        default:
            throw Refusal(
                .badRequest, "`spec` needs either `resourceAttributes` or `nonResourceAttributes`, and not both")
        }
    }
}

extension SubjectAccessReview.ResourceAttributes {
    init(_ attributes: ReviewObject) throws(Refusal) {
        verb = try attributes.string("verb")
        namespace = try attributes.string("namespace")
        group = try attributes.string("group")
        version = try attributes.string("version")
        resource = try attributes.string("resource")
        subresource = try attributes.string("subresource")
        name = try attributes.string("name")
        fieldSelector = try attributes.selector("fieldSelector")
        labelSelector = try attributes.selector("labelSelector")
    }
}

/// An object of a review.
///
/// Members that are absent, `null` or empty are the same, as in Go; others that are unknown are left alone: the API server may
/// be newer.
struct ReviewObject: Sendable {
    private let node: JSONNode
    private let place: String

    init(_ node: JSONNode?, _ place: String) throws(Refusal) {
        guard let node, node.members != nil else { throw Refusal(.badRequest, "\(place) is missing, or no object") }
        (self.node, self.place) = (node, place)
    }

    func node(_ name: String) -> JSONNode? {
        guard let node = node[name], node.value != .null else { return nil }
        return node
    }

    func string(_ name: String) throws(Refusal) -> String {
        guard let node = node(name) else { return "" }
        guard let text = node.string else { throw wrong(name, "a string") }
        return text
    }

    func strings(_ name: String) throws(Refusal) -> [String] {
        guard let node = node(name) else { return [] }
        return try strings(node, name)
    }

    /// A map of lists of strings.
    func lists(_ name: String) throws(Refusal) -> [(key: String, values: [String])] {
        guard let node = node(name) else { return [] }
        guard let members = node.members else { throw wrong(name, "an object of lists") }
        var lists: [(String, [String])] = []
        for member in members {
            lists.append((member.name, member.value.value == .null ? [] : try strings(member.value, name)))
        }
        return lists
    }

    /// The requirements of a selector, each as `key operator values`.
    func selector(_ name: String) throws(Refusal) -> [String] {
        guard let node = node(name) else { return [] }
        let selector = try ReviewObject(node, "`\(name)`")
        guard let requirements = selector.node("requirements") else { return [] }
        guard let elements = requirements.elements else { throw wrong("\(name).requirements", "a list") }
        var result: [String] = []
        for element in elements {
            let requirement = try ReviewObject(element, "a requirement of `\(name)`")
            let words = [
                try requirement.string("key"), try requirement.string("operator"),
                try requirement.strings("values").joined(separator: ","),
            ]
            result.append(words.filter { !$0.isEmpty }.joined(separator: " "))
        }
        return result
    }

    private func strings(_ node: JSONNode, _ name: String) throws(Refusal) -> [String] {
        guard let elements = node.elements else { throw wrong(name, "a list of strings") }
        var strings: [String] = []
        for element in elements {
            guard let text = element.string else { throw wrong(name, "a list of strings") }
            strings.append(text)
        }
        return strings
    }

    private func wrong(_ name: String, _ expected: String) -> Refusal {
        Refusal(.badRequest, "`\(name)` of \(place) must be \(expected)")
    }
}
