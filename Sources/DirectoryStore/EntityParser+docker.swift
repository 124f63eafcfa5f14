internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// `mappings/docker.json`: how the calls of Docker Engine become questions.
extension EntityParser {
    mutating func docker(_ root: JSONNode) -> EntityReading {
        let members = reader.members(
            of: root, what: "a Docker mapping",
            known: ["Account", "LocalPrincipal", "Principal", "Labels", "FilteredResponses"])
        var mapping = DockerMapping(account: account(members["Account"], "`Account`"))
        mapping.localPrincipal = principal(members["LocalPrincipal"], "`LocalPrincipal`", places: [])?.text { _ in nil }
            .map { Text($0) }
        mapping.principal = principal(members["Principal"], "`Principal`", places: [DockerMapping.userPlace])
        mapping.labels = dockerLabels(members["Labels"])
        mapping.filteredResponses = filteredResponses(members["FilteredResponses"])
        return finish(.mapping(.docker(mapping)))
    }

    /// A template that is a principal with any names in its places.
    mutating func principal(_ node: JSONNode?, _ what: String, places: [String]) -> Template? {
        let known = places.isEmpty ? "no places here" : places.map { "`{\($0)}`" }.joined(separator: ", ")
        guard let node, let template = template(node, what, places: known, isKnown: { places.contains($0) }) else {
            return nil
        }
        let example = template.text { _ in "x" } ?? ""
        guard let caller = Caller(Text(example)), caller != .anonymous, !caller.isService else {
            reader.error(
                "wrong-value",
                "\(what) must be the ARN of a user, a role's session or a federated user, such as "
                    + "`arn:aws:iam::111122223333:user/alice`", at: node.position)
            return nil
        }
        return template
    }

    private mutating func dockerLabels(_ node: JSONNode?) -> [String] {
        var labels: [String] = []
        for element in reader.elements(node, "`Labels`") {
            guard let label = reader.string(element, "a name in `Labels`")?.string else { continue }
            // The whole key, with `docker:Label/` before it, has to be one that a question may have.
            guard !label.isEmpty, label.utf8.count <= DockerMappingLimits.labelBytesMax,
                label.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else {
                reader.error(
                    "wrong-value", "\(UserText.quoted(label)) cannot be a label of a context key", at: element.position)
                continue
            }
            labels.append(label)
        }
        if labels.count > DockerMappingLimits.labelsMax, let node {
            reader.error(
                "too-many", "`Labels` has \(labels.count) names; \(DockerMappingLimits.labelsMax) at most",
                at: node.position)
        }
        return labels
    }

    private mutating func filteredResponses(_ node: JSONNode?) -> [DockerAction: [DockerMapping.ResponseKey]] {
        guard let node else { return [:] }
        guard let members = node.members else {
            reader.error(
                "wrong-type", "`FilteredResponses` must be an object, not \(node.value.kindDescription)",
                at: node.position)
            return [:]
        }
        var result: [DockerAction: [DockerMapping.ResponseKey]] = [:]
        for member in members {
            guard let action = DockerAction(rawValue: member.name), action.isRead else {
                reader.error(
                    "unknown-action",
                    "\(UserText.quoted(member.name)) is no action of Docker that only reads; "
                        + NameDistance.hint(for: member.name, among: DockerAction.reads.map(\.rawValue)),
                    at: member.namePosition)
                continue
            }
            result[action] = responseKeys(member.value, of: member.name)
        }
        return result
    }

    private mutating func responseKeys(_ node: JSONNode, of action: String) -> [DockerMapping.ResponseKey] {
        guard let members = node.members, !members.isEmpty else {
            reader.error("wrong-type", "\(UserText.quoted(action)) must be an object with keys", at: node.position)
            return []
        }
        return members.compactMap { member in
            let prefix = DockerMapping.responsePrefix
            guard member.name.utf8.starts(with: prefix.utf8), member.name.utf8.count > prefix.utf8.count else {
                reader.error(
                    "wrong-value", "the key \(UserText.quoted(member.name)) must begin with `\(prefix)`",
                    at: member.namePosition)
                return nil
            }
            let what = "the path of \(UserText.quoted(member.name))"
            let path = reader.elements(member.value, what).compactMap { reader.string($0, "a name in \(what)")?.string }
            guard !path.isEmpty else {
                reader.error("wrong-value", "\(what) is empty", at: member.value.position)
                return nil
            }
            return DockerMapping.ResponseKey(key: member.name, path: path)
        }
    }
}

/// The bounds of `mappings/docker.json`.
enum DockerMappingLimits {
    /// A question has 128 keys, of which Docker's own take some forty.
    static let labelsMax = 64
    /// What a context key has room for behind `docker:Label/`.
    static let labelBytesMax = 240
}

extension Caller {
    /// Whether it is a service.
    var isService: Bool { if case .service = self { true } else { false } }
}
