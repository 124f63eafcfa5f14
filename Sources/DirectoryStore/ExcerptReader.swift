internal import JSONDocument
internal import PolicyModel

/// Finds the lines that diagnostics point at.
///
/// A file is opened as the loader opens it, beneath the root and only if it is regular, and shown only if its bytes are
/// those that were judged: nothing that a link leads to and no later text ever appears beside a diagnostic.
struct ExcerptReader {
    let root: RootFolder
    let limits: StoreLimits
    /// What was read of each file; a file that could not be read has no digest, and so no excerpt.
    let digests: [Text: FileDigest]

    /// What there is to show; the diagnostics are sorted, so each file is opened once.
    func excerpts(of diagnostics: [StoreDiagnostic]) -> [StoreDiagnostic: SourceExcerpt] {
        var excerpts: [StoreDiagnostic: SourceExcerpt] = [:]
        var (file, lines) = ("", SourceLines?.none)
        for diagnostic in diagnostics {
            if diagnostic.file != file || lines == nil {
                file = diagnostic.file
                lines = content(of: Text(file)).map { SourceLines($0) }
            }
            excerpts[diagnostic] = lines?.excerpt(at: diagnostic.position)
        }
        return excerpts
    }

    private func content(of path: Text) -> [UInt8]? {
        guard let digest = digests[path], let descriptor = try? root.open(path),
            (try? descriptor.stamp())?.kind == .regular,
            let bytes = try? descriptor.read(bytesMax: limits.fileBytesMax), FileDigest(of: bytes) == digest
        else { return nil }
        return bytes
    }
}
