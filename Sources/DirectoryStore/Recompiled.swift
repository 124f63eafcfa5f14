internal import Directory

/// What compiling behind an image came to.
struct Recompiled {
    let reading: StoreReading
    let verdict: StoreVerdict
    let builder: SnapshotBuilder
    /// What the policies compile to; `nil` for a store that would not start.
    let snapshot: Result<Snapshot, SnapshotError>?
}

extension Recompiled {
    /// Judges and compiles what was parsed, as a start does.
    init(_ work: BackgroundParsing.Work, _ limits: StoreLimits) {
        (reading, builder) = (work.reading, work.builder)
        verdict = StoreJudge.judge(reading.scan, inForce: [:], mode: .start, limits: limits)
        guard verdict.errors.isEmpty else {
            snapshot = nil
            return
        }
        do throws(SnapshotError) {
            snapshot = .success(try builder.build(verdict.directory, revision: verdict.revision))
        } catch {
            snapshot = .failure(error)
        }
    }
}
