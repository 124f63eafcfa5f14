import Foundation
import Testing

// One file of a running sidecar's store changes in every way that files change in practice; bob reads the plan before
// and after. 0 is allowed, 1 is denied.
@Suite("Files that change under a running sidecar", .timeLimit(.minutes(2)))
struct ReloadTests {
    private let policy = "policies/DocumentViewer.json"

    @Test("a file that is renamed over the old one is in force")
    func renameOver() throws {
        let company = try Company()
        try company.serve()
        #expect(try company.bobReads() == 0)
        let text = try company.viewerPolicy(reading: "docs:Preview")
        let other = company.scratch.file("new.json")
        try text.write(toFile: other, atomically: false, encoding: .utf8)
        #expect(unsafe rename(other, company.path(policy)) == 0)
        try company.waitUntilBobReads(1)
    }

    @Test("a half-written file leaves the last good version in force until it is whole")
    func halfWritten() throws {
        let company = try Company()
        try company.serve()
        #expect(try company.bobReads() == 0)
        let text = try company.viewerPolicy(reading: "docs:Preview")
        try company.overwrite(policy, String(text.prefix(text.count / 2)))
        try Eventually.holds("the half is noticed") { try company.run("status").status == 1 }
        #expect(try company.bobReads() == 0)
        try company.overwrite(policy, text)
        try company.waitUntilBobReads(1)
        try Eventually.holds("the trouble is over") { try company.run("status").status == 0 }
    }

    @Test("a deletion holds, and who names what is deleted is denied until it is back")
    func deletion() throws {
        let company = try Company()
        try company.serve()
        #expect(try company.bobReads() == 0)
        let text = try company.viewerPolicy(reading: "docs:Read")
        try FileManager.default.removeItem(atPath: company.path(policy))
        try company.waitUntilBobReads(1)
        #expect(try company.ask("bob", "docs:Read", Company.plan, ["--explain"]).output.contains("brokenReference"))
        #expect(try company.ask("alice", "docs:Read", Company.plan).status == 0)
        // The deletion is in force: nothing is stale.
        let status = try company.run("status")
        #expect(status.status == 1)
        #expect(status.output.hasPrefix("degraded: 1 quarantined for naming what does not exist\n"), "\(status.output)")
        #expect(try company.run("status", "--json").output.contains(#""stale":false"#))
        try company.overwrite("users/alice.json", "{")
        try Eventually.holds("a broken file makes it stale") {
            try company.run("status").output.hasPrefix("stale: newer files have errors and are not in force\n")
        }
        try company.overwrite(policy, text)
        try company.waitUntilBobReads(0)
    }

    @Test("a deleted user is unknown")
    func deletedUser() throws {
        let company = try Company()
        try company.serve()
        try FileManager.default.removeItem(atPath: company.path("users/alice.json"))
        try Eventually.holds("alice is unknown") {
            try company.ask("alice", "docs:Read", Company.plan, ["--explain"]).output.contains("unknownPrincipal")
        }
    }

    @Test("a symlinked store swaps as a whole, and a broken tree is not taken at all")
    func symlinkSwap() throws {
        let company = try Company()
        let first = company.store
        let second = company.scratch.file("second")
        let broken = company.scratch.file("broken")
        for copy in [second, broken] { try FileManager.default.copyItem(atPath: first, toPath: copy) }
        let link = company.scratch.file("current")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: first)
        company.store = second
        try company.overwrite(policy, company.viewerPolicy(reading: "docs:Preview"))
        company.store = broken
        try company.overwrite(policy, company.viewerPolicy(reading: "docs:Preview"))
        try company.overwrite("users/alice.json", "{}}")
        company.store = link
        try company.serve()
        #expect(try company.bobReads() == 0)
        try swap(link, to: broken, company)
        try Eventually.holds("the broken tree is noticed") { try company.run("status").status == 1 }
        #expect(try company.bobReads() == 0)
        try swap(link, to: second, company)
        try company.waitUntilBobReads(1)
        try Eventually.holds("the trouble is over") { try company.run("status").status == 0 }
    }

    private func swap(_ link: String, to target: String, _ company: Company) throws {
        let other = company.scratch.file("next")
        try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: target)
        #expect(unsafe rename(other, link) == 0)
    }
}
