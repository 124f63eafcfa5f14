import Foundation

@testable import DirectoryStore

/// A store in a folder of its own, deleted with the last reference.
final class TemporaryStore: Sendable {
    /// The folder that holds the store and what tests put beside it.
    let base: String
    /// The store's path.
    let path: String

    init(named name: String = "store") throws {
        var template = Array((FileManager.default.temporaryDirectory.path + "/postern-store.XXXXXX").utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return false }
            return true
        }
        guard made else { throw CocoaError(.fileWriteUnknown) }
        base = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = base + "/" + name
        if name == "store" { try makeFolder("") }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: base)
    }

    func absolute(_ relative: String) -> String { relative.isEmpty ? path : path + "/" + relative }

    func makeFolder(_ relative: String) throws {
        try FileManager.default.createDirectory(atPath: absolute(relative), withIntermediateDirectories: true)
    }

    /// Writes in place, in one go, as `echo > file` does; folders are made.
    func write(_ relative: String, _ text: String) throws {
        try writeAbsolute(absolute(relative), text)
    }

    func writeAbsolute(_ file: String, _ text: String) throws {
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: [])
    }

    func writeBytes(_ file: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file), options: [])
    }

    /// Writes beside and renames over, as careful editors do.
    func replace(_ relative: String, _ text: String) throws {
        let beside = absolute(relative) + ".new"
        try writeAbsolute(beside, text)
        try move(beside, absolute(relative))
    }

    func move(_ from: String, _ to: String) throws {
        guard unsafe rename(from, to) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func link(_ absolutePath: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: absolutePath, withDestinationPath: target)
    }

    /// Swaps a link atomically, as git-sync and the kubelet do.
    func swapLink(_ absolutePath: String, to target: String) throws {
        try link(absolutePath + ".tmp", to: target)
        try move(absolutePath + ".tmp", absolutePath)
    }

    func delete(_ relative: String) throws { try removeAbsolute(absolute(relative)) }

    func removeAbsolute(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

    /// What memory this process has, a line each; such files have no size, and are read to their end.
    static var memoryMaps: String {
        let data = FileHandle(forReadingAtPath: "/proc/self/maps")?.readDataToEndOfFile() ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// What a start would say of it.
    func load(limits: StoreLimits = StoreLimits()) -> LoadResult { StoreLoader(limits: limits).load(path) }
}

/// Small files of a store.
enum Sample {
    static let account = "accounts/111122223333"

    static func document(_ action: String = "docs:Read", effect: String = "Allow") -> String {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"\#(effect)","Action":"\#(action)","Resource":"*"}]}"#
    }

    static func user(
        _ name: String? = nil, groups: [String] = [], policies: [String] = [], boundary: String? = nil,
        inline: [String] = [], more: String = ""
    ) -> String {
        var members = ["\"GroupList\":[\(groups.map { "\"\($0)\"" }.joined(separator: ","))]"]
        if let name { members.append("\"UserName\":\"\(name)\"") }
        members.append("\"AttachedManagedPolicies\":[\(policies.map(attached).joined(separator: ","))]")
        if let boundary {
            members.append(
                #""PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"\#(arn(boundary))"}"#
            )
        }
        let list = inline.enumerated().map { #"{"PolicyName":"p\#($0.offset)","PolicyDocument":\#($0.element)}"# }
        members.append("\"UserPolicyList\":[\(list.joined(separator: ","))]")
        return "{\(members.joined(separator: ","))\(more)}"
    }

    static func group(_ action: String = "docs:Read", policies: [String] = []) -> String {
        #"{"GroupPolicyList":[{"PolicyName":"p","PolicyDocument":\#(document(action))}],"#
            + "\"AttachedManagedPolicies\":[\(policies.map(attached).joined(separator: ","))]}"
    }

    static func role(trusting principal: String = "arn:aws:iam::111122223333:user/alice", more: String = "") -> String {
        #"{"AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#
            + #""Principal":{"AWS":"\#(principal)"},"Action":"sts:AssumeRole"}]}\#(more)}"#
    }

    static func arn(_ policy: String) -> String {
        policy.hasPrefix("arn:") ? policy : "arn:aws:iam::111122223333:policy/\(policy)"
    }

    static func attached(_ policy: String) -> String { #"{"PolicyArn":"\#(arn(policy))"}"# }
}
