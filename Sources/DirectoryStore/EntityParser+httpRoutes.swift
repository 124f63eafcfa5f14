internal import Directory
internal import JSONDocument
internal import PolicyModel

/// `Routes`: which requests ask for what; the first that matches decides.
extension EntityParser {
    mutating func routes(_ node: JSONNode?, _ places: HTTPPlaces) -> [HTTPRoute] {
        var routes: [HTTPRoute] = []
        let elements = reader.elements(node, "`Routes`")
        if let node, elements.count > HTTPMappingLimits.routesMax {
            reader.error(
                "limit", "\(elements.count) routes; at most \(HTTPMappingLimits.routesMax) are read", at: node.position)
            return []
        }
        for (index, element) in elements.enumerated() {
            guard let route = route(element, places) else { continue }
            // Routes with errors leave gaps, but then nothing of the file is in force.
            if let earlier = routes.firstIndex(where: { $0.covers(route) }) {
                reader.warning(
                    "unreachable-route",
                    "route \(index) is never asked: route \(earlier) takes all of its requests; the first that matches "
                        + "decides", at: element.position)
            }
            routes.append(route)
        }
        return routes
    }

    private mutating func route(_ node: JSONNode, _ places: HTTPPlaces) -> HTTPRoute? {
        let members = reader.members(
            of: node, what: "a route",
            known: ["Methods", "Host", "Path", "Action", "Resource", "Context", "Anonymous"])
        guard node.members != nil else { return nil }
        let pathNode = reader.required("Path", in: members, of: "a route", at: node.position)
        let actionNode = reader.required("Action", in: members, of: "a route", at: node.position)
        let resourceNode = reader.required("Resource", in: members, of: "a route", at: node.position)
        let path = pattern(pathNode)
        let methods = methods(members["Methods"])
        let host = host(members["Host"])
        let action = action(actionNode, places, path)
        let resource = resource(resourceNode, places, path)
        let context = context(members["Context"], places, path)
        let isAnonymous = reader.bool(members["Anonymous"], "`Anonymous`") ?? false
        guard let path, let action, let resource else { return nil }
        return HTTPRoute(
            methods: methods, host: host, path: path, action: action, resource: resource, context: context,
            isAnonymous: isAnonymous)
    }

    private mutating func pattern(_ node: JSONNode?) -> HTTPPathPattern? {
        guard let node, let text = reader.string(node, "`Path`") else { return nil }
        do throws(HTTPPathPattern.Failure) {
            return try HTTPPathPattern(text)
        } catch {
            reader.error(
                "invalid-path", "`Path` \(UserText.quoted(text.string)): \(error.message)", at: node.position)
            return nil
        }
    }

    /// Without the member a route takes all methods; an empty list would take none.
    private mutating func methods(_ node: JSONNode?) -> [Text] {
        guard let node else { return [] }
        var methods: [Text] = []
        let elements = reader.elements(node, "`Methods`")
        if node.elements != nil, elements.isEmpty {
            reader.error("wrong-value", "`Methods` is empty; leave it out for every method", at: node.position)
        }
        for element in elements {
            guard let method = reader.string(element, "a method") else { continue }
            if !NameRules.isFieldName(method) || method.utf8.contains(where: { (0x61...0x7A).contains($0) }) {
                reader.error(
                    "wrong-value",
                    "\(UserText.quoted(method.string)) is no method; they are in upper case, such as `GET`",
                    at: element.position)
            }
            methods.append(method)
        }
        return methods
    }

    private mutating func host(_ node: JSONNode?) -> HTTPHostPattern? {
        guard let node, let text = reader.string(node, "`Host`") else { return nil }
        if let host = HTTPHostPattern(text) { return host }
        reader.error(
            "wrong-value",
            "`Host` \(UserText.quoted(text.string)) is no host: expected `api.example.com` or `*.example.com`, "
                + "without a port", at: node.position)
        return nil
    }

    private mutating func action(_ node: JSONNode?, _ places: HTTPPlaces, _ path: HTTPPathPattern?) -> Template? {
        guard let node,
            let action = template(
                node, "`Action`", places: places.ofRoute, isKnown: { places.isOfRoute($0, path) })
        else { return nil }
        let outline = action.text { _ in "x" } ?? ""
        let parts = Text(outline).split(at: ASCII.colon)
        let isAction =
            parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
            }
        if !isAction {
            reader.error(
                "invalid-action", "`Action` must be `service:name` without wildcards, such as `docs:Read`",
                at: node.position)
        }
        return action
    }

    private mutating func resource(_ node: JSONNode?, _ places: HTTPPlaces, _ path: HTTPPathPattern?) -> Template? {
        guard let node,
            let resource = template(
                node, "`Resource`", places: places.ofRoute, isKnown: { places.isOfRoute($0, path) })
        else { return nil }
        let outline = resource.text { _ in "x" } ?? ""
        if outline != "*", ARN(Text(outline)) == nil || !resource.startsWithLiteral("arn:") {
            reader.error(
                "invalid-arn", "`Resource` must be an ARN with six fields, or `*`", at: node.position)
        }
        return resource
    }

    private mutating func context(
        _ node: JSONNode?, _ places: HTTPPlaces, _ path: HTTPPathPattern?
    ) -> [HTTPContextKey] {
        guard let node else { return [] }
        guard let members = node.members else {
            reader.error("wrong-type", "`Context` must be an object", at: node.position)
            return []
        }
        if members.count > HTTPMappingLimits.mappedKeysMax {
            reader.error(
                "limit", "\(members.count) context keys; at most \(HTTPMappingLimits.mappedKeysMax) fit",
                at: node.position)
        }
        var keys: [HTTPContextKey] = []
        for member in members {
            checkContextKey(member, others: keys)
            let value = template(
                member.value, "the context key \(UserText.quoted(member.name))", places: places.ofRoute,
                isKnown: { places.isOfRoute($0, path) })
            if let value { keys.append(HTTPContextKey(key: Text(member.name), value: value)) }
        }
        return keys
    }

    /// Only what the language lets callers say may come from a request.
    private mutating func checkContextKey(_ member: JSONMember, others: [HTTPContextKey]) {
        let folded = Text(member.name).foldedASCII
        let quoted = UserText.quoted(member.name)
        if EntityParser.isEngineOwned(folded: folded) {
            reader.error(
                "engine-owned-key", "the context key \(quoted) is set by the engine; no request may",
                at: member.namePosition)
        } else if !folded.contains(ASCII.colon) || folded.utf8.count > HTTPMappingLimits.mappedKeyBytesMax {
            reader.error(
                "invalid-key",
                "the context key \(quoted) needs a prefix, as in `app:Tenant`, and at most "
                    + "\(HTTPMappingLimits.mappedKeyBytesMax) bytes", at: member.namePosition)
        } else if others.contains(where: { $0.key.foldedASCII == folded }) {
            reader.error(
                "duplicate-key", "the context key \(quoted) is there twice: case does not count",
                at: member.namePosition)
        }
    }
}

extension Template {
    /// Whether it begins with a text, whatever its places hold.
    func startsWithLiteral(_ text: String) -> Bool {
        if case .literal(let literal)? = pieces.first { literal.utf8.starts(with: text.utf8) } else { false }
    }
}
