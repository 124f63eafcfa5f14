internal import CLinux
internal import Directory
internal import Glibc
internal import PolicyModel

/// The folder of images: ours alone, so that what is in it is what this user has written.
final class ImageFolder: Sendable {
    private let folder: Descriptor
    private let path: String
    private let build: RunningBuild
    private let clock: StoreClock

    /// Images that are kept, whatever builds and revisions they are of: enough to go back and forth.
    static let imagesMax = 3
    /// Names of the folder that are looked at; a folder with more is tidied as far as they go.
    private static let namesMax = 10_000
    /// Nanoseconds for which an image on its way may stand untouched, before it is what a killed process left: nobody who
    /// is at it needs a minute, be it this process or another.
    static let partNanosecondsMax: Int64 = 3_600_000_000_000

    /// Opens the folder, or makes it where its parent is there; what processes that were killed have left in it is removed.
    ///
    /// - Throws: one line that says why it cannot hold images.
    init(path: String, build: RunningBuild, clock: StoreClock = .system) throws(StoreError) {
        let path = StoreReader.withoutTrailingSlashes(path)
        (self.path, self.build, self.clock) = (path, build, clock)
        // A link's own name is not the last one then.
        if path == "." || path.hasSuffix("/.") { throw ImageFolder.error(path, "its last name is `.`; give its own") }
        let ownership: Ownership
        do throws(FileFailure) {
            (folder, ownership) = try ImageFolder.open(path)
        } catch {
            throw ImageFolder.error(path, ImageFolder.reason(error))
        }
        if let reason = ImageFolder.refusal(ownership) { throw ImageFolder.error(path, reason) }
        removeOldParts(names())
    }

    private static func open(_ path: String) throws(FileFailure) -> (Descriptor, Ownership) {
        let made = unsafe clinux_make_private_folder(path)
        guard made >= 0 || -made == EEXIST else { throw FileFailure(code: -made) }
        let folder = try Descriptor(unsafe clinux_open_folder_itself(path))
        return (folder, try Ownership(of: folder))
    }

    private static func error(_ path: String, _ reason: String) -> StoreError {
        StoreError(code: "unusable-cache", "the cache folder `\(path)` cannot be used: \(reason)")
    }

    private static func reason(_ failure: FileFailure) -> String {
        // A link is refused as such, or as what is no folder.
        [ELOOP, ENOTDIR].contains(failure.code) ? "it is no folder; a link to one does not do" : "\(failure)"
    }

    private static func refusal(_ ownership: Ownership) -> String? {
        guard ownership.isOurs else { return "it belongs to another user" }
        // A folder in one that hands its group on has that bit too, and it gives nobody any right.
        guard ownership.mode & ~0o2000 == 0o700 else {
            return "its mode is \(String(ownership.mode, radix: 8)), and must be 700: `chmod 700` it, if it is yours"
        }
        return nil
    }

    /// The name of the image of a revision.
    func name(of revision: String) -> String { imageName(of: revision).description }

    private func imageName(of revision: String) -> ImageName { ImageName(build: build.identity, revision: revision) }

    // MARK: Reading

    /// The snapshot of a revision; `nil` where there is no image of it.
    ///
    /// - Parameter rules: the schema and the organization of the revision.
    /// - Parameter early: what was read before the revision was known, which is used if it is the right one.
    /// - Throws: why the image is not used, in words.
    func snapshot(
        of revision: String, rules: Directory, early: EarlyImage? = nil
    ) throws(SnapshotImageError) -> Snapshot? {
        let name = name(of: revision)
        if let image = try early?.image(named: name) { return try image.snapshot(of: revision, rules: rules) }
        return try image(named: name)?.snapshot(of: revision, rules: rules)
    }

    /// What is under a name, verified; `nil` where there is nothing.
    ///
    /// - Throws: why it is not used, in words.
    func image(named name: String) throws(SnapshotImageError) -> ImageFile.Verified? {
        guard let build = build.identity else {
            throw SnapshotImageError("nobody knows of which build it is: the running executable cannot be read")
        }
        switch found(name) {
        case .nothing: return nil
        case .refused(let reason): throw SnapshotImageError(reason)
        case .read(let memory): return try ImageFile.Verified(memory, build: build)
        }
    }

    /// The name of the newest image of this build, which is the likeliest to be asked for; `nil` where there is none.
    var newest: String? {
        guard let build = build.identity else { return nil }
        let aged = names().filter { ImageName.isImage($0.string, of: build) }.compactMap { name in
            modified(name).map { (name: name, time: $0) }
        }
        return aged.max { ($0.time, $0.name) < ($1.time, $1.name) }?.name.string
    }

