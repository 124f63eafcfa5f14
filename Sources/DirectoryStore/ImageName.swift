/// The names of images in their folder; whatever is named otherwise is somebody else's.
struct ImageName: Sendable, Hashable, CustomStringConvertible {
    /// `<version>-<16 digits of the build>-<revision>.image`.
    let description: String

    private static let suffix = ".image"
    /// An image on its way is `.part-<16 digits>-` and its name.
    private static let partPrefix = ".part-"
    /// Hexadecimal digits of a build and of chance, and those of a revision.
    private static let shortDigits = 16
    private static let revisionDigits = 32

    init(build: BuildIdentity?, revision: String) {
        description = "\(ImageFile.version)-\(build?.short ?? "unknown")-\(revision)\(ImageName.suffix)"
    }

    /// A name that nobody else has, for an image on its way.
    func part() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let filling = String(repeating: "0", count: ImageName.shortDigits - digits.utf8.count)
        return "\(ImageName.partPrefix)\(filling)\(digits)-\(description)"
    }

    /// Whether a name is that of an image, of whatever version, build and revision.
    static func isImage(_ name: String) -> Bool { isImage(name[...]) }

    /// Whether a name is that of an image of this version and a build.
    static func isImage(_ name: String, of build: BuildIdentity) -> Bool {
        isImage(name) && name.hasPrefix("\(ImageFile.version)-\(build.short)-")
    }

    /// Whether a name is that of an image on its way.
    static func isPart(_ name: String) -> Bool {
        guard name.hasPrefix(partPrefix) else { return false }
        let parts = name.dropFirst(partPrefix.count).split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && isHexadecimal(parts[0], count: shortDigits) && isImage(parts[1])
    }

    private static func isImage(_ name: Substring) -> Bool {
        guard name.hasSuffix(suffix) else { return false }
        let parts = name.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 3 && !parts[0].isEmpty && parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) }
            && isHexadecimal(parts[1], count: shortDigits) && isHexadecimal(parts[2], count: revisionDigits)
    }

    private static func isHexadecimal(_ text: Substring, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
