internal import DecisionTree
internal import Directory
internal import HTTPTypes
internal import PolicyModel
internal import WireProtocol

/// Makes questions of evaluations, by the mapping in force.
///
/// Whatever has no ARN, no action or no form as a condition key makes no question, or one that is denied: never one about
/// something else.
struct AuthZENQuestions: Sendable {
    let policies: Decider.Policies
    private let mapping: AuthZENMapping
    private let account: AccountID?
    private let keys: ConditionKeyUse

    init(_ policies: Decider.Policies) {
        self.policies = policies
        let directory = policies.snapshot.directory
        mapping = directory.authzen
        account = mapping.account ?? directory.defaultAccount
        keys = ConditionKeyUse(policies.snapshot)
    }

    /// The question that an evaluation comes to; `nil` when it comes to none, which is a deny.
    ///
    /// - Throws: `Refusal` 503 while it is not known yet which users there are.
    func question(_ evaluation: AuthZENEvaluation) throws(Refusal) -> WireQuestion? {
        let resourceProperties = FlatProperties(evaluation.resource.properties)
        let actionProperties = FlatProperties(evaluation.action.properties)
        let principal = try principal(evaluation.subject)
        guard let action = action(evaluation, actionProperties),
            let resource = resource(evaluation.resource, resourceProperties),
            let context = context(evaluation, action: actionProperties, resource: resourceProperties)
        else { return nil }
        return WireQuestion(principal: principal.string, action: action, resource: resource, context: context)
    }

    // MARK: Who

    /// The principal of a subject; for one that has none, a name that no principal has.
    private func principal(_ subject: AuthZENEntity) throws(Refusal) -> Text {
        // A colon makes it no service's name, and its beginning no ARN.
        let unknown = Text("authzen:\(subject.type):\(subject.id)")
        if let template = mapping.subjects[subject.type] {
            return template.arn { _ in subject.id.string }.map { Text($0) } ?? unknown
        }
        guard subject.type == "user", let account else { return unknown }
        guard policies.snapshot.isComplete else { throw .notReady }
        // By its very name: ids differ by case where users' names do not (AZ-IM-6).
        guard let user = policies.snapshot.directory.users[.user(account, subject.id.foldedASCII)],
            user.name == subject.id, !isClaimed(user.arn, by: mapping.subjects)
        else { return unknown }
        return user.arn
    }

    /// Whether an entry for another type makes the same ARN.
    private func isClaimed(_ arn: Text, by templates: [Text: Template]) -> Bool {
        templates.isEmpty ? false : templates.values.contains { $0.overlaps(Template(literal: arn)) }
    }

    // MARK: What

    private func resource(_ resource: AuthZENEntity, _ properties: FlatProperties) -> String? {
        if let template = mapping.resources[resource.type] {
            return template.arn { name in
                switch RequestPlace(Text(name)) {
                case .resourceID: resource.id.string
                case .property(.resource, let path): properties.text(at: path)
                default: nil
                }
            }
        }
        guard AuthZENQuestions.isServicePrefix(resource.type), Template.fits(resource.id.string, isLast: true) else {
            return nil
        }
        let arn = Text("arn:aws:\(resource.type):::\(resource.id)")
        return isClaimed(arn, by: mapping.resources) ? nil : arn.string
    }

    private func action(_ evaluation: AuthZENEvaluation, _ properties: FlatProperties) -> String? {
        let (name, type) = (evaluation.action.name, evaluation.resource.type)
        if let template = mapping.action(name, resourceType: type) {
            return fill(template, evaluation, properties)
        }
        if name.contains(ASCII.colon) { return name.string }
        if let template = mapping.defaultAction { return fill(template, evaluation, properties) }
        return AuthZENQuestions.isServicePrefix(type) ? "\(type):\(name)" : nil
    }

    private func fill(
        _ template: Template, _ evaluation: AuthZENEvaluation, _ properties: FlatProperties
    ) -> String? {
        template.text { name in
            let value: String? =
                switch RequestPlace(Text(name)) {
                case .actionName: evaluation.action.name.string
                case .resourceType: evaluation.resource.type.string
                case .property(.action, let path): properties.text(at: path)
                default: nil
                }
            return value.flatMap { Template.fits($0, isLast: false) ? $0 : nil }
        }
    }

    /// What may stand before the colon of an action, in lower case: actions are compared without case, and ARNs with it.
    private static func isServicePrefix(_ type: Text) -> Bool {
        (1...servicePrefixBytesMax).contains(type.utf8.count)
            && type.utf8.allSatisfy { ASCII.isAlphanumeric($0) && ASCII.lowercased($0) == $0 || $0 == 0x2D }
    }

    /// Far above the longest service prefix of AWS.
    private static let servicePrefixBytesMax = 63

    // MARK: Under what circumstances

    /// The condition keys; `nil` when one that counts cannot hold what the request says.
    private func context(
        _ evaluation: AuthZENEvaluation, action: FlatProperties, resource: FlatProperties
    ) -> [WireContextEntry]? {
        var builder = ContextBuilder(mapping: mapping, keys: keys)
        builder.add(FlatProperties(evaluation.subject.properties), of: .subject)
        builder.add(action, of: .action)
        builder.add(resource, of: .resource)
        builder.add(FlatProperties(evaluation.context), of: .context)
        builder.add(evaluation.subject.type, at: .subjectType)
        builder.add(evaluation.subject.id, at: .subjectID)
        builder.add(evaluation.action.name, at: .actionName)
        builder.add(evaluation.resource.type, at: .resourceType)
        builder.add(evaluation.resource.id, at: .resourceID)
        return builder.finish()
    }
}

extension Refusal {
    /// What needs the users is asked before all files have been read.
    static let notReady = Refusal(
        .serviceUnavailable, "the policies are being read; ask again", headers: [.retryAfter: "1"])
}

extension FlatProperties {
    /// The only value at a path, as text; `nil` for a boolean or a list, and where there is none or more than one.
    fileprivate func text(at path: Text) -> String? {
        let found = entries.filter { $0.path == path }
        guard found.count == 1, case .single(let value) = found[0].value else { return nil }
        return switch value {
        case .string(let text), .number(let text): text.string
        case .boolean: nil
        }
    }
}
