internal import Directory
internal import PolicyModel

/// Decides which version of every file is in force (design §3.2, reload rules 1-4); pure.
///
/// Files are gathered in units: a folder that swaps as a whole is one unit, every other file is its own. A unit is taken
/// new or stays old. All units that can be read begin new; those whose new version cannot hold (a name that another file
/// has, a reference to nothing) fall back to the old, all at once, until nothing changes. A unit never turns new again
/// within one judgement, so it ends after at most as many rounds as there are units, and order decides nothing.
struct StoreJudge {
    let limits: StoreLimits
    private(set) var units: [Unit] = []
    private(set) var diagnostics: Set<StoreDiagnostic> = []

    /// What is taken or left together.
    struct Unit {
        /// The good files of the new reading, by path.
        var new: [Text: EntityFile] = [:]
        /// What was in force.
        var old: [Text: EntityFile] = [:]
        /// Whether the new reading is in force.
        var isNew = true

        var chosen: [Text: EntityFile] { isNew ? new : old }

        /// Whether taking the new reading would change anything.
        var isChanged: Bool {
            new.count != old.count || new.contains { path, file in old[path]?.digest != file.digest }
        }

        /// Whether the new reading can still be turned down.
        var canFallBack: Bool { isNew && isChanged }
    }

    /// How files are taken together.
    enum Mode: Sendable, Hashable {
        /// Nothing is in force yet: each file by itself, so that every error of every file is found.
        case start
        /// A folder that swaps as a whole is one unit, every other file its own.
        case reload
        /// The tree is one unit (rule 1, and `--reload whole`).
        case reloadWhole
    }

    /// Judges a reading against what is in force.
    ///
    /// At the start any error in the verdict means that the store may not be served.
    static func judge(
        _ scan: StoreScan, inForce old: [Text: EntityFile], mode: Mode, limits: StoreLimits = StoreLimits()
    ) -> StoreVerdict {
        var judge = StoreJudge(limits: limits)
        let folders: [Text] =
            switch mode {
            case .start: []
            case .reload: scan.atomicFolders
            case .reloadWhole: [""]
            }
        judge.gather(scan, inForce: old, atomicFolders: folders)
        judge.settle()
        return StoreVerdict(
            chosen: judge.chosen, diagnostics: judge.diagnostics, limits: limits, ignoredFiles: scan.ignoredFiles)
    }

    private init(limits: StoreLimits) {
        self.limits = limits
    }

    /// Everything in force under the present choice.
    var chosen: [Text: EntityFile] {
        units.reduce(into: [:]) { result, unit in result.merge(unit.chosen) { first, _ in first } }
    }

    // MARK: Gathering

    private mutating func gather(_ scan: StoreScan, inForce old: [Text: EntityFile], atomicFolders: [Text]) {
        diagnostics.formUnion(scan.layoutProblems)
        for reading in scan.files.values { diagnostics.formUnion(reading.diagnostics) }
        let folders = outermost(atomicFolders)
        for folder in folders { units.append(atomicUnit(folder, scan, old)) }
        for (path, reading) in scan.files where !folders.contains(where: path.isBeneath) {
            let last = old[path].map { [path: $0] } ?? [:]
            let file = reading.file
            units.append(Unit(new: file.map { [path: $0] } ?? [:], old: last, isNew: file != nil))
        }
        keepUnlisted(scan, old, folders)
    }

    private func outermost(_ folders: [Text]) -> [Text] {
        folders.filter { folder in !folders.contains { $0 != folder && folder.isBeneath($0) } }
    }

    private func atomicUnit(_ folder: Text, _ scan: StoreScan, _ old: [Text: EntityFile]) -> Unit {
        let readings = scan.files.filter { $0.key.isBeneath(folder) }
        let hasProblem =
            readings.values.contains { $0.file == nil }
            || scan.layoutProblems.contains { $0.isError && (folder.isEmpty || Text($0.file).isBeneath(folder)) }
            || scan.unlistedFolders.contains { $0 == folder || $0.isBeneath(folder) }
        return Unit(
            new: readings.compactMapValues(\.file), old: old.filter { $0.key.isBeneath(folder) }, isNew: !hasProblem)
    }

