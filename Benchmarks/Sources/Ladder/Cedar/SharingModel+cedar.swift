extension SharingModel {
    /// The policies, as one would write them for Cedar: a thing is in the shelf of every role that somebody has on it.
    var cedarPolicies: String {
        var policies = roles.indices.map { role in
            let actions = roles[0...role].flatMap(\.actions).map { #"Action::"\#($0)""# }.joined(separator: ", ")
            return """
                permit (principal, action in [\(actions)], resource)
                when { resource in principal.\(roles[role].name)Shelves };
                """
        }
        if !publicItems.isEmpty {
            let actions = roles[0].actions.map { #"Action::"\#($0)""# }.joined(separator: ", ")
            policies.append("permit (principal, action in [\(actions)], resource) when { resource.isPublic };")
        }
        return policies.joined(separator: "\n")
    }

    /// Users, things, containers and shelves.
    var cedarEntities: JSONText {
        var parents: [Thing: [JSONText]] = [:]
        for grant in grants {
            parents[grant.thing, default: []].append(
                Self.entity("Shelf", "\(roles[grant.role].name)-\(grant.holder.name)"))
        }
        let holders = (0..<size).flatMap { [Holder.user($0), .group($0)] }
        let shelves = holders.flatMap { holder in
            roles.map { Self.described("Shelf", "\($0.name)-\(holder.name)", [], []) }
        }
        let users = (0..<size).map { user in
            let names = [Holder.user(user).name] + groupsOfUser[user].sorted().map { Holder.group($0).name }
            let attributes = roles.map { role in
                (
                    "\(role.name)Shelves",
                    JSONText.array(
                        names.map { JSONText.object([("__entity", Self.entity("Shelf", "\(role.name)-\($0)"))]) })
                )
            }
            return Self.described("User", "user\(user)", attributes, [])
        }
        let containers = parentsOfContainer.indices.map { container in
            let above = parentsOfContainer[container].sorted().map { Self.entity("Container", "container\($0)") }
            return Self.described(
                "Container", "container\(container)", [], above + (parents[.container(container)] ?? []))
        }
        let items = (0..<size).map { item in
            // Cedar is given the containers directly above and those above them: it makes the same closure of them.
            let above = containersOfItem[item].sorted().map { Self.entity("Container", "container\($0)") }
            return Self.described(
                "Item", "item\(item)", [("isPublic", .raw("\(publicItems.contains(item))"))],
                above + (parents[.item(item)] ?? []))
        }
        return .array(shelves + users + containers + items)
    }

    private static func entity(_ type: String, _ name: String) -> JSONText {
        .object([("type", .string(type)), ("id", .string(name))])
    }

    private static func described(
        _ type: String, _ name: String, _ attributes: [(String, JSONText)], _ parents: [JSONText]
    ) -> JSONText {
        .object([("uid", entity(type, name)), ("attrs", .object(attributes)), ("parents", .array(parents))])
    }

    /// A question as Cedar takes it, with the application's own answer.
    func cedarQuestion(_ question: (user: Int, action: String, item: Int)) -> JSONText {
        .object([
            ("principal", .string(#"User::"user\#(question.user)""#)),
            ("action", .string(#"Action::"\#(question.action)""#)),
            ("resource", .string(#"Item::"item\#(question.item)""#)),
            (
                "allowed",
                .raw("\(isAllowed(user: question.user, action: question.action, item: question.item))")
            ),
        ])
    }
}
