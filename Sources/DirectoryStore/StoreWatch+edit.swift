internal import Directory
internal import NIOConcurrencyHelpers
internal import PolicyModel

// The short way: a few files that have changed by what was heard.
extension StoreWatch {
    /// Puts the files in force that have changed by what was heard, if that can be done without looking at the others.
    func edit(_ names: Set<Text>) -> Bool {
        guard options.reloadMode == .entity, !didFail, let last = reading, let next = index,
            let current = mailbox.withLockedValue({ $0.current }),
            let found = reader.reread(names, after: last, sharing: sharing)
        else { return false }
        let changed = found.filter { path, entry in last.cache.files[path]?.digest != entry.digest }
        let files = changed.values.compactMap(\.reading.file).sorted { $0.path < $1.path }
        guard files.count == changed.count else { return false }
        guard !files.isEmpty else {
            note(found)
            return true
        }
        // Held by nobody else while it is changed, so that nothing of it is copied.
        index = nil
        return edit(files, next, current) { note(found) }
    }

    private func edit(
        _ files: [EntityFile], _ last: consuming StoreIndex, _ current: StoreMailbox.Current,
        then noteReadings: () -> Void
    ) -> Bool {
        var next = consume last
        let before = files.map { ($0.path, next.inForce[$0.path]) }
        guard let edit = next.edit(current.snapshot.directory, files) else {
            index = next
            return false
        }
        do throws(SnapshotError) {
            let updated = try builder.update(
                current.snapshot, to: edit.directory, changed: edit.changed, revision: edit.revision)
            let snapshot: Snapshot
            if let updated {
                snapshot = updated
            } else {
                snapshot = try builder.build(edit.directory, revision: edit.revision)
            }
            index = next
            noteReadings()
            log.note(changed: edit.warnings)
            _ = publish(Publication(snapshot, edit.revision, after: current.status), errors: [])
            return true
        } catch {
            // The whole way says what is wrong.
            kept = next.inForce
            for (path, file) in before { kept[path] = file }
            return false
        }
    }

    /// Remembers what files held when they were read again.
    func note(_ found: [Text: CachedReading]) {
        guard var reading else { return }
        self.reading = nil
        for (path, entry) in found {
            reading.cache.files[path] = entry
            reading.scan.files[path] = nil
        }
        self.reading = reading
    }
}
