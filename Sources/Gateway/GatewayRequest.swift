internal import HTTPTypes
internal import HummingbirdCore
internal import JSONDocument
internal import NIOCore

/// A request as routes see it.
struct GatewayRequest: Sendable {
    /// Method, target and header fields.
    let head: HTTPRequest
    /// The body as it comes in.
    let body: RequestBody
    /// The connection, which knows the client's certificate.
    let channel: any Channel
    /// Where the request came in.
    let listener: ListenerFacts
    /// When its decision has to be there.
    let deadline: NIODeadline

    /// The target as it was sent, with its query.
    var target: String { head.path ?? "" }

    /// The target without its query.
    var path: Substring { target.prefix { $0 != "?" } }

    /// The media type of the body, without parameters and in lower case.
    var mediaType: String? {
        head.headerFields[.contentType].map { value in
            let type = value.prefix { $0 != ";" }
            return String(type.trimmingSpaces).lowercased()
        }
    }

    /// The whole body.
    ///
    /// - Throws: `Refusal` 413 past `bytesMax`, 408 for one that takes too long.
    func collect(bytesMax: Int) async throws -> [UInt8] {
        if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > bytesMax {
            throw Refusal.tooLarge(bytesMax)
        }
        let body = body
        return try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                for try await buffer in body {
                    guard bytes.count + buffer.readableBytes <= bytesMax else { throw Refusal.tooLarge(bytesMax) }
                    bytes.append(contentsOf: buffer.readableBytesView)
                }
                return bytes
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(GatewayLimits.bodyMillisecondsMax))
                throw Refusal(.requestTimeout, "the body took longer than \(GatewayLimits.bodyMillisecondsMax) ms")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// The body as a JSON object.
    ///
    /// - Throws: `Refusal` 400 for what is none, by the rules of `JSONDocument` (spec `authzen.md` AZ-SC-3).
    func object(bytesMax: Int = GatewayLimits.bodyBytesMax) async throws -> JSONNode {
        let bytes = try await collect(bytesMax: bytesMax)
        guard !bytes.isEmpty else { throw Refusal(.badRequest, "the body is empty; expected a JSON object") }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(bytes, limits: .body(bytesMax: bytesMax))
        } catch {
            let place = error.position
            throw Refusal(.badRequest, "the body, line \(place.line), column \(place.column): \(error.message)")
        }
        guard document.root.members != nil else {
            throw Refusal(.badRequest, "the body must be a JSON object, not \(document.root.value.kindDescription)")
        }
        return document.root
    }

    /// Refuses to decide after the deadline: whoever waits may have gone on without us.
    func checkDeadline() throws {
        guard NIODeadline.now() <= deadline else {
            throw Refusal(.serviceUnavailable, "the request took longer than its deadline")
        }
    }
}

/// What routes need to know of a listener.
struct ListenerFacts: Sendable {
    /// Whether what proxies say of a request is believed.
    let trustsProxyHeaders: Bool
    /// Whether the connection is encrypted, and clients may have certificates.
    let isTLS: Bool
    /// The secret that callers must show; `nil` for none.
    var token: SharedToken?
}

extension Refusal {
    /// A body that is too large.
    static func tooLarge(_ bytesMax: Int) -> Refusal {
        // What is left of the body is not read: the next request could not be told from it.
        Refusal(.contentTooLarge, "the body is larger than \(bytesMax) bytes", headers: [.connection: "close"])
    }
}

extension JSONLimits {
    /// A request's body: 16 deep, which properties of properties hardly reach.
    static func body(bytesMax: Int) -> JSONLimits { JSONLimits(bytesMax: bytesMax, depthMax: 16, nodesMax: 65_536) }
}

extension StringProtocol {
    /// Without spaces and tabs on either side, as header fields are read.
    var trimmingSpaces: SubSequence {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }
}
