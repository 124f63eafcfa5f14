internal import Directory
internal import PolicyModel

extension EntityReference {
    /// Whether what it says of the policy that it names is the policy's very ARN.
    fileprivate func isWritten(as policy: ManagedPolicy) -> Bool {
        path == policy.path && text.utf8.suffix(policy.name.utf8.count).elementsEqual(policy.name.utf8)
    }
}

/// What references can find: the files in force by the entity they hold.
struct Targets {
    private(set) var files: [EntityKey: EntityFile]

    init(_ chosen: some Sequence<EntityFile>) {
        // Where two files still claim one key, the lesser path stands, so that order decides nothing.
        files = Dictionary(chosen.map { ($0.key, $0) }, uniquingKeysWith: { $0.path < $1.path ? $0 : $1 })
    }

    /// Sets which file holds an entity.
    mutating func put(_ file: EntityFile?, for key: EntityKey) { files[key] = file }

    /// Whether what the reference names is in force, under the path that it says.
    func holds(_ reference: EntityReference) -> Bool {
        guard let file = files[reference.target] else { return false }
        guard let path = reference.path, file.isPathStated, case .policy(let policy) = file.entity else { return true }
        return policy.path == path
    }

    /// The entity with its policies named by the very ARN that they have in force.
    ///
    /// A name's case does not count, and a bare document may be attached under any path; whoever compiles the directory
    /// need not know that.
    func resolved(_ file: EntityFile) -> Entity {
        if case .organization(let organization) = file.entity { return .organization(resolved(organization)) }
        var arns: [Text: Text] = [:]
        for reference in file.references where holds(reference) {
            guard case .policy(let policy) = files[reference.target]?.entity else { continue }
            if !reference.isWritten(as: policy) { arns[reference.text] = policy.arn }
        }
        guard !arns.isEmpty else { return file.entity }
        return file.entity.mappingPolicies { arns[$0] ?? $0 }
    }

    private func resolved(_ organization: Organization) -> Organization {
        var copy = organization
        copy.root = organization.root.mapping { kind, name in
            files[kind.key(name)]?.entity.namedPolicy?.name ?? name
        }
        return copy
    }

    /// The references of the file that name nothing.
    func dangling(_ file: EntityFile) -> [EntityReference] { file.references.filter { !holds($0) } }

    /// The same, as errors.
    func faults(of file: EntityFile) -> [StoreDiagnostic] {
        dangling(file).map { reference in
            StoreDiagnostic(
                .error, "missing-reference",
                "`\(reference.text)` does not exist; add \(reference.remedy), or mend it, or name another",
                file: file.path.string, position: reference.position)
        }
    }

    /// Documents that count for a decision about the user or role; 0 for anything else.
    func documentsCount(of file: EntityFile) -> Int {
        switch file.entity {
        case .user, .role: break
        default: return 0
        }
        return file.references.reduce(file.documentsCount) { count, reference in
            guard case .group = reference.target else { return count }
            return count + (files[reference.target]?.documentsCount ?? 0)
        }
    }

    func countProblem(of file: EntityFile, documentsMax: Int) -> StoreDiagnostic {
        StoreDiagnostic(
            .error, "too-many-documents",
            "\(file.entity.keyAsWritten) has \(documentsCount(of: file)) policy documents; at most \(documentsMax) may count for one principal",
            file: file.path.string)
    }
}
