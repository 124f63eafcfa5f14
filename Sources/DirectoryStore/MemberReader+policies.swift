public import Directory
internal import JSONDocument
public import PolicyModel
internal import PolicySyntax

/// What a holder's members say of policies.
struct HoldingsReading {
    var holdings = PolicyHoldings()
    var references: [EntityReference] = []
}

/// The attached policies, groups and boundary that entity files name, and the documents that they embed.
extension MemberReader {
    /// A policy document: an object, or a string of JSON, plain or percent-encoded.
    mutating func document(_ node: JSONNode, kind: PolicyKind, text: [UInt8], path: String) -> PolicySource? {
        let result = names.parser(of: kind, rules).parse(node, in: file, text: text, path: path)
        add(result.diagnostics.map(StoreDiagnostic.init))
        return result.source
    }

    /// `UserPolicyList`, `GroupPolicyList` or `RolePolicyList`.
    mutating func inlinePolicies(_ node: JSONNode?, member: String, text: [UInt8]) -> [InlinePolicy] {
        var policies: [InlinePolicy] = []
        var names: Set<Text> = []
        for (index, element) in elements(node, "`\(member)`").enumerated() {
            let members = members(of: element, what: "an inline policy", known: ["PolicyName", "PolicyDocument"])
            guard element.members != nil else { continue }
            let nameNode = required("PolicyName", in: members, of: "an inline policy", at: element.position)
            let documentNode = required("PolicyDocument", in: members, of: "an inline policy", at: element.position)
            let source = documentNode.flatMap {
                document($0, kind: .identity, text: text, path: "\(member)[\(index)].PolicyDocument")
            }
            guard let nameNode, let written = string(nameNode, "`PolicyName`"),
                let name = name(written, "`PolicyName`", lengthMax: Quota.nameLengthMax, at: nameNode.position)
            else { continue }
            if !names.insert(name).inserted {
                error("duplicate-policy", "two inline policies are named `\(name)`", at: nameNode.position)
            }
            if let source { policies.append(InlinePolicy(name: name, source: source)) }
        }
        return policies
    }

    /// `AttachedManagedPolicies` and `PermissionsBoundary`.
    mutating func attachments(
        _ members: MemberNodes, account: AccountID, into reading: inout HoldingsReading
    ) {
        let attached = elements(members["AttachedManagedPolicies"], "`AttachedManagedPolicies`")
        for element in attached {
            guard let reference = attachedPolicy(element, account: account) else { continue }
            if reading.references.contains(where: { $0.target == reference.target }) {
                warning("duplicate-policy", "`\(reference.text)` is attached twice", at: reference.position)
                continue
            }
            reading.references.append(reference)
            reading.holdings.attachedPolicies.append(reference.text)
        }
        reading.holdings.attachedPolicies = reading.holdings.attachedPolicies.withoutSpareRoom
        if let first = attached.first, attached.count > Quota.attachedPoliciesMax {
            warning(
                "quota", "\(attached.count) attached policies; IAM allows \(Quota.attachedPoliciesMax)",
                at: first.position)
        }
        if let boundary = members["PermissionsBoundary"].flatMap({ self.boundary($0, account: account) }) {
            reading.references.append(boundary)
            reading.holdings.permissionsBoundary = boundary.text
        }
    }

    private mutating func attachedPolicy(_ node: JSONNode, account: AccountID) -> EntityReference? {
        let members = members(of: node, what: "an attached policy", known: ["PolicyName", "PolicyArn"])
        guard node.members != nil,
            let arnNode = required("PolicyArn", in: members, of: "an attached policy", at: node.position)
        else { return nil }
        let reference = policyReference(arnNode, "`PolicyArn`", account: account)
        if let reference, let name = string(members["PolicyName"], "`PolicyName`"),
            case .policy(_, let folded) = reference.target, name.foldedASCII != folded
        {
            warning(
                "name-differs", "`PolicyName` \(UserText.quoted(name.string)) is not the name in `\(reference.text)`",
                at: node.position)
        }
        return reference
    }

    /// IAM's export shape: `{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": …}`.
    private mutating func boundary(_ node: JSONNode, account: AccountID) -> EntityReference? {
        let known = ["PermissionsBoundaryType", "PermissionsBoundaryArn"]
        let members = members(of: node, what: "`PermissionsBoundary`", known: known)
        guard node.members != nil else { return nil }
        // The console says `Policy`; older exports of the API say `PermissionsBoundaryPolicy`.
        if let type = string(members["PermissionsBoundaryType"], "`PermissionsBoundaryType`"),
            type != "Policy", type != "PermissionsBoundaryPolicy"
        {
            error("wrong-type", "`PermissionsBoundaryType` must be `Policy`", at: node.position)
        }
        guard
            let arnNode = required(
                "PermissionsBoundaryArn", in: members, of: "`PermissionsBoundary`", at: node.position)
        else { return nil }
        return policyReference(arnNode, "`PermissionsBoundaryArn`", account: account)
    }

    private mutating func policyReference(_ node: JSONNode, _ what: String, account: AccountID) -> EntityReference? {
        guard let text = string(node, what) else { return nil }
        guard let named = names.policy(text), case .policy(let owner, _) = named.target else {
            error(
                "invalid-arn",
                "\(what) \(UserText.quoted(text.string)) is no policy: expected "
                    + "`arn:aws:iam::\(account):policy/…` or `arn:aws:iam::aws:policy/…`", at: node.position)
            return nil
        }
        guard owner == nil || owner == account else {
            error("foreign-policy", "\(what) `\(text)` belongs to another account than \(account)", at: node.position)
            return nil
        }
        return EntityReference(named, at: node.position)
    }
}

/// The ARN of a managed policy, taken apart.
public struct PolicyARN: Sendable, Hashable {
    /// `nil` for a vendor policy, whose ARN has `aws` for the account.
    public let account: AccountID?
    /// With both slashes.
    public let path: Text
    /// As written.
    public let name: Text

    /// Reads `arn:aws:iam::A:policy/path/Name`; `nil` for anything else.
    public init?(_ text: Text) {
        guard let arn = ARN(text), arn.partition == "aws", arn.service == "iam", arn.region.isEmpty,
            arn.resource.hasPrefix("policy/")
        else { return nil }
        let account = AccountID(arn.account)
        guard account != nil || arn.account == "aws" else { return nil }
        let parts = arn.resource.split(at: ASCII.slash)
        guard let name = parts.last, NameRules.isName(name) else { return nil }
        let path = "/" + parts.dropFirst().dropLast().map { $0.string + "/" }.joined()
        guard NameRules.isPath(Text(path)) else { return nil }
        (self.account, self.name, self.path) = (account, name, Text(path))
    }

    /// What names the policy in a directory.
    public var key: EntityKey { .policy(account, name.foldedASCII) }
}
