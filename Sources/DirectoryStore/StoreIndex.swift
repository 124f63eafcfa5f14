internal import Directory
internal import PolicyModel

/// A change of single files that needs no judgement of the whole.
struct StoreEdit {
    /// What the changed files hold now, in force with everything else.
    let directory: Directory
    let changed: Set<EntityKey>
    let revision: String
    /// The lines of the warnings that the files had and have.
    let warnings: (gone: [String], new: [String])
}

/// What is in force, ready for being asked of a few changed files at a time.
///
/// Only for a store without trouble: every file is good and in force as it stands, and nothing is quarantined. Of a change
/// that keeps it so, and that concerns nobody but the files that changed, `edit` says what follows; of any other, that
/// the whole has to be judged. A property holds both ways against each other.
struct StoreIndex {
    private let limits: StoreLimits
    /// The files in force, by path.
    private(set) var inForce: [Text: EntityFile]
    private var targets: Targets
    /// The files that hold what is claimed beside names, which `targets` knows.
    private var holders: [Claim: Text] = [:]
    private var revision: RevisionList
    /// Files whose `Principal` elements name nobody; a user or role that comes or goes may change that.
    private var namesNobody: Set<Text> = []

    /// `nil` for a store with trouble.
    init?(_ verdict: StoreVerdict, limits: StoreLimits) {
        guard verdict.errors.isEmpty, !verdict.isStale, verdict.directory.quarantined.isEmpty else { return nil }
        self.limits = limits
        inForce = verdict.inForce
        targets = verdict.targets
        revision = verdict.revisionList
        for (path, file) in verdict.inForce {
            for claim in file.otherClaims { holders[claim] = path }
        }
        for warning in verdict.warnings where warning.code == "unknown-principal" {
            namesNobody.insert(Text(warning.file))
        }
    }

    /// Puts changed files in force; `nil`, and nothing is done, when the whole has to be judged.
    mutating func edit(_ directory: Directory, _ changed: [EntityFile]) -> StoreEdit? {
        guard changed.allSatisfy(isByItself), areDistinct(changed) else { return nil }
        let last = changed.map { ($0.key, targets.files[$0.key]) }
        for file in changed { targets.put(file, for: file.key) }
        guard changed.allSatisfy({ targets.dangling($0).isEmpty }), areFew(changed) else {
            for (key, file) in last { targets.put(file, for: key) }
            return nil
        }
        var directory = directory
        for file in changed { directory.add(targets.resolved(file)) }
        let lines = warningLines(changed, directory)
        for file in changed { put(file) }
        return StoreEdit(
            directory: directory, changed: Set(changed.map(\.key)), revision: revision.revision, warnings: lines)
    }

    private mutating func put(_ file: EntityFile) {
        for claim in inForce[file.path]?.otherClaims ?? [] { holders[claim] = nil }
        for claim in file.otherClaims { holders[claim] = file.path }
        inForce[file.path] = file
        revision.put(file.path, file.digest)
    }

    // MARK: What concerns nobody else

    /// Whether the file takes nothing that another has, and nothing that others name goes with its last version.
    private func isByItself(_ file: EntityFile) -> Bool {
        guard file.claims.allSatisfy({ claim in holder(of: claim).map { $0 == file.path } ?? true }) else {
            return false
        }
        guard let last = inForce[file.path] else {
            // Whom others may have named already, in vain.
            return !file.entity.isPrincipal || namesNobody.isEmpty
        }
        guard last.key == file.key else { return false }
        switch (last.entity, file.entity) {
        case (.user(let old), .user(let new)): return old.arn == new.arn && old.id == new.id
        case (.role(let old), .role(let new)): return old.arn == new.arn && old.id == new.id
        case (.policy(let old), .policy(let new)): return old.arn == new.arn && last.isPathStated == file.isPathStated
        case (.group, .group), (.resource, .resource): return true
        case (.serviceControlPolicy(let old), .serviceControlPolicy(let new)): return old.name == new.name
        case (.resourceControlPolicy(let old), .resourceControlPolicy(let new)): return old.name == new.name
        default: return false
        }
    }

    private func holder(of claim: Claim) -> Text? {
        if case .entity(let key) = claim { targets.files[key]?.path } else { holders[claim] }
    }

    /// Whether no two of the files claim the same.
    private func areDistinct(_ changed: [EntityFile]) -> Bool {
        let claims = changed.flatMap(\.claims)
        return Set(claims).count == claims.count
    }

    /// Whether nobody has too many documents now.
    private func areFew(_ changed: [EntityFile]) -> Bool {
        let grown = changed.filter { file in
            guard case .group = file.entity else { return false }
            return file.documentsCount > inForce[file.path]?.documentsCount ?? 0
        }
        guard !grown.isEmpty else { return changed.allSatisfy { isFew($0) } }
        let keys = Set(grown.map(\.key))
        return targets.files.values.allSatisfy { file in
            !file.references.contains { keys.contains($0.target) } || isFew(file)
        } && changed.allSatisfy { isFew($0) }
    }

    private func isFew(_ file: EntityFile) -> Bool {
        targets.documentsCount(of: file) <= limits.principalDocumentsMax
    }

    // MARK: Warnings

    private mutating func warningLines(
        _ changed: [EntityFile], _ directory: Directory
    ) -> (gone: [String], new: [String]) {
        let holders = holders
        // What files claim in this very edit has no holder yet.
        let ids = Set(changed.flatMap(\.claims))
        let mentions = MissingPrincipals(directory) { holders[.id($0)] != nil || ids.contains(.id($0)) }
        var lines: (gone: [String], new: [String]) = ([], [])
        for file in changed {
            let named = mentions.warnings(file)
            let last = inForce[file.path]
            lines.gone += (last.map { $0.warnings + mentions.warnings($0) } ?? []).map(\.line)
            lines.new += (file.warnings + named).map(\.line)
            if named.isEmpty { namesNobody.remove(file.path) } else { namesNobody.insert(file.path) }
        }
        return lines
    }
}

extension Entity {
    /// Whether `Principal` elements can name it.
    fileprivate var isPrincipal: Bool {
        switch self {
        case .user, .role: true
        default: false
        }
    }
}
