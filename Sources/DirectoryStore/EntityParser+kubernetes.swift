internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `mappings/kubernetes.json`: how the reviews of an API server become questions.
extension EntityParser {
    mutating func kubernetes(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "a Kubernetes mapping", known: ["Account", "ImplicitDeny", "Users"])
        var mapping = KubernetesMapping(account: account(members["Account"], "`Account`"))
        if let implicitDeny = implicitDeny(members["ImplicitDeny"]) { mapping.implicitDeny = implicitDeny }
        if let users = members["Users"] {
            mapping.users = reader.elements(users, "`Users`").compactMap { userRule($0) }
        }
        return finish(.mapping(.kubernetes(mapping)))
    }

    private mutating func implicitDeny(_ node: JSONNode?) -> KubernetesMapping.ImplicitDeny? {
        guard let node, let text = reader.string(node, "`ImplicitDeny`")?.string else { return nil }
        if let value = KubernetesMapping.ImplicitDeny(rawValue: text) { return value }
        let known = KubernetesMapping.ImplicitDeny.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
        reader.error(
            "wrong-value", "`ImplicitDeny` must be \(known), not \(UserText.quoted(text))", at: node.position)
        return nil
    }

    private mutating func userRule(_ node: JSONNode) -> KubernetesMapping.UserRule? {
        let what = "an entry of `Users`"
        let members = reader.members(of: node, what: what, known: ["Match", "Principal"])
        let match = reader.required("Match", in: members, of: what, at: node.position).flatMap { namePattern($0) }
        guard let principal = reader.required("Principal", in: members, of: what, at: node.position), let match,
            let template = self.principal(principal, "`Principal`", places: match.template.places)
        else { return nil }
        return KubernetesMapping.UserRule(match: match, principal: template)
    }

    /// The form of a user name; its places may be called anything.
    private mutating func namePattern(_ node: JSONNode) -> NamePattern? {
        guard let template = template(node, "`Match`", places: "any", isKnown: { _ in true }) else { return nil }
        guard !template.pieces.isEmpty else {
            reader.error("wrong-value", "`Match` is empty", at: node.position)
            return nil
        }
        do throws(NamePattern.Failure) {
            return try NamePattern(template)
        } catch {
            reader.error("invalid-template", "`Match`: \(error.message)", at: node.position)
            return nil
        }
    }
}
