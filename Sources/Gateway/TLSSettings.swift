internal import HummingbirdCore
internal import HummingbirdTLS
internal import NIOSSL

/// Reads certificates for a TLS listener.
enum TLSSettings {
    /// The same connections under TLS.
    static func channel<Base: ServerChildChannel>(
        _ base: Base, _ files: GatewayTLS
    ) throws(GatewayError) -> TLSChannel<Base> {
        let configuration = try configuration(files)
        do {
            return try TLSChannel(base, tlsConfiguration: configuration)
        } catch {
            throw .badCertificate(file: files.certificateFile, reason: "\(error)")
        }
    }

    private static func configuration(_ files: GatewayTLS) throws(GatewayError) -> TLSConfiguration {
        let chain = try certificates(files.certificateFile)
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.keyFile, format: .pem)
        } catch {
            throw .badCertificate(file: files.keyFile, reason: "it is no private key in PEM (\(error))")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        guard let authorities = files.clientAuthorityFile else { return configuration }
        // Who has no certificate of these authorities gets no connection at all.
        configuration.trustRoots = .certificates(try certificates(authorities))
        configuration.certificateVerification = .noHostnameVerification
        return configuration
    }

    private static func certificates(_ file: String) throws(GatewayError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]
        do {
            found = try NIOSSLCertificate.fromPEMFile(file)
        } catch {
            throw .badCertificate(file: file, reason: "it holds no certificates in PEM (\(error))")
        }
        guard !found.isEmpty else { throw .badCertificate(file: file, reason: "it holds no certificate") }
        return found
    }
}
