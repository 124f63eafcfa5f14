internal import PolicyModel

/// The https URL by which AuthZEN's clients know this service (AZ-MD-4).
struct PublicURL: Sendable, Hashable {
    /// As it was configured: clients compare it byte by byte.
    let text: String
    /// What follows the host; empty, or `/…` without a slash at the end.
    let path: String

    /// Where the metadata is: the well-known name stands between host and path (AZ-MD-2).
    var wellKnownPath: String { "/.well-known/authzen-configuration" + path }

    /// - Throws: `GatewayError.badPublicURL` for what clients would not take.
    init(_ text: String) throws(GatewayError) {
        func wrong(_ reason: String) -> GatewayError { .badPublicURL(url: text, reason: reason) }
        let scheme = "https://"
        guard text.utf8.starts(with: scheme.utf8) else { throw wrong("it must begin with `https://`") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw wrong("it may hold no spaces, and only ASCII; escape others")
        }
        guard !text.contains(where: { $0 == "?" || $0 == "#" }) else { throw wrong("it may have no query or fragment") }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        guard !authority.contains("@"), PublicURL.isAuthority(authority) else {
            throw wrong("it must name a host, and may name a port and no user")
        }
        guard !path.hasSuffix("/"), !path.contains("//") else {
            throw wrong("its path may not end in `/` or have two in a row")
        }
        self.text = text
        self.path = String(path)
    }

    /// A host, in brackets if it has colons, and a port where there is one.
    private static func isAuthority(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            let port = text[text.index(after: colon)...]
            guard !port.isEmpty, port.utf8.allSatisfy(ASCII.isDigit), UInt16(port) != nil else { return false }
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return !address.isEmpty
                && address.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == ASCII.colon || $0 == 0x2E }
        }
        return !host.isEmpty && host.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
    }
}
