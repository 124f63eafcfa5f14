import Foundation
import Testing

/// A store in a fresh folder under `/tmp`, short enough for a socket's path, removed with the last reference.
final class GatewayStore: Sendable {
    /// The folder that holds the store, and the socket beside it.
    let base: String

    /// Makes a store of files by their paths in it.
    init(_ files: [String: String] = [:]) throws {
        var template = Array("/tmp/pgw.XXXXXX".utf8CString)
        base = try unsafe template.withUnsafeMutableBufferPointer { buffer in
            let start = try unsafe #require(buffer.baseAddress)
            return try unsafe String(cString: #require(mkdtemp(start)))
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (file, text) in files { try write(file, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: base) }

    /// The store's folder.
    var path: String { base + "/store" }

    /// Where the gateway's Unix socket lies.
    var socket: String { base + "/h" }

    /// Writes a file of the store beside its place and renames it there; folders are made.
    func write(_ file: String, _ text: String) throws {
        let target = path + "/" + file
        let folder = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: target), options: .atomic)
    }

    /// Removes a file of the store.
    func delete(_ file: String) throws { try FileManager.default.removeItem(atPath: path + "/" + file) }
}
