internal import Directory
internal import PolicyModel
internal import WireProtocol

/// What a review comes to: an action on a resource, with what is known of it.
struct ReviewQuestion: Sendable {
    /// `kubernetes:<verb>`.
    let action: String
    /// The resource's ARN.
    let resource: String
    private let facts: [WireContextEntry]

    /// Why a review cannot become a question; it is denied.
    struct Fault: Error, Sendable, Hashable {
        let message: String
    }

    init(_ review: SubjectAccessReview) throws(Fault) {
        var facts: [(String, [String])] = [("User", [review.user]), ("UID", [review.uid])]
        let verb: String
        switch review.attributes {
        case .resource(let attributes):
            verb = attributes.verb
            resource = try ReviewQuestion.resource(attributes)
            facts += [
                ("Namespace", [attributes.namespace]), ("Group", [attributes.group]),
                ("Version", [attributes.version]), ("Resource", [attributes.resource]),
                ("Subresource", [attributes.subresource]), ("Name", [attributes.name]),
            ]
            self.facts =
                ReviewQuestion.texts(facts)
                + ReviewQuestion.lists([
                    ("Groups", review.groups), ("FieldSelector", attributes.fieldSelector),
                    ("LabelSelector", attributes.labelSelector),
                ]) + ReviewQuestion.lists(review.extra.map { ("Extra/" + $0.key, $0.values) })
        case .path(let path, let pathVerb):
            verb = pathVerb
            guard Template.fits(path, isLast: true) else { throw Fault(message: "the path is empty, or no text") }
            resource = "arn:aws:kubernetes:::path/" + (path.hasPrefix("/") ? String(path.dropFirst()) : path)
            facts.append(("Path", [path]))
            self.facts =
                ReviewQuestion.texts(facts) + ReviewQuestion.lists([("Groups", review.groups)])
                + ReviewQuestion.lists(review.extra.map { ("Extra/" + $0.key, $0.values) })
        }
        guard Template.fits(verb, isLast: false) else { throw Fault(message: "the verb is empty, or has `:` or `/`") }
        action = "kubernetes:" + verb
    }

    /// The question as it is put to the policies.
    func question(by principal: String) -> WireQuestion {
        WireQuestion(principal: principal, action: action, resource: resource, context: facts)
    }

    /// `namespace/<namespace>/<group>/<resource>[:<subresource>]/<name>`, or `cluster/…` without a namespace.
    ///
    /// No part holds what ends it: `a/b` is never a resource with a name, and `pods:exec` never a resource of that name. What
    /// has no name, as a list has none, is `*`.
    private static func resource(_ attributes: SubjectAccessReview.ResourceAttributes) throws(Fault) -> String {
        // The group without a name is written so; nothing else may be.
        guard Text(attributes.group) != "core" else { throw Fault(message: "there is no API group `core`") }
        let group = attributes.group.isEmpty ? "core" : attributes.group
        var parts = [group, attributes.resource]
        if !attributes.namespace.isEmpty { parts.append(attributes.namespace) }
        if !attributes.subresource.isEmpty { parts.append(attributes.subresource) }
        guard parts.allSatisfy({ Template.fits($0, isLast: false) }) else {
            throw Fault(message: "a part of the resource is empty, or has `:` or `/`")
        }
        let name = attributes.name.isEmpty ? "*" : attributes.name
        // Names of roles have colons, and no name has a slash.
        guard !name.utf8.contains(ASCII.slash), Template.fits(name, isLast: true) else {
            throw Fault(message: "the name has `/`, or is no text")
        }
        let place = attributes.namespace.isEmpty ? "cluster" : "namespace/\(attributes.namespace)"
        let kind = attributes.resource + (attributes.subresource.isEmpty ? "" : ":\(attributes.subresource)")
        return "arn:aws:kubernetes:::\(place)/\(group)/\(kind)/\(name)"
    }

    private static func texts(_ facts: [(String, [String])]) -> [WireContextEntry] {
        facts.compactMap { key, values in
            guard let value = values.first, !value.isEmpty else { return nil }
            return WireContextEntry("kubernetes:" + key, .string(value))
        }
    }

    private static func lists(_ facts: [(String, [String])]) -> [WireContextEntry] {
        facts.compactMap { key, values in
            values.isEmpty ? nil : WireContextEntry("kubernetes:" + key, .list(values.map { .string($0) }))
        }
    }
}

extension KubernetesMapping {
    /// Who a user of the cluster is; `nil` for one that nothing names.
    func principal(of user: String, in directory: Directory) -> String? {
        if let users {
            for rule in users {
                if let values = rule.match.values(in: user) { return rule.principal.text { values[$0] } }
            }
            return nil
        }
        guard let account = (account ?? directory.defaultAccount)?.description else { return nil }
        if let values = KubernetesMapping.serviceAccount?.values(in: user),
            let namespace = values["Namespace"], let name = values["Name"]
        {
            // A namespace has no dot, so the first one ends it.
            return namespace.contains(".") ? nil : "arn:aws:iam::\(account):user/serviceaccount/\(namespace).\(name)"
        }
        return Template.fits(user, isLast: false) ? "arn:aws:iam::\(account):user/\(user)" : nil
    }

    private static let serviceAccount: NamePattern? =
        (try? Template("system:serviceaccount:{Namespace}:{Name}")).flatMap { try? NamePattern($0) }
}
