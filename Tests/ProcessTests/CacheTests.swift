import Foundation
import Testing

@Suite("serve --cache", .timeLimit(.minutes(5)))
struct CacheTests {
    private let company: Company
    private var cache: String { company.scratch.file("cache") }

    init() throws { company = try Company() }

    private var images: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
        return names.filter { $0.hasSuffix(".image") && !$0.hasPrefix(".") }
    }

    private func image() throws -> String {
        let status = try company.run("status", "--json")
        let object = try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any]
        return object?["image"] as? String ?? "none"
    }

    @Test("the second start is from the image of the first, and answers and explains alike")
    func twoStarts() throws {
        try company.serve(["--cache", cache])
        try Eventually.holds("an image is written") { images.count == 1 }
        #expect(try image() == "none")
        let explained = try company.ask("admin", "docs:Delete", Company.plan, ["--explain"])
        #expect(try company.stop() == 0)
        try company.serve(["--cache", cache])
        #expect(try company.bobReads() == 0)
        // Waits for what is compiled, as an explanation does.
        #expect(try company.ask("admin", "docs:Delete", Company.plan, ["--explain"]).output == explained.output)
        #expect(try image() == "equal")
        #expect(try company.run("status").status == 0)
        try company.overwrite("policies/DocumentViewer.json", company.viewerPolicy(reading: "docs:Preview"))
        try company.waitUntilBobReads(1)
        #expect(try company.stop() == 0)
        #expect(company.sidecar?.errors.contains("critical") == false)
    }

    @Test("systemd's folder is taken, its link followed")
    func serviceManager() throws {
        try FileManager.default.createDirectory(
            atPath: cache, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let link = company.scratch.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "cache")
        try company.serve(environment: ["CACHE_DIRECTORY": link])
        try Eventually.holds("an image is written") { images.count == 1 }
        #expect(try company.stop() == 0)
    }

    @Test("a folder that others can use, and a link, are refused in one line")
    func refused() throws {
        try FileManager.default.createDirectory(
            atPath: cache, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        let link = company.scratch.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "cache")
        for (folder, text) in [(cache, "its mode is 755, and must be 700"), (link, "a link to one does not do")] {
            let result = try Program.run(
                ["serve", "--store", company.store, "--socket", company.socket, "--cache", folder])
            #expect(result.status == 1)
            #expect(result.errorLines.count == 1 && result.errors.contains(text), "\(result.errors)")
        }
    }

    /// The image of other policies, under the revision of those that are there, with a digest that is right.
    @Test("a forged image is an alarm: what was compiled decides, and status exits with 1")
    func forged() throws {
        func revision() throws -> String {
            let object = try JSONSerialization.jsonObject(with: Data(company.run("status", "--json").output.utf8))
            return try #require((object as? [String: Any])?["revision"] as? String)
        }
        try company.serve(["--cache", cache])
        try Eventually.holds("an image is written") { images.count == 1 }
        let name = try #require(images.first)
        let old = try revision()
        try company.overwrite("policies/DocumentViewer.json", company.viewerPolicy(reading: "docs:Preview"))
        try company.waitUntilBobReads(1)
        let new = try revision()
        #expect(try company.stop() == 0)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: cache + "/" + name))
        bytes.replaceSubrange(96..<128, with: Data(new.utf8))
        let body = company.scratch.file("body")
        try Data(bytes[64...]).write(to: URL(fileURLWithPath: body))
        let digest = try Program.run([body], program: "/usr/bin/sha256sum").output.prefix(64)
        let digits = Array(digest)
        let digestBytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        try #require(digestBytes.count == 32)
        bytes.replaceSubrange(32..<64, with: Data(digestBytes))
        let forged = cache + "/" + name.replacingOccurrences(of: old, with: new)
        try bytes.write(to: URL(fileURLWithPath: forged))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: forged)
        try company.serve(["--cache", cache])
        try Eventually.holds("the image is found out") { try image() == "different" }
        #expect(try company.bobReads() == 1)
        let status = try company.run("status")
        #expect(status.status == 1 && status.output.contains("degraded: it was started from a wrong image"))
        #expect(try company.stop() == 0)
        #expect(try #require(company.sidecar).errors.contains("critical"))
    }

    @Test("a damaged image is told of in one line, and not used")
    func damaged() throws {
        try company.serve(["--cache", cache])
        try Eventually.holds("an image is written") { images.count == 1 }
        #expect(try company.stop() == 0)
        let file = URL(fileURLWithPath: cache + "/" + (try #require(images.first)))
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 9] ^= 1
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: bytes)
        try handle.close()
        try company.serve(["--cache", cache])
        #expect(try company.bobReads() == 0)
        #expect(try image() == "none")
        #expect(try company.stop() == 0)
        let lines = try #require(company.sidecar).errors.split(separator: "\n").filter { $0.contains("warning") }
        #expect(lines.count { $0.contains("is not used: it is damaged") } == 1, "\(lines)")
    }
}
