internal import PolicyModel

/// A folder of policy documents that is no store: every `*.json` in it and below, in order, hidden names left out.
///
/// Read as a store is: beneath the folder whatever links say, and regular files only. A link to a folder is not followed:
/// where it stays inside, what it leads to is found in its own place.
public struct DocumentFolder {
    private let root: RootFolder
    private let limits: StoreLimits
    /// The files, relative to the folder; links that lead out of it are among them, so that nothing is passed over
    /// without a word.
    public private(set) var paths: [String] = []
    private var namesCount = 0

    /// Lists the folder.
    ///
    /// - Throws: a diagnostic of the folder that cannot be listed, or of too many names.
    public init(_ path: String, limits: StoreLimits = StoreLimits()) throws(StoreDiagnostic) {
        do throws(FileFailure) {
            root = try RootFolder(path: path)
        } catch {
            throw DocumentFolder.unlisted("", error)
        }
        self.limits = limits
        try list("")
    }

    /// The bytes of a file, one more than allowed at most, or why it is not read.
    public func content(of path: String) -> Result<[UInt8], StoreDiagnostic> { content(Text(path)) }

    private mutating func list(_ folder: Text) throws(StoreDiagnostic) {
        let (descriptor, names) = try open(folder)
        namesCount += names.count
        guard namesCount <= limits.namesMax else {
            throw StoreDiagnostic(
                .error, "unreadable-folder", "over \(limits.namesMax) names; give a smaller folder",
                file: folder.string)
        }
        for name in names where !StoreLayout.isHidden(name) {
            let path = folder.isEmpty ? name : Text("\(folder)/\(name)")
            switch kind(of: name, in: descriptor, path) {
            case .folder: try list(path)
            case .regular, .other: if StoreLayout.isRead(name) { paths.append(path.string) }
            case .link: paths.append(path.string)
            case nil: continue
            }
        }
    }

    private func open(_ folder: Text) throws(StoreDiagnostic) -> (Descriptor, [Text]) {
        do throws(FileFailure) {
            let descriptor = try root.open(folder)
            return (descriptor, try descriptor.names(max: limits.namesMax).names)
        } catch {
            throw DocumentFolder.unlisted(folder, error)
        }
    }

    /// What is to be done about a name: `link` is one that leads out, and `nil` nothing.
    private func kind(of name: Text, in folder: Descriptor, _ path: Text) -> FileStamp.Kind? {
        guard let own = try? folder.stamp(name: name) else { return nil }
        guard own.kind == .link else { return own.kind }
        do throws(FileFailure) {
            let target = try root.stamp(path).kind
            // What a mounted ConfigMap shows lies in a hidden folder, and is found nowhere else.
            let isMounted = root.linkTarget(path)?.hasPrefix("..data/") ?? false
            return target == .folder && !isMounted ? nil : target
        } catch {
            return StoreLayout.isRead(name) ? .other : error.leadsOut ? .link : nil
        }
    }

    private func content(_ path: Text) -> Result<[UInt8], StoreDiagnostic> {
        do throws(FileFailure) {
            let descriptor = try root.open(path)
            guard try descriptor.stamp().kind == .regular else { return .failure(unread(path, FileFailure.irregular)) }
            return .success(try descriptor.read(bytesMax: limits.fileBytesMax))
        } catch {
            guard error.leadsOut else { return .failure(unread(path, "the file cannot be read: \(error)")) }
            let message = "the link leads out of the folder and is not followed; check what it leads to by its own path"
            let isFile = StoreLayout.isRead(path)
            return .failure(
                StoreDiagnostic(
                    isFile ? .error : .warning, isFile ? "unreadable-file" : "ignored-name", message, file: path.string)
            )
        }
    }

    private func unread(_ path: Text, _ message: String) -> StoreDiagnostic {
        StoreDiagnostic(.error, "unreadable-file", message, file: path.string)
    }

    private static func unlisted(_ folder: Text, _ failure: FileFailure) -> StoreDiagnostic {
        StoreDiagnostic(
            .error, "unreadable-folder", "the folder cannot be read: \(failure)", file: folder.string)
    }
}
