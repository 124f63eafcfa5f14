internal import PolicyModel

/// The members of a principal map, and the values that each takes (spec §2.6).
enum PrincipalType: String {
    case aws = "AWS"
    case service = "Service"
    case federated = "Federated"
    case canonicalUser = "CanonicalUser"

    /// Why a value names nobody.
    struct Refusal: Error {
        let reason: String
    }

    /// What a value without wildcards names.
    func pattern(_ text: Text, partitions: Set<Text>) -> Result<PrincipalPattern, Refusal> {
        switch self {
        case .aws: PrincipalType.aws(text, partitions)
        case .service:
            Caller.isServiceName(text)
                ? .success(.service(text))
                : .failure(Refusal(reason: "is no service; write a name such as `svc.example`"))
        case .federated: PrincipalType.federated(text, partitions)
        case .canonicalUser:
            PrincipalType.isCanonicalID(text)
                ? .success(.canonicalUser(text))
                : .failure(Refusal(reason: "is no canonical id; it has 64 hexadecimal digits"))
        }
    }

    private static func aws(_ text: Text, _ partitions: Set<Text>) -> Result<PrincipalPattern, Refusal> {
        if let account = AccountID(text) { return .success(.account(account)) }
        if let pattern = uniqueID(text) { return .success(pattern) }
        guard let arn = ARN(text) else {
            return .failure(Refusal(reason: "is neither an ARN nor an account of 12 digits nor an id such as `AIDA…`"))
        }
        if let refusal = fault(arn, partitions) { return .failure(refusal) }
        guard let account = AccountID(arn.account) else {
            return .failure(Refusal(reason: "must name an account of 12 digits"))
        }
        let parts = arn.resource.split(at: ASCII.slash)
        let isWhole = parts.allSatisfy { !$0.isEmpty }
        switch (arn.service.string, parts[0].string, parts.count) {
        case ("iam", "root", 1): return .success(.account(account))
        case ("iam", "user", 2...) where isWhole: return .success(.user(text))
        case ("iam", "role", 2...) where isWhole: return .success(.role(text))
        case ("sts", "assumed-role", 3) where isWhole: return .success(.assumedRole(text))
        case ("sts", "federated-user", 2) where isWhole: return .success(.federatedUser(text))
        case ("iam", "group", _): return .failure(Refusal(reason: "is a group, which is no principal; name its users"))
        case ("iam", "policy", _), ("iam", "instance-profile", _):
            return .failure(Refusal(reason: "is no principal; name a user or a role"))
        default: return .failure(Refusal(reason: "names no account, user, role or session"))
        }
    }

    /// `AIDA…` and `AROA…`: how a user or role that is gone shows in a saved policy.
    private static func uniqueID(_ text: Text) -> PrincipalPattern? {
        guard text.utf8.count > 4, text.utf8.count <= 128 else { return nil }
        let isPlain = text.utf8.allSatisfy { ASCII.isAlphanumeric($0) && ($0 < 0x61 || $0 > 0x7A) }
        guard isPlain else { return nil }
        if text.hasPrefix("AIDA") { return .userID(text) }
        return text.hasPrefix("AROA") ? .roleID(text) : nil
    }

    private static func fault(_ arn: ARN, _ partitions: Set<Text>) -> Refusal? {
        guard partitions.contains(arn.partition) else { return Refusal(reason: "has an unknown partition") }
        return arn.region.isEmpty ? nil : Refusal(reason: "has a region; leave the field empty")
    }

    /// A provider's host, or the ARN of an OIDC or SAML provider.
    private static func federated(_ text: Text, _ partitions: Set<Text>) -> Result<PrincipalPattern, Refusal> {
        guard let arn = ARN(text) else {
            return Caller.isServiceName(text)
                ? .success(.federated(text))
                : .failure(Refusal(reason: "is no identity provider; write its host, or its provider's ARN"))
        }
        if let refusal = fault(arn, partitions) { return .failure(refusal) }
        let parts = arn.resource.split(at: ASCII.slash, maximum: 2)
        let isProvider = parts[0] == "oidc-provider" || parts[0] == "saml-provider"
        guard arn.service == "iam", AccountID(arn.account) != nil, isProvider, parts.count == 2, !parts[1].isEmpty
        else {
            return .failure(Refusal(reason: "is no `oidc-provider/…` or `saml-provider/…` of an account"))
        }
        return .success(.federated(text))
    }

    private static func isCanonicalID(_ text: Text) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { byte in
                let letter = ASCII.lowercased(byte)
                return ASCII.isDigit(byte) || (letter >= 0x61 && letter <= 0x66)
            }
    }
}
