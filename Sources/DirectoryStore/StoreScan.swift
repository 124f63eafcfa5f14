internal import PolicyModel

/// What one reading of the whole folder found; a value, so that it can be judged without a disk.
struct StoreScan: Sendable {
    /// Every `*.json` file that the layout knows, by its logical path relative to the store.
    var files: [Text: EntityReading] = [:]
    /// What is wrong with names and folders.
    var layoutProblems: [StoreDiagnostic] = []
    /// Folders that could not be listed: nobody knows what is in them, so nothing in them counts as deleted.
    var unlistedFolders: [Text] = []
    /// Folders that swap as a whole (a ConfigMap's mount); the empty path is the store itself.
    var atomicFolders: [Text] = []
    /// Whether some file or folder can be changed by another name than its own: a link leads to it, or it has two names.
    var hasSharedFiles = false
    /// Names that were met, read or not.
    var namesCount = 0
    /// Names that are not read: not `.json`, hidden, or foreign folders at the top.
    var ignoredFiles = 0
    /// Those of them that somebody may have meant to be read, by path, with why they are not.
    var doubtfulNames: [StoreDiagnostic] = []
}

extension Text {
    /// Whether the path lies in the folder; everything lies in the empty one.
    func isBeneath(_ folder: Text) -> Bool {
        folder.isEmpty || (hasPrefix(folder) && utf8.dropFirst(folder.utf8.count).first == ASCII.slash)
    }
}
