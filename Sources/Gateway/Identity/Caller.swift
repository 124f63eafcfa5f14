internal import Directory
internal import JSONDocument
internal import PolicyModel
internal import WireProtocol

/// Who asks through a proxy, and what is known of them.
struct Caller: Sendable {
    /// The principal.
    let principal: String
    /// The claims of a verified token.
    var claims: JSONNode?
    /// The parts of a certificate.
    var certificate: ClientCertificate?
    /// What is known of the session.
    var session: WireSession?

    /// Nobody in particular.
    static let anonymous = Caller(principal: "anonymous")

    /// The text of a place of templates; `nil` when it is not known.
    func text(_ place: String) -> String? {
        switch place {
        case "principal.arn": return isAnonymous ? nil : principal
        case "principal.name": return isAnonymous ? nil : name
        case "principal.account": return ARN(Text(principal))?.account.string
        default: break
        }
        if let part = CertificatePart(rawValue: place) { return certificate?.text(part) }
        guard let claim = Caller.claim(place) else { return nil }
        return claims?[claim]?.plainText
    }

    /// The texts of a claim that is an array of them; `nil` for everything else.
    func list(_ place: String) -> [String]? {
        guard let claim = Caller.claim(place), let elements = claims?[claim]?.elements else { return nil }
        let texts = elements.compactMap(\.plainText)
        return texts.count == elements.count ? texts : nil
    }

    private var isAnonymous: Bool { principal.utf8.elementsEqual("anonymous".utf8) }

    /// What is behind the last slash of an ARN, else behind its last colon; a service's own name.
    private var name: String {
        let last = principal.utf8.lastIndex(of: ASCII.slash) ?? principal.utf8.lastIndex(of: ASCII.colon)
        return last.map { String(principal[principal.utf8.index(after: $0)...]) } ?? principal
    }

    private static func claim(_ place: String) -> String? {
        place.utf8.starts(with: "claim.".utf8) ? String(place.dropFirst(6)) : nil
    }
}

extension JSONNode {
    /// A string, a number or a boolean as text.
    var plainText: String? {
        switch value {
        case .string(let text): text
        case .number(let text): text
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }
}
