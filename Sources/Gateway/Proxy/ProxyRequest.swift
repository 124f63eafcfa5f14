internal import HTTPTypes
internal import NIOCore
internal import PolicyModel

/// What a proxy asks about, whichever way it asks.
struct ProxyRequest: Sendable {
    /// The client's method.
    var method: Text
    /// The client's target, as it was sent.
    var target: String
    /// The host that the client named, as the proxy says it; `nil` when it does not.
    var host: String?
    /// Whether the client's connection to the proxy is encrypted.
    var isSecure: Bool
    /// The client's header fields, and those that the proxy has set.
    var fields: HTTPFields
    /// The client's address, where the proxy says it apart from header fields.
    var clientAddress: String?
    /// The client's certificate in DER, where it comes apart from header fields; `nil` without one.
    var certificate: @Sendable () async -> [UInt8]? = { nil }
    /// When the decision has to be there.
    var deadline: NIODeadline

    /// Refuses to go on after the deadline: whoever waits may have gone on without us.
    func checkDeadline() throws(ProxyFault) {
        guard NIODeadline.now() <= deadline else { throw ProxyFault(.deadline) }
    }
}

extension HTTPFields {
    /// The value of a field that may be there once; `nil` without one, or without text.
    func single(_ name: String) throws(ProxyFault) -> String? {
        guard let name = HTTPField.Name(name) else { return nil }
        return try single(name)
    }

    /// The value of a field that may be there once; `nil` without one, or without text.
    ///
    /// Of two, the service behind the proxy may take either.
    func single(_ name: HTTPField.Name) throws(ProxyFault) -> String? {
        let values = self[values: name]
        guard values.count <= 1 else { throw ProxyFault(.ambiguousHeader) }
        guard let value = values.first.map({ String($0.trimmingSpaces) }), !value.isEmpty else { return nil }
        return value
    }
}

/// A host as a client named it.
enum RequestHost {
    /// The host in lower case, without a port and without the dot of a full name; `nil` for what is no host.
    static func name(_ authority: String) -> Text? {
        var name = ArraySlice(authority.utf8.map(ASCII.lowercased))
        if name.first == 0x5B {
            guard let end = name.firstIndex(of: 0x5D) else { return nil }
            guard isPort(name[(end + 1)...]) else { return nil }
            name = name[...end]
        } else if let colon = name.firstIndex(of: ASCII.colon) {
            guard isPort(name[colon...]) else { return nil }
            name = name[..<colon]
        }
        if name.last == 0x2E { name.removeLast() }
        let isHost = name.allSatisfy { byte in
            ASCII.isAlphanumeric(byte) || [0x2D, 0x2E, 0x5F, ASCII.colon, 0x5B, 0x5D].contains(byte)
        }
        guard isHost, let first = name.first, first != 0x2E else { return nil }
        return Text(String(decoding: name, as: UTF8.self))
    }

    /// Nothing, or a colon with digits.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == ASCII.colon && bytes.dropFirst().allSatisfy(ASCII.isDigit)
    }
}
