internal import Directory
internal import NIOConcurrencyHelpers

extension StoreWatch {
    /// Puts what was taken in force, if anything was, notes the trouble, and tells who listens.
    func publish(
        _ taken: Publication?, errors: [String], image: StoreStatus.ImageState? = nil
    ) -> StoreStatus {
        didFail = taken == nil
        let seconds = clock.seconds
        let published = mailbox.withLockedValue {
            box -> (old: Snapshot, Snapshot, StoreStatus, [StoreMailbox.Listener])? in
            guard let current = box.current else { return nil }
            var status = current.status
            if let taken {
                if status.revision != taken.revision { status.reloads += 1 }
                status.revision = taken.revision
                status.ignoredFiles = taken.ignoredFiles
                status.quarantined = taken.quarantined
            }
            if let image { status.image = image }
            status.note(errors: errors, isStale: taken?.isStale ?? true, at: seconds)
            let next = (snapshot: taken?.snapshot ?? current.snapshot, status: status)
            box.current = next
            return (current.snapshot, next.snapshot, next.status, box.listeners)
        }
        guard let (old, snapshot, status, listeners) = published else {
            return StoreStatus(revision: "", lastReload: 0)
        }
        if snapshot.revision != old.revision { log.tell(snapshot, after: old.directory) }
        if snapshot !== old { retired.add(old) }
        log.note(errors: errors)
        for listener in listeners { listener(snapshot, status) }
        return status
    }
}
