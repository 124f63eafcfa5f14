internal import JSONDocument
internal import PolicyModel

/// What the engine tells its authorization plugin of a request (`pkg/authorization/api.go` of moby).
struct DockerCall: Sendable {
    /// The common name of a TLS client's certificate; `nil` where there is none.
    let user: String?
    /// Whether the client has a certificate.
    let isTLS: Bool
    let method: String
    let uri: String
    /// The body of the request; `nil` where the engine withholds it.
    let body: [UInt8]?
    /// The answer's body; `nil` where the engine withholds it, and before there is one.
    let responseBody: [UInt8]?
    /// Whether a form in the body may have replaced parameters of the query, unseen.
    let mayHaveForm: Bool

    init(_ message: JSONNode) throws(DockerFault) {
        user = try DockerCall.string(message, "User").flatMap { $0.isEmpty ? nil : $0 }
        let authentication = try DockerCall.string(message, "UserAuthNMethod") ?? ""
        let hasCertificates = !(message["RequestPeerCertificates"]?.elements ?? []).isEmpty
        isTLS = !authentication.isEmpty || hasCertificates
        guard let method = try DockerCall.string(message, "RequestMethod"),
            let uri = try DockerCall.string(message, "RequestUri")
        else { throw DockerFault("the call has no `RequestMethod` or no `RequestUri`") }
        self.method = method
        self.uri = uri
        body = try DockerCall.bytes(message, "RequestBody")
        responseBody = try DockerCall.bytes(message, "ResponseBody")
        mayHaveForm = try DockerCall.mayHaveForm(message, hasBody: body != nil, method: method)
    }

    /// Whether the engine may have taken parameters from a form.
    ///
    /// It reads a form from the body of POST, PUT and PATCH, and then prefers it to the query. The plugin is shown no form, and
    /// of several `Content-Type` fields only the last, where the engine goes by the first. So the query is believed only
    /// when a form is out of the question: the body is JSON (it is shown only then), there is none, or there is no type.
    private static func mayHaveForm(
        _ message: JSONNode, hasBody: Bool, method: String
    ) throws(DockerFault) -> Bool {
        guard !hasBody, ["POST", "PUT", "PATCH"].contains(method) else { return false }
        guard let node = message["RequestHeaders"], node.value != .null else { return false }
        guard let headers = node.members else { throw DockerFault("`RequestHeaders` of the call is no object") }
        let fields = { (name: Text) in headers.filter { Text($0.name).foldedASCII == name }.map(\.value.string) }
        let lengths = fields("content-length")
        return !fields("content-type").isEmpty && (lengths.isEmpty || lengths.contains { $0 != "0" })
    }

    private static func string(_ message: JSONNode, _ name: String) throws(DockerFault) -> String? {
        guard let node = message[name], node.value != .null else { return nil }
        guard let text = node.string else { throw DockerFault("`\(name)` of the call is no string") }
        return text
    }

    /// Bytes in base64; Go leaves out what is empty.
    private static func bytes(_ message: JSONNode, _ name: String) throws(DockerFault) -> [UInt8]? {
        guard let text = try string(message, name), !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(Array(text.utf8).span) else {
            throw DockerFault("`\(name)` of the call is not base64")
        }
        return bytes
    }
}
