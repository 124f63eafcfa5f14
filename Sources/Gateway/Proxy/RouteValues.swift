internal import Directory
internal import HTTPTypes
internal import PolicyModel
internal import WireProtocol

/// What stands in the places of a route's templates, for one request.
struct RouteValues: Sendable {
    let request: ProxyRequest
    let caller: Caller
    let host: Text?
    let parts: [HTTPPathPattern.Value]
    let query: RequestQuery

    /// The question that a route makes of the request.
    func question(for route: HTTPRoute, clientAddress: HTTPClientAddress?) throws(ProxyFault) -> WireQuestion {
        var context = try facts(clientAddress)
        for key in route.context {
            // What the mapping says of a key is said instead of what is usual, also when it says nothing.
            context.removeAll { Text($0.key).foldedASCII == key.key.foldedASCII }
            if let value = try contextValue(key.value) { context.append(WireContextEntry(key.key.string, value)) }
        }
        return WireQuestion(
            principal: caller.principal, action: try action(route.action), resource: try resource(route.resource),
            context: context, session: caller.session)
    }

    /// Every identity header, with an empty text for what is not known.
    func identityHeaders(_ headers: [HTTPIdentityHeader]) throws(ProxyFault) -> [ProxyAnswer.Field] {
        var fields: [ProxyAnswer.Field] = []
        for header in headers {
            let values = try values(of: header.value)
            let text = header.value.text { values[Text($0)] } ?? ""
            guard HTTPField.isValidValue(text) else { throw ProxyFault(.unusableValue) }
            fields.append(ProxyAnswer.Field(name: header.name, value: text))
        }
        return fields
    }

    private func action(_ template: Template) throws(ProxyFault) -> String {
        let values = try values(of: template)
        // The name of an action holds nothing that could make it another's.
        let areNames = values.values.allSatisfy { value in
            value.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
        }
        guard areNames, let action = template.text({ values[Text($0)] }) else { throw ProxyFault(.unusableValue) }
        return action
    }

    private func resource(_ template: Template) throws(ProxyFault) -> String {
        let values = try values(of: template)
        guard let resource = template.arn({ values[Text($0)] }) else { throw ProxyFault(.unusableValue) }
        return resource
    }

    /// `nil` when one of its places has no value: the key is absent then.
    private func contextValue(_ template: Template) throws(ProxyFault) -> WireContextValue? {
        if template.pieces.count == 1, let place = template.places.first, let list = caller.list(place) {
            return .list(list.map { .string($0) })
        }
        let values = try values(of: template)
        return template.text { values[Text($0)] }.map { .string($0) }
    }

    /// What stands in the places of a template, by their names.
    private func values(of template: Template) throws(ProxyFault) -> [Text: String] {
        var values: [Text: String] = [:]
        for place in template.places {
            if let text = try text(place) { values[Text(place)] = text }
        }
        return values
    }

    private func text(_ place: String) throws(ProxyFault) -> String? {
        if place == "method" { return request.method.string }
        if place == "host" { return host?.string }
        let parts = place.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let name = String(parts[1])
        switch parts[0] {
        case "path": return self.parts.first { $0.name.utf8.elementsEqual(name.utf8) }?.text.string
        case "header": return try request.fields.single(name)
        case "query":
            do throws(RequestQuery.Ambiguity) {
                return try query.value(name)
            } catch {
                throw ProxyFault(.ambiguousQuery)
            }
        default: return caller.text(place)
        }
    }
}

/// What AWS's own services tell policies of every request.
extension RouteValues {
    private func facts(_ place: HTTPClientAddress?) throws(ProxyFault) -> [WireContextEntry] {
        var facts = [WireContextEntry("aws:SecureTransport", .boolean(request.isSecure))]
        if let address = try clientAddress(place) { facts.append(WireContextEntry("aws:SourceIp", .string(address))) }
        if let agent = try request.fields.single(HTTPField.Name.userAgent) {
            facts.append(WireContextEntry("aws:UserAgent", .string(agent)))
        }
        if let referer = try request.fields.single(HTTPField.Name.referer) {
            facts.append(WireContextEntry("aws:Referer", .string(referer)))
        }
        return facts
    }

    /// The client's address; where it ought to be known and is not, nothing is decided.
    private func clientAddress(_ place: HTTPClientAddress?) throws(ProxyFault) -> String? {
        if let address = request.clientAddress {
            guard let plain = ClientAddress.plain(address) else { throw ProxyFault(.clientAddress) }
            return plain
        }
        guard let place, let name = HTTPField.Name(place.header) else { return nil }
        guard let address = ClientAddress.client(request.fields[values: name], trustedHops: place.trustedHops) else {
            throw ProxyFault(.clientAddress)
        }
        return address
    }
}

/// Addresses as proxies hand them on.
enum ClientAddress {
    /// The entry that the first of our proxies in a row has added: what stands before it may be the client's invention.
    static func client(_ values: [String], trustedHops: Int) -> String? {
        let entries = values.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        guard trustedHops >= 1, entries.count >= trustedHops else { return nil }
        return plain(entries[entries.count - trustedHops].trimmingSpaces)
    }

    /// An address without brackets and port; `nil` for what is none.
    static func plain(_ text: some StringProtocol) -> String? {
        var bytes = ArraySlice(text.utf8)
        if bytes.first == 0x5B {
            guard let end = bytes.firstIndex(of: 0x5D), isPort(bytes[(end + 1)...]) else { return nil }
            bytes = bytes[(bytes.startIndex + 1)..<end]
        } else if bytes.count(where: { $0 == ASCII.colon }) == 1, let colon = bytes.firstIndex(of: ASCII.colon) {
            guard isPort(bytes[colon...]) else { return nil }
            bytes = bytes[..<colon]
        }
        guard IPAddress(Array(bytes).span) != nil else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == ASCII.colon && bytes.count > 1 && bytes.dropFirst().allSatisfy(ASCII.isDigit)
    }
}
