internal import PolicyModel
package import PolicyReference
internal import PolicySyntax

extension ReferenceQuestion {
    /// Everything about the question, a line a fact: the account of a difference.
    package var story: String {
        var lines = [
            "caller \(caller)", "\(action) on \(resource)",
            "owner \(String(describing: resourceAccount)) required \(resourcePolicyRequired) trust \(isTrustPolicy)",
            "session \(String(describing: session))",
        ]
        lines += context.map { "context \($0.key) = \($0.value)" }
        lines += resourceTags.map { "resource tag \($0.key) = \($0.value)" }
        lines += printed("identity", identityPolicies) + printed("attached", attachedPolicies)
        for (number, policies) in groupPolicies.enumerated() { lines += printed("group \(number)", policies) }
        lines += printed("boundary", permissionsBoundary.map { [$0] })
        lines += printed("session", sessionPolicies) + printed("managed session", managedSessionPolicies)
        lines += printed("resource", resourcePolicies)
        for (level, policies) in (serviceControlPolicies ?? []).enumerated() {
            lines += printed("scp \(level)", policies)
        }
        for (level, policies) in (resourceControlPolicies ?? []).enumerated() {
            lines += printed("rcp \(level)", policies)
        }
        return lines.joined(separator: "\n")
    }

    private func printed(_ layer: String, _ documents: [Document]?) -> [String] {
        guard let documents, !documents.isEmpty else { return documents == nil ? [] : ["no \(layer) policy"] }
        return documents.map { "\(layer) \(PolicyPrinter.print($0, pretty: false))" }
    }
}