    /// What there is under a name.
    private enum Found {
        case nothing
        case read(AnonymousMemory)
        case refused(String)
    }

    private func found(_ name: String) -> Found {
        do throws(FileFailure) {
            let file = try Descriptor(unsafe clinux_open_file_itself(folder.number, name))
            let ownership = try Ownership(of: file)
            guard ownership.isRegular, ownership.isOurs, ownership.mode & 0o077 == 0 else {
                return .refused("it is not a file of ours alone")
            }
            guard ownership.size <= ImageFile.bytesMax,
                let memory = AnonymousMemory(byteCount: ownership.size, isFilledNow: true)
            else {
                return .refused("it has \(ownership.size) bytes")
            }
            return try memory.read(from: file) == ownership.size ? .read(memory) : .refused("it ends too early")
        } catch {
            return error.isAbsence ? .nothing : .refused("it cannot be read: \(error)")
        }
    }

    // MARK: Writing

    /// Writes the image of a snapshot, and removes old ones; `false` for a snapshot that has none.
    ///
    /// Whoever reads meanwhile has the old image or the new one. An image stays whole whatever ends this process, and
    /// whoever else writes to the folder.
    func write(_ snapshot: Snapshot) throws(FileFailure) -> Bool {
        guard let build = build.identity else { throw FileFailure(code: ENOEXEC) }
        guard let words = ImageFile.words(of: snapshot, build: build) else { return false }
        let imageName = imageName(of: snapshot.revision)
        let (name, part) = (imageName.description, imageName.part())
        let file = try Descriptor(unsafe clinux_create_private_file(folder.number, part))
        do throws(FileFailure) {
            try check(unsafe words.withUnsafeBytes { unsafe clinux_write_all(file.number, $0.baseAddress, $0.count) })
            try check(clinux_sync(file.number))
            try check(unsafe clinux_rename_in(folder.number, part, name))
            try check(clinux_sync(folder.number))
        } catch {
            _ = unsafe clinux_remove_in(folder.number, part)
            throw error
        }
        tidy(keeping: name)
        return true
    }

    private func check(_ result: CInt) throws(FileFailure) {
        guard result >= 0 else { throw FileFailure(code: -result) }
    }

    /// Removes the image of a revision, which has turned out to be wrong.
    func remove(imageOf revision: String) { _ = unsafe clinux_remove_in(folder.number, name(of: revision)) }

    // MARK: Tidying

    /// Removes all but the newest images; files that are none of ours stay.
    private func tidy(keeping written: String) {
        let names = names()
        removeOldParts(names)
        let aged = names.filter { ImageName.isImage($0.string) && $0.string != written }.compactMap { name in
            modified(name).map { (name: name, time: $0) }
        }
        let newestFirst = aged.sorted { ($0.time, $0.name) > ($1.time, $1.name) }
        for image in newestFirst.dropFirst(ImageFolder.imagesMax - 1) { remove(image.name) }
    }

    private func removeOldParts(_ names: [Text]) {
        let now = clock.realtimeNanoseconds()
        for name in names where ImageName.isPart(name.string) {
            guard let time = modified(name), now - time > ImageFolder.partNanosecondsMax else { continue }
            remove(name)
        }
    }

    private func names() -> [Text] {
        // A descriptor of its own, whose listing begins at the beginning.
        guard let listing = try? Descriptor(unsafe clinux_open_folder_itself(path)),
            let here = try? listing.stamp(), let ours = try? folder.stamp(), here.isSameFile(as: ours),
            let names = try? listing.names(max: ImageFolder.namesMax).names
        else { return [] }
        return names
    }

    private func modified(_ name: Text) -> Int64? { (try? folder.stamp(name: name))?.modifiedNanoseconds }

    private func remove(_ name: Text) { _ = unsafe clinux_remove_in(folder.number, name.string) }
}

/// Whose a file is.
private struct Ownership {
    let isOurs: Bool
    let isRegular: Bool
    /// The permission bits.
    let mode: UInt32
    let size: Int

    init(of descriptor: Descriptor) throws(FileFailure) {
        var ownership = clinux_ownership()
        let result = unsafe clinux_ownership_of(descriptor.number, &ownership)
        guard result >= 0 else { throw FileFailure(code: -result) }
        isOurs = ownership.user == clinux_this_user()
        isRegular = Int(ownership.kind) == CLINUX_KIND_REGULAR
        mode = ownership.mode
        size = Int(clamping: ownership.size)
    }
}
