internal import Directory
internal import JSONDocument
internal import PolicyModel

/// Errors that only say what another error says already: a reference to an entity whose own file is broken.
///
/// Whoever reads the list mends the one file; that its holders name nothing then goes away by itself.
enum FollowUps {
    /// The diagnostics of a start without the follow-ups; never empty of errors when they were not before.
    static func removed(from verdict: StoreVerdict, of scan: StoreScan) -> [StoreDiagnostic] {
        guard verdict.diagnostics.contains(where: \.isError) else { return verdict.diagnostics }
        let broken = brokenEntities(scan, verdict)
        let places = Set(
            scan.files.values.compactMap(\.file).flatMap { file in
                file.references.filter { broken.contains($0.target) }.map { Place(file: file.path, at: $0) }
            })
        return verdict.diagnostics.filter { diagnostic in
            // Who is nobody is not known while files are missing from the whole.
            if diagnostic.code == "unknown-principal" { return false }
            guard diagnostic.code == "missing-reference" || diagnostic.code == "broken-reference" else { return true }
            return !places.contains(Place(diagnostic))
        }
    }

    /// Where a reference stands.
    private struct Place: Hashable {
        let file: Text
        let line: Int
        let column: Int

        init(file: Text, at reference: EntityReference) {
            (self.file, line, column) = (file, reference.position.line, reference.position.column)
        }

        init(_ diagnostic: StoreDiagnostic) {
            file = Text(diagnostic.file)
            (line, column) = (diagnostic.position.line, diagnostic.position.column)
        }
    }

    /// What a file holds that is not in force, and so has an error of its own.
    private static func brokenEntities(_ scan: StoreScan, _ verdict: StoreVerdict) -> Set<EntityKey> {
        var broken: Set<EntityKey> = []
        for (path, reading) in scan.files where verdict.inForce[path] == nil {
            if let key = reading.file?.key ?? key(ofBroken: path) { broken.insert(key) }
        }
        return broken
    }

    /// What a file that cannot be read would most likely hold: the name is the file's.
    private static func key(ofBroken path: Text) -> EntityKey? {
        let parts = path.split(at: ASCII.slash)
        guard let last = parts.last, case .file(let place) = StoreLayout.file(parts) else { return nil }
        let name = StoreLayout.stem(last)
        return switch place {
        case .group(let account): .group(account, name.foldedASCII)
        case .policy(let account): .policy(account, name.foldedASCII)
        case .controlPolicy(let kind): kind.key(name)
        default: nil
        }
    }
}