    /// What lay in a folder that cannot be listed is not deleted; its last good versions stay.
    private mutating func keepUnlisted(_ scan: StoreScan, _ old: [Text: EntityFile], _ atomicFolders: [Text]) {
        for (path, file) in old where scan.files[path] == nil {
            guard scan.unlistedFolders.contains(where: path.isBeneath),
                !atomicFolders.contains(where: path.isBeneath)
            else { continue }
            units.append(Unit(old: [path: file], isNew: false))
        }
    }

    // MARK: Settling

    /// Lets units fall back until every new one holds.
    private mutating func settle() {
        while true {
            // Names before references: what a name's holder is decides what a reference finds.
            var faults = claimFaults()
            if faults.isEmpty {
                let targets = Targets(units.lazy.flatMap(\.chosen.values))
                faults = referenceFaults(targets)
                if faults.isEmpty { faults = countFaults(targets) }
            }
            if faults.isEmpty { return }
            for (unit, found) in faults {
                units[unit].isNew = false
                diagnostics.formUnion(found)
            }
        }
    }

    /// Units that must fall back, with what is wrong.
    typealias Faults = [Int: [StoreDiagnostic]]

    private struct Claimant {
        let unit: Int
        let file: EntityFile
    }

    /// New files whose name, id or pattern another file in force has; a file that held it before keeps it.
    private func claimFaults() -> Faults {
        var claimants: [Claim: [Claimant]] = [:]
        for (index, unit) in units.enumerated() {
            for file in unit.chosen.values {
                for claim in file.claims { claimants[claim, default: []].append(Claimant(unit: index, file: file)) }
            }
        }
        var faults: Faults = [:]
        for (claim, all) in claimants where all.count > 1 {
            let sorted = all.sorted { $0.file.path < $1.file.path }
            for loser in sorted where canLose(claim, loser) {
                let others = sorted.filter { $0.file.path != loser.file.path }.map { "`\($0.file.path)`" }
                let message = "\(claim) is also in \(others.joined(separator: ", "))"
                faults[loser.unit, default: []].append(
                    StoreDiagnostic(.error, "duplicate-entity", message, file: loser.file.path.string))
            }
        }
        return faults
    }

    /// Whether the claimant's unit may be turned down: not if its old file at this path has the claim too.
    private func canLose(_ claim: Claim, _ claimant: Claimant) -> Bool {
        let unit = units[claimant.unit]
        guard unit.canFallBack else { return false }
        return unit.old[claimant.file.path]?.claims.contains(claim) != true
    }

    /// New files that name a group, policy or boundary that is not in force.
    private func referenceFaults(_ targets: Targets) -> Faults {
        var faults: Faults = [:]
        for (index, unit) in units.enumerated() where unit.canFallBack {
            let found = unit.new.values.flatMap { file in targets.faults(of: file) }
            if !found.isEmpty { faults[index] = found }
        }
        return faults
    }

    /// Users and roles with more documents than one decision may have to walk.
    private func countFaults(_ targets: Targets) -> Faults {
        let tooMany = targets.files.values.filter { targets.documentsCount(of: $0) > limits.principalDocumentsMax }
        guard !tooMany.isEmpty else { return [:] }
        let unitOfPath = Dictionary(
            units.enumerated().flatMap { index, unit in unit.chosen.keys.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        var faults: Faults = [:]
        for file in tooMany {
            // The user's own file first; if that did not change, the groups that did.
            let groups = file.references.compactMap { targets.files[$0.target]?.path }
            let changed = ([file.path] + groups).compactMap { unitOfPath[$0] }.filter { units[$0].canFallBack }
            guard let first = changed.first else { continue }
            let blamed = unitOfPath[file.path] == first ? [first] : changed
            for unit in blamed {
                faults[unit, default: []].append(
                    targets.countProblem(of: file, documentsMax: limits.principalDocumentsMax))
            }
        }
        return faults
    }
}
