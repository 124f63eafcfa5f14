internal import Crypto
internal import Directory
internal import PolicyModel
internal import SwiftASN1
internal import X509

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The parts of a client's certificate.
///
/// Nobody is identified by a part of which a certificate has several: which of them counts, others may see otherwise.
struct ClientCertificate: Sendable, Hashable {
    /// Why a certificate tells nothing.
    enum Failure: Error, Sendable, Hashable {
        /// It is no certificate, or more than one.
        case malformed
        /// Its time is over, or has not come.
        case notValidNow
    }

    /// The longest certificate that is read, in bytes: header fields hold no longer one either.
    static let bytesMax = 32 * 1024

    private var parts: [CertificatePart: String] = [:]

    /// What a proxy says of a certificate that it has seen: one part.
    init(part: CertificatePart, text: String) { parts[part] = text }

    /// Reads a certificate in DER.
    ///
    /// Whoever took the connection has checked who signed it; its time is checked again, as connections may be old.
    init(der: [UInt8], now: Instant) throws(Failure) {
        guard der.count <= ClientCertificate.bytesMax, let certificate = try? Certificate(derEncoded: der) else {
            throw .malformed
        }
        let seconds = Double(now.seconds)
        guard certificate.notValidBefore.timeIntervalSince1970 <= seconds,
            seconds <= certificate.notValidAfter.timeIntervalSince1970
        else { throw .notValidNow }
        parts[.fingerprint] = Hexadecimal.text(SHA256.hash(data: der))
        let names = certificate.subject.flatMap { $0 }
            .filter { $0.type == .RDNAttributeType.commonName }.map { String($0.value) }
        if names.count == 1, let name = names[0] { parts[.commonName] = name }
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return }
        add(.uri, alternatives.compactMap { if case .uniformResourceIdentifier(let uri) = $0 { uri } else { nil } })
        add(.dnsName, alternatives.compactMap { if case .dnsName(let name) = $0 { name } else { nil } })
        add(.email, alternatives.compactMap { if case .rfc822Name(let name) = $0 { name } else { nil } })
    }

    /// Reads a header field: PEM, percent-encoded or in one line, or base64 of DER.
    init(field: String, now: Instant) throws(Failure) {
        let decoded = field.utf8.contains(0x25) ? PercentEscape.decoded(field.utf8, plusIsBlank: false) : field
        guard let text = decoded, let der = ClientCertificate.der(text) else { throw .malformed }
        try self.init(der: der, now: now)
    }

    /// A part; `nil` when the certificate has none, or several.
    func text(_ part: CertificatePart) -> String? { parts[part] }

    private mutating func add(_ part: CertificatePart, _ names: [String]) {
        if names.count == 1 { parts[part] = names[0] }
    }

    /// What stands between the lines of PEM, or all of a text without any.
    private static func der(_ text: String) -> [UInt8]? {
        var body = Substring(text)
        if body.contains("-----") {
            let lines = body.split(separator: "-----", omittingEmptySubsequences: false)
            // Nothing, the first line, the body, the last line, nothing.
            guard lines.count == 5, lines[1] == "BEGIN CERTIFICATE", lines[3] == "END CERTIFICATE",
                lines[0].allSatisfy(\.isWhitespace), lines[4].allSatisfy(\.isWhitespace)
            else { return nil }
            body = lines[2]
        }
        // nginx puts tabs before the lines; newer versions and others encode what is not for header fields.
        return Base64.decode(Array(body.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }).span)
    }
}
