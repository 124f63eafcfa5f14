internal import NIOCore
internal import NIOSSL

extension GatewayRequest {
    /// The certificate that the peer of a TLS connection has shown, in DER; `nil` without one.
    ///
    /// The listener has checked it: without authorities of clients it asks for none.
    func peerCertificate() async -> [UInt8]? {
        guard listener.isTLS else { return nil }
        let certificate = try? await channel.nioSSL_peerCertificate().get()
        return try? certificate?.toDERBytes()
    }
}
