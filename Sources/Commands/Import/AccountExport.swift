internal import JSONDocument

/// Reads an export: pages of `GetAccountAuthorizationDetails`.
enum AccountExport {
    /// An account of many thousand entities; several times what IAM's quotas allow one to hold.
    private static let bytesMax = 512 * 1024 * 1024
    /// An export puts up to 6 levels around a document, and an array of pages one more.
    private static let limits = JSONLimits(bytesMax: bytesMax, depthMax: 48, nodesMax: 50_000_000)

    /// The pages of a file in order, none of them missing at the end.
    static func pages(of file: String) throws(ImportFailure) -> [JSONNode] {
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try Files.read(file, bytesMax: bytesMax)
        } catch {
            throw ImportFailure(error.message)
        }
        let pages = try pages(in: bytes, file: file)
        let unfinished = pages.filter { $0["IsTruncated"]?.value == .bool(true) }.count
        guard unfinished < max(pages.count, 1) else {
            throw ImportFailure("`\(file)`: the last page says that more follow; export all of them")
        }
        guard !pages.isEmpty else { throw ImportFailure("`\(file)`: there is no page in it") }
        return pages
    }

    private static func pages(in bytes: [UInt8], file: String) throws(ImportFailure) -> [JSONNode] {
        var pages: [JSONNode] = []
        for text in values(in: bytes) {
            do throws(JSONError) {
                let root = try JSONDocument(Array(text), limits: limits).root
                pages += root.elements ?? [root]
            } catch {
                let place = JSONPosition.start < error.position ? error.position : .start
                let number = pages.isEmpty ? "" : "in the text behind page \(pages.count), "
                throw ImportFailure("`\(file)`: \(number)line \(place.line), column \(place.column): \(error.message)")
            }
        }
        return pages
    }

    /// Cuts the text behind each outermost object or array; what is wrong in a part, its reader finds.
    static func values(in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        var (start, depth, isString, isEscaped) = (0, 0, false, false)
        for (index, byte) in bytes.enumerated() {
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isString = false
                }
                continue
            }
            switch byte {
            case 0x22: isString = true
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            default: continue
            }
            guard depth <= 0, !isString else { continue }
            values.append(bytes[start...index])
            (start, depth) = (index + 1, 0)
        }
        let rest = bytes[start...]
        return rest.contains { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ? values + [rest] : values
    }
}
