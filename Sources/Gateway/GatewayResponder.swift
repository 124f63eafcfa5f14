internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Answers requests by their routes, and sees to what all answers have in common.
///
/// `X-Request-ID` comes back as it was sent, on errors too (spec `authzen.md` AZ-TR-7); what a route throws becomes an
/// error with one line of text; what nobody foresaw is 500 without details.
struct GatewayResponder: Sendable {
    let routes: RouteTable
    /// How long a request may take, from its head to its decision.
    let deadlineMilliseconds: Int64
    let logger: Logger

    /// Answers one request on a connection.
    @concurrent
    func respond(
        to request: Request, _ writer: consuming ResponseWriter, on channel: any Channel, listener: ListenerFacts
    ) async throws {
        guard let head = listener.token.map({ $0.admit(request.head) }) ?? request.head else {
            var refusal = SharedToken.refusal
            if let id = request.headers[.requestID] { refusal.headers[.requestID] = id }
            return try await writer.write(response: refusal.head, body: refusal.body)
        }
        let incoming = GatewayRequest(
            head: head, body: request.body, channel: channel, listener: listener,
            deadline: .now() + .milliseconds(deadlineMilliseconds))
        var response = try await response(to: incoming)
        if let id = request.headers[.requestID] { response.headers[.requestID] = id }
        // Whoever asks with HEAD takes what follows for the next answer (spec `protocols.md` §2.1).
        if request.method == .head {
            try await writer.writeHead(response.head).finish(nil)
        } else {
            try await writer.write(response: response.head, body: response.body)
        }
        guard response.headers[.connection] == "close" else { return }
        // What is left of a body is not read. The client has a moment to read why before it is cut off.
        try await Task.sleep(for: .milliseconds(GatewayLimits.lingerMilliseconds))
        throw ConnectionEnded()
    }

    private func response(to request: GatewayRequest) async throws -> Response {
        do {
            return try await routes.respond(to: request)
        } catch let refusal as Refusal {
            return refusal.response
        } catch let error as HTTPParserError {
            // The connection answers and closes.
            throw error
        } catch {
            logger.error("a request failed: \(error)")
            return Refusal(.internalServerError).response
        }
    }
}

/// The connection is closed behind an answer that says so.
private struct ConnectionEnded: Error {}

/// An answer that is no decision: a request that cannot be answered, with one line on why.
struct Refusal: Error, Sendable {
    let status: HTTPResponse.Status
    let message: String
    var headers: HTTPFields

    init(_ status: HTTPResponse.Status, _ message: String? = nil, headers: HTTPFields = HTTPFields()) {
        self.status = status
        self.message = message ?? status.reasonPhrase.lowercased()
        self.headers = headers
    }

    /// The error as plain text (spec `authzen.md` AZ-TR-5).
    var response: Response {
        var fields = headers
        fields[.contentType] = "text/plain; charset=utf-8"
        return Response(
            status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: message + "\n")))
    }
}

extension HTTPField.Name {
    /// `X-Request-ID`, by which a caller finds its request again.
    static let requestID = name("X-Request-ID")

    /// A name of ours, which is a lawful one.
    static func name(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("expected the name of a header field") }
        return name
    }
}
