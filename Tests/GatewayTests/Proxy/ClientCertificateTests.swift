import Crypto
import Directory
import Foundation
import PolicyModel
import SwiftASN1
import Testing
import X509

@testable import Gateway

/// A certificate that a test makes of itself.
enum CertificateFixture {
    static let now: Int64 = 1_800_000_000

    static func der(
        names: [String] = ["alice"], alternatives: [GeneralName] = [], from: Int64 = now - 60, to: Int64 = now + 60
    ) throws -> [UInt8] {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = DistinguishedName(
            names.map { RelativeDistinguishedName(.init(type: .RDNAttributeType.commonName, utf8String: $0)) })
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSince1970: Double(from)),
            notValidAfter: Date(timeIntervalSince1970: Double(to)), issuer: subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions { SubjectAlternativeNames(alternatives) }, issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN CERTIFICATE-----\n\(Data(der).base64EncodedString(options: .lineLength64Characters))\n-----END CERTIFICATE-----\n"
    }

    /// As nginx and Envoy write PEM into a header field.
    static func encoded(_ der: [UInt8]) -> String {
        pem(der).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

@Suite("Client certificates")
struct ClientCertificateTests {
    private static let now = Instant(seconds: CertificateFixture.now)

    @Test("the parts of a certificate that it has once are told, those that it has twice are not")
    func parts() throws {
        let der = try CertificateFixture.der(
            alternatives: [
                .uniformResourceIdentifier("spiffe://td/a"), .dnsName("a.example"), .dnsName("b.example"),
                .rfc822Name("a@example.com"),
            ])
        let certificate = try ClientCertificate(der: der, now: Self.now)
        #expect(certificate.text(.commonName) == "alice")
        #expect(certificate.text(.uri) == "spiffe://td/a")
        #expect(certificate.text(.dnsName) == nil)
        #expect(certificate.text(.email) == "a@example.com")
        #expect(certificate.text(.fingerprint) == SHA256.hash(data: der).map { String(format: "%02x", $0) }.joined())
        let two = try ClientCertificate(der: try CertificateFixture.der(names: ["alice", "root"]), now: Self.now)
        #expect(two.text(.commonName) == nil)
        let none = try ClientCertificate(der: try CertificateFixture.der(names: []), now: Self.now)
        #expect(none.text(.commonName) == nil && none.text(.uri) == nil)
    }

    @Test("a certificate is read in every form in which proxies hand it on, and only whole")
    func forms() throws {
        let der = try CertificateFixture.der()
        let expected = try ClientCertificate(der: der, now: Self.now)
        let pem = CertificateFixture.pem(der)
        for field in [
            CertificateFixture.encoded(der), Data(der).base64EncodedString(),
            pem.replacingOccurrences(of: "\n", with: "\t"),
            pem.replacingOccurrences(of: "\n", with: " "),
        ] {
            #expect(try ClientCertificate(field: field, now: Self.now) == expected)
        }
        for field in [
            "", "x", "%zz", pem + pem, Data(der.dropLast()).base64EncodedString(),
            Data(der + [0]).base64EncodedString(), pem.replacingOccurrences(of: "CERTIFICATE", with: "PRIVATE KEY"),
            "x" + pem, Data(der).base64EncodedString() + "," + Data(der).base64EncodedString(),
        ] {
            #expect(throws: ClientCertificate.Failure.malformed, "\(field.prefix(60))") {
                try ClientCertificate(field: field, now: Self.now)
            }
        }
    }

    @Test(
        "a certificate whose time is over, or has not come, tells nothing",
        arguments: [
            (-120, -1), (1, 120),
        ] as [(Int64, Int64)])
    func times(_ from: Int64, _ to: Int64) throws {
        let now = CertificateFixture.now
        let der = try CertificateFixture.der(from: now + from, to: now + to)
        #expect(throws: ClientCertificate.Failure.notValidNow) { try ClientCertificate(der: der, now: Self.now) }
    }

    @Test("random bytes are no certificate")
    func random() throws {
        let der = try CertificateFixture.der()
        for _ in 0..<500 {
            var bytes = der
            bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255)
            _ = try? ClientCertificate(der: Array(bytes.prefix(.random(in: 0...bytes.count))), now: Self.now)
        }
    }
}
