internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Fetches key sets over HTTP.
enum KeyFetcher {
    /// Why there is no answer to use.
    enum Failure: Error, Sendable, Hashable {
        /// A redirect, too: nobody else is asked than whom the mapping names.
        case status(Int)
    }

    /// How long a fetch may take in all.
    private static let secondsMax: Int64 = 10

    /// The bytes at a URL, at most as many as a key set may have.
    @Sendable
    static func fetch(_ url: String) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(5)
        // A client a fetch: there are few of them, and nothing has to be closed when the gateway stops.
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(.singletonMultiThreadedEventLoopGroup), configuration: configuration)
        do {
            let bytes = try await fetch(url, client)
            try await client.shutdown()
            return bytes
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private static func fetch(_ url: String, _ client: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
        let response = try await client.execute(request, timeout: .seconds(secondsMax))
        guard response.status == .ok else { throw Failure.status(Int(response.status.code)) }
        let body = try await response.body.collect(upTo: TokenKeys.bytesMax)
        return Array(body.readableBytesView)
    }
}
