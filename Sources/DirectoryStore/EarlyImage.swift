internal import Directory

/// The newest image of a folder, read and verified while the files are that it may be of.
///
/// Which revision they have, and so which image is to be used, is only known at their end; most often it is this one.
final class EarlyImage: Sendable {
    /// What the thread has come to.
    private enum Search {
        case begun
        /// The image is being read and verified.
        case named(String)
        case ended(String, Result<ImageFile.Verified?, SnapshotImageError>)
        /// There is none.
        case over
    }

    private let state = Monitor(Search.begun)

    /// Begins to look; where the system has no thread to give, nothing is found.
    init(_ folder: ImageFolder) {
        let isStarted = BackgroundThread.start { [self] in search(folder) }
        if !isStarted { state.update { $0 = .over } }
    }

    private func search(_ folder: ImageFolder) {
        guard let name = folder.newest else { return state.update { $0 = .over } }
        state.update { $0 = .named(name) }
        let result: Result<ImageFile.Verified?, SnapshotImageError>
        do throws(SnapshotImageError) {
            result = .success(try folder.image(named: name))
        } catch {
            result = .failure(error)
        }
        state.update { search in
            // Where another is wanted by now, nobody has use for it.
            if case .named = search { search = .ended(name, result) }
        }
    }

    /// The image, if it has the name: waits for it then, and for nothing else.
    ///
    /// One of another name is let go of.
    ///
    /// - Throws: why it is not used, in words.
    func image(named name: String) throws(SnapshotImageError) -> ImageFile.Verified? {
        let result = state.wait { search -> Result<ImageFile.Verified?, SnapshotImageError>? in
            switch search {
            case .begun: return nil
            case .named(let found) where found == name: return nil
            case .ended(let found, let result) where found == name: return result
            case .named, .ended, .over:
                search = .over
                return .success(nil)
            }
        }
        return try result.get()
    }
}
