internal import CLinux
internal import Directory
internal import Glibc
internal import PolicyModel

/// The folder of images: ours alone, so that what is in it is what this user has written.
final class ImageFolder: Sendable {
    private let folder: Descriptor
    private let path: String
    private let build: RunningBuild

    /// Images that are kept, whatever builds and revisions they are of: enough to go back and forth.
    static let imagesMax = 3
    /// Names of the folder that are looked at; a folder with more is not tidied.
    private static let namesMax = 10_000
    private static let suffix = ".image"
    /// Images on their way begin so; what a killed process left is removed with the old ones.
    private static let partPrefix = ".part-"

    /// Opens the folder, or makes it where its parent is there.
    ///
    /// - Throws: one line that says why it cannot hold images.
    init(path: String, build: RunningBuild) throws(StoreError) {
        (self.path, self.build) = (path, build)
        let ownership: Ownership
        do throws(FileFailure) {
            (folder, ownership) = try ImageFolder.open(path)
        } catch {
            throw ImageFolder.error(path, ImageFolder.reason(error))
        }
        if let reason = ImageFolder.refusal(ownership) { throw ImageFolder.error(path, reason) }
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
        guard ownership.mode == 0o700 else {
            return "its mode is \(String(ownership.mode, radix: 8)), and must be 700"
        }
        return nil
    }

    /// The name of the image of a revision.
    func name(of revision: String) -> String {
        "\(ImageFile.version)-\(build.identity?.short ?? "unknown")-\(revision)\(ImageFolder.suffix)"
    }

    // MARK: Reading

    /// The snapshot of a revision; `nil` where there is no image of it.
    ///
    /// - Parameter rules: the schema and the organization of the revision.
    /// - Throws: why the image is not used, in words.
    func snapshot(of revision: String, rules: Directory) throws(SnapshotImageError) -> Snapshot? {
        guard let build = build.identity else {
            throw SnapshotImageError("nobody knows of which build it is: the running executable cannot be read")
        }
        switch found(name(of: revision)) {
        case .nothing: return nil
        case .refused(let reason): throw SnapshotImageError(reason)
        case .read(let memory):
            return try ImageFile.snapshot(in: memory, revision: revision, build: build, rules: rules)
        }
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
            guard ownership.size <= ImageFile.bytesMax, let memory = AnonymousMemory(byteCount: ownership.size) else {
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
    /// Whoever reads meanwhile has the old image or the new one. An image stays whole whatever ends this process.
    func write(_ snapshot: Snapshot) throws(FileFailure) -> Bool {
        guard let build = build.identity else { throw FileFailure(code: ENOEXEC) }
        guard let bytes = ImageFile.bytes(of: snapshot, build: build) else { return false }
        let name = name(of: snapshot.revision)
        let part = "\(ImageFolder.partPrefix)\(getpid())-\(name)"
        _ = unsafe clinux_remove_in(folder.number, part)
        do throws(FileFailure) {
            let file = try Descriptor(unsafe clinux_create_private_file(folder.number, part))
            try check(unsafe bytes.withUnsafeBytes { unsafe clinux_write_all(file.number, $0.baseAddress, $0.count) })
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

    /// Removes all but the newest images; files that are none of ours stay.
    private func tidy(keeping written: String) {
        // A descriptor of its own, whose listing begins at the beginning.
        guard let listing = try? Descriptor(unsafe clinux_open_folder_itself(path)),
            let here = try? listing.stamp(), let ours = try? folder.stamp(), here.isSameFile(as: ours),
            let names = try? listing.names(max: ImageFolder.namesMax).names
        else { return }
        for part in names where part.hasPrefix(Text(ImageFolder.partPrefix)) { remove(part) }
        let others = names.filter { $0.string.hasSuffix(ImageFolder.suffix) && $0.string != written }
        let aged = others.compactMap { name in
            (try? folder.stamp(name: name)).map { (name: name, time: $0.modifiedNanoseconds) }
        }
        let newestFirst = aged.sorted { ($0.time, $0.name) > ($1.time, $1.name) }
        for image in newestFirst.dropFirst(ImageFolder.imagesMax - 1) { remove(image.name) }
    }

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
