import Foundation
import Testing

@testable import Commands
@testable import PosternClient

@Suite("Where images are kept")
struct CacheAddressTests {
    @Test("the flag wins, then the first of systemd's folders, then nothing")
    func order() {
        #expect(CacheAddress.folder(flag: "a", serviceManager: "/b") == "a")
        #expect(CacheAddress.folder(flag: nil, serviceManager: "/none/b:/none/c") == "/none/b")
        #expect(CacheAddress.folder(flag: nil, serviceManager: "") == nil)
        #expect(CacheAddress.folder(flag: nil, serviceManager: nil) == nil)
    }

    /// With a dynamic user, `/var/cache/postern` is a link to `private/postern`.
    @Test("systemd's link is followed, and no flag's")
    func link() throws {
        try TemporaryFolder.use { folder in
            try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            let followed = try #require(CacheAddress.folder(flag: nil, serviceManager: folder + "/link"))
            #expect(followed.hasSuffix("/real"))
            #expect(CacheAddress.folder(flag: folder + "/link", serviceManager: nil) == folder + "/link")
        }
    }
}

@Suite("The status of an image")
struct ImageStatusTests {
    private func text(_ image: String, errorCount: Int = 0) -> String {
        let json = #"{"revision":"r","errorCount":\#(errorCount),"image":"\#(image)"}"#
        let status = SidecarStatus(
            revision: "r", isStale: false, isDegraded: image == "different", errors: [], json: json)
        return StatusReport.text(status, style: Style(isColoured: false))
    }

    @Test("says that it was wrong, and what is in force")
    func different() {
        let lines = text("different").split(separator: "\n")
        #expect(lines.first == "degraded: it was started from a wrong image")
        #expect(lines.contains { $0.hasPrefix("  image        was wrong since the start") })
        #expect(text("different", errorCount: 1).hasPrefix("degraded: the files have errors"))
    }

    @Test("says that everything is denied where nothing could take its place")
    func withdrawn() {
        let lines = text("withdrawn", errorCount: 2).split(separator: "\n")
        #expect(lines.first == "denying everything: its image was wrong, and the store would not start")
        #expect(lines.contains { $0.hasPrefix("  image        was wrong since the start; everything is denied") })
    }

    @Test("says that it is being checked, or is right")
    func right() {
        #expect(text("unchecked").contains("  image        in force; what it stands for is being compiled"))
        #expect(text("equal").contains("compiles to the same"))
        #expect(text("equal").hasPrefix("serving fresh policies"))
    }
}
