import Directory
import PolicyModel

/// How an application's grants become IAM policies.
enum SharingStyle: String, CaseIterable, Sendable {
    /// Who may do what stands in the tags of the things; a user and a group have one policy, whatever they are given.
    case tags
    /// Every grant is a policy of its own, of the user or group that has it.
    case grants
}

extension SharingModel {
    /// The store, with so many questions.
    func store(_ style: SharingStyle, questions count: Int) throws -> BenchmarkStore {
        guard var builder = StoreBuilder("\(name), N = \(size), \(style.rawValue)", seed: Rung.seed) else {
            throw BenchmarkFailure(description: "the generator's account is no account")
        }
        // Groups within groups do not exist in IAM: a user is in all of them.
        for group in 0..<size {
            let documents = self.documents(.group(group), style)
            _ = builder.addGroup(
                "group\(group)", attached: attach(documents, "group\(group)", &builder))
        }
        for user in 0..<size {
            let documents = self.documents(.user(user), style) + [everybody]
            builder.addUser(
                "user\(user)", groups: groupsOfUser[user].sorted().map { Text("group\($0)") },
                attached: attach(documents, "user\(user)", &builder))
        }
        for item in 0..<size { builder.addResource(arn(item), tags: tags(item, style)) }
        for question in questions(count) {
            builder.ask(
                BenchmarkQuestion(
                    principal: Text("arn:aws:iam::\(builder.account):user/user\(question.user)"),
                    action: Text(question.action), resource: arn(question.item)))
        }
        return builder.store
    }

    func arn(_ item: Int) -> Text { Text("arn:aws:\(service):::item\(item)") }

    private func attach(_ documents: [Document], _ name: String, _ builder: inout StoreBuilder) -> [Text] {
        documents.enumerated().map { builder.addPolicy("\(name)-\($0)", $1) }
    }

    /// What a role may do, with what the weaker ones may.
    func actions(upTo role: Int) -> [Text] { roles[0...role].flatMap(\.actions).map { Text($0) } }

    private func documents(_ holder: Holder, _ style: SharingStyle) -> [Document] {
        switch style {
        case .tags:
            let statements = roles.indices.map { role in
                allow(role, ["*"], roles[role].name, Text("*:\(holder.name):*"))
            }
            return [Document(version: .v2012, statements: statements)]
        case .grants:
            return grants.filter { $0.holder == holder }.map(document).sorted {
                "\($0.statements)" < "\($1.statements)"
            }
        }
    }

    private func document(_ grant: Grant) -> Document {
        let statement =
            switch grant.thing {
            case .item(let item): allow(grant.role, [arn(item)])
            case .container(let container): allow(grant.role, ["*"], "in", Text("*:container\(container):*"))
            }
        return Document(version: .v2012, statements: [statement])
    }

    /// Public things, for all users.
    private var everybody: Document {
        Document(version: .v2012, statements: [allow(0, ["*"], "public", "yes")])
    }

    private func allow(_ role: Int, _ resources: [Text], _ tag: String? = nil, _ value: Text = "") -> Statement {
        let tests = tag.map {
            [
                Condition(
                    operator: ConditionOperator(base: .stringLike), key: Text("aws:ResourceTag/\($0)"),
                    values: [value])
            ]
        }
        return Statement(
            effect: .allow, action: .action(actions(upTo: role)), resource: .resource(resources),
            conditions: tests ?? [])
    }

    /// Whoever has a role on the item or on one of its containers; the containers; whether it is public.
    private func tags(_ item: Int, _ style: SharingStyle) -> [Tag] {
        var tags: [Tag] = []
        if publicItems.contains(item) { tags.append(Tag(key: "public", value: "yes")) }
        switch style {
        case .tags:
            let things = [Thing.item(item)] + containersOfItem[item].map { .container($0) }
            for (role, description) in roles.enumerated() {
                let holders = grants.filter { $0.role == role && things.contains($0.thing) }.map(\.holder.name)
                if !holders.isEmpty { tags.append(list(description.name, holders)) }
            }
        case .grants:
            let containers = containersOfItem[item].map { "container\($0)" }
            if !containers.isEmpty { tags.append(list("in", containers)) }
        }
        return tags
    }

    private func list(_ key: String, _ names: [String]) -> Tag {
        Tag(key: Text(key), value: Text(":" + Set(names).sorted().joined(separator: ":") + ":"))
    }
}
