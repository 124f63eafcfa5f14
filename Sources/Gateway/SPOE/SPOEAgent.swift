internal import HTTPTypes
internal import NIOCore
internal import PolicyModel

/// Answers HAProxy's questions about requests (spec `protocols.md` §2.6).
struct SPOEAgent: Sendable {
    let judge: ProxyJudge
    /// How long a decision may take.
    let deadlineMilliseconds: Int64

    /// The acknowledgement of a question: always with variables, as one without any stalls some versions of HAProxy.
    func answer(_ notification: SPOPNotification) async -> [UInt8] {
        let answer: ProxyAnswer
        do throws(ProxyFault) {
            guard let arguments = notification.arguments else { throw ProxyFault(.unusableQuestion) }
            answer = await judge.answer(try SPOEArguments(arguments).request(deadlineMilliseconds))
        } catch {
            answer = ProxyAnswer(error)
        }
        return notification.acknowledgement(SPOEAgent.variables(answer))
    }

    private static func variables(_ answer: ProxyAnswer) -> [(name: String, value: SPOPValue)] {
        var variables: [(name: String, value: SPOPValue)] = [
            ("allow", .boolean(answer.isAllowed)),
            ("status", .integer(UInt64(answer.status.code))),
            ("reason", .string(Array(answer.reason.utf8))),
            ("user", .string(Array(answer.principal.utf8))),
            ("challenge", .string(Array(answer.challenges.joined(separator: ", ").utf8))),
        ]
        for field in answer.identity {
            variables.append((SPOEAgent.variable(field.name), .string(Array(field.value.utf8))))
        }
        return variables
    }

    /// The name of a header field as that of a variable: `X-Auth-User` is `x_auth_user`.
    private static func variable(_ field: String) -> String {
        let bytes = field.utf8.map { ASCII.isAlphanumeric($0) ? ASCII.lowercased($0) : 0x5F }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What `spoe.conf` says of a request.
struct SPOEArguments: Sendable {
    private let arguments: [String: SPOPValue]

    init(_ arguments: [String: SPOPValue]) { self.arguments = arguments }

    /// The request; whatever is needed and not there is a deny.
    func request(_ deadlineMilliseconds: Int64) throws(ProxyFault) -> ProxyRequest {
        let fields = try fields()
        guard let method = try text("method"), HTTPRequest.Method(method) != nil else {
            throw ProxyFault(.missingMethod)
        }
        guard let target = try target() else { throw ProxyFault(.missingTarget) }
        let certificate = try certificate()
        var host = try text("host")
        if host == nil { host = try fields.single("Host") }
        return ProxyRequest(
            method: Text(method), target: target, host: host,
            isSecure: isTrue("ssl") || isTrue("tls"), fields: fields, clientAddress: try address(),
            certificate: { certificate }, deadline: .now() + .milliseconds(deadlineMilliseconds))
    }

    private func target() throws(ProxyFault) -> String? {
        if let uri = try text("uri") { return uri }
        guard let path = try text("path") else { return nil }
        guard let query = try text("query") else { return path }
        return path + "?" + query
    }

    /// `nil` for an argument that is missing, empty or null: HAProxy sends all that it is told to.
    private func text(_ name: String) throws(ProxyFault) -> String? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .string(let bytes)?, .binary(let bytes)?:
            guard let text = String(validating: bytes, as: UTF8.self) else { throw ProxyFault(.unusableValue) }
            return text.isEmpty ? nil : text
        case .some: throw ProxyFault(.unusableValue)
        }
    }

    private func isTrue(_ name: String) -> Bool {
        switch arguments[name] {
        case .boolean(true)?, .integer(1)?: true
        default: false
        }
    }

    private func address() throws(ProxyFault) -> String? {
        switch arguments["src"] {
        case nil, .null?: return nil
        case .address(let bytes)? where bytes.count == 4: return bytes.map(String.init).joined(separator: ".")
        case .address(let bytes)?:
            let groups = stride(from: 0, to: bytes.count, by: 2).map { index in
                String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
            }
            return groups.joined(separator: ":")
        case .string(let bytes)?: return String(validating: bytes, as: UTF8.self)
        case .some: throw ProxyFault(.clientAddress)
        }
    }

    /// `cert` is `ssl_c_der`, which is there whether HAProxy has believed it or not: `cert_verify` must be 0 beside it.
    private func certificate() throws(ProxyFault) -> [UInt8]? {
        guard case .binary(let der)? = arguments["cert"], !der.isEmpty else { return nil }
        guard arguments["cert_verify"] == .integer(0) else { throw ProxyFault(.invalidIdentity) }
        return der
    }

    /// `headers`, or `hdrs`, is `req.hdrs_bin`; `auth` is `Authorization` alone, for who sends no more.
    private func fields() throws(ProxyFault) -> HTTPFields {
        let given = ["headers", "hdrs"].compactMap { arguments[$0] }.filter { $0 != .null }
        var fields = HTTPFields()
        guard let all = given.first else {
            if let credentials = try text("auth") { fields[.authorization] = credentials }
            return fields
        }
        guard given.count == 1, case .binary(let bytes) = all else { throw ProxyFault(.ambiguousHeader) }
        do throws(SPOPFault) {
            var reader = SPOPReader(bytes[...])
            while true {
                let (name, value) = (try reader.string(), try reader.string())
                if name.isEmpty, value.isEmpty { break }
                guard let field = HTTPField.Name(String(decoding: name, as: UTF8.self)) else { throw SPOPFault() }
                fields.append(HTTPField(name: field, value: String(decoding: value, as: UTF8.self)))
            }
            guard reader.isAtEnd else { throw SPOPFault() }
        } catch {
            throw ProxyFault(.ambiguousHeader)
        }
        return fields
    }
}
