internal import Authorizer
internal import JSONDocument
internal import PolicyModel
internal import PolicySyntax

/// What a case says must come out; what is `nil` is not compared.
struct TestExpectation {
    /// `nil` where a fault is expected; not needed where the case must be refused.
    var decision: Decision?
    var reason: String?
    var deniedBy: [String]?
    var statement: Statement?
    /// Whether the case must be refused as it stands, by its policies or its question.
    var isRefused: Bool
    /// Why the call must be refused as it stands.
    var fault: AssumptionFault?
    /// What an allowed assumption must make.
    var newSession: Session?

    /// The statement that must have decided.
    struct Statement {
        var policy: String?
        var sid: String?
        var index: Int?
    }

    /// A session that comes of an assumption; a member that is absent is empty.
    struct Session {
        var principal: Text
        /// `key=value`, in the order of the keys.
        var tags: [String]
        /// Without ASCII case, sorted.
        var transitiveTagKeys: [String]
        var sourceIdentity: Text?
        var federatedProvider: Text?
    }
}

extension TestExpectation {
    /// The layers as answers name them.
    private static let layers = Verdict.Layer.allCases.filter { $0 != .none }.map { "\($0)" }

    init(_ reader: ObjectReader, _ subject: TestShape.Subject) throws(MemberFault) {
        isRefused = try reader.bool("refused") ?? false
        fault = try TestExpectation.choice(reader, "fault", "fault", AssumptionFault.allCases.map(\.rawValue))
            .flatMap { AssumptionFault(rawValue: $0) }
        if fault == nil, !isRefused { _ = try reader.requiredText("decision") }
        decision = try TestExpectation.choice(reader, "decision", "decision", Decision.allCases.map(\.rawValue))
            .flatMap { Decision(rawValue: $0) }
        if fault != nil, decision != nil {
            throw MemberFault(
                "what is refused is not decided: keep `fault` or `decision`", at: reader.path.appending("fault"))
        }
        reason = try TestExpectation.choice(reader, "reason", "reason", Reason.allCases.map(\.rawValue))
        deniedBy = try TestExpectation.layers(reader)
        statement = try Statement(reader)
        newSession = try Session(reader)
    }

    private static func layers(_ reader: ObjectReader) throws(MemberFault) -> [String]? {
        guard let elements = try reader.elements("deniedBy") else { return nil }
        var names: [String] = []
        for element in elements {
            let name = element.node.string ?? ""
            guard layers.contains(name) else {
                throw MemberFault(TestExpectation.unknown(name, "layer", layers), at: element.path)
            }
            names.append(name)
        }
        return names
    }

    /// A text that is one of a few.
    private static func choice(
        _ reader: ObjectReader, _ name: String, _ what: String, _ known: [String]
    ) throws(MemberFault) -> String? {
        guard let text = try reader.text(name)?.string else { return nil }
        guard known.contains(where: { $0.utf8.elementsEqual(text.utf8) }) else {
            throw MemberFault(unknown(text, what, known), at: reader.path.appending(name))
        }
        return text
    }

    private static func unknown(_ text: String, _ what: String, _ known: [String]) -> String {
        let hint =
            NameDistance.meant(by: text, among: known).map { "did you mean `\($0)`?" }
            ?? "write one of " + known.map { "`\($0)`" }.joined(separator: ", ")
        return "\(UserText.quoted(text)) is no \(what); \(hint)"
    }
}

extension TestExpectation.Statement {
    fileprivate init?(_ outer: ObjectReader) throws(MemberFault) {
        guard let node = outer.node("statement") else { return nil }
        let path = outer.path.appending("statement")
        let reader = try ObjectReader(node, at: path, known: ["policy", "sid", "index"], of: "a statement")
        policy = try reader.text("policy")?.string
        sid = try reader.text("sid")?.string
        if let node = reader.node("index") {
            guard case .number(let text) = node.value, let index = Int(text), index >= 0 else {
                throw MemberFault("`index` is a whole number from 0", at: path.appending("index"))
            }
            self.index = index
        }
    }
}

extension TestExpectation.Session {
    fileprivate init?(_ outer: ObjectReader) throws(MemberFault) {
        guard let node = outer.node("newSession") else { return nil }
        let reader = try ObjectReader(
            node, at: outer.path.appending("newSession"),
            known: ["principal", "tags", "transitiveTagKeys", "sourceIdentity", "federatedProvider"], of: "a session")
        self.init(
            principal: try reader.requiredText("principal"),
            tags: TestExpectation.Session.sorted(try reader.textMap("tags") ?? []),
            transitiveTagKeys: TestExpectation.Session.sorted(try reader.texts("transitiveTagKeys") ?? []),
            sourceIdentity: try reader.text("sourceIdentity"), federatedProvider: try reader.text("federatedProvider"))
    }

    /// The session that came.
    init(_ session: AssumedSession) {
        self.init(
            principal: session.principal, tags: TestExpectation.Session.sorted(session.tags),
            transitiveTagKeys: TestExpectation.Session.sorted(session.transitiveTagKeys),
            sourceIdentity: session.sourceIdentity, federatedProvider: session.federatedProvider)
    }

    private static func sorted(_ tags: [(key: Text, value: Text)]) -> [String] {
        tags.sorted { $0.key.foldedASCII < $1.key.foldedASCII }.map { "\($0.key)=\($0.value)" }
    }

    private static func sorted(_ keys: [Text]) -> [String] { keys.map(\.foldedASCII).sorted().map(\.string) }

    /// What is otherwise, a line each.
    func differences(from other: TestExpectation.Session) -> [String] {
        let members: [(String, String, String)] = [
            ("principal", principal.string, other.principal.string), ("tags", "\(tags)", "\(other.tags)"),
            ("transitiveTagKeys", "\(transitiveTagKeys)", "\(other.transitiveTagKeys)"),
            ("sourceIdentity", sourceIdentity?.string ?? "none", other.sourceIdentity?.string ?? "none"),
            ("federatedProvider", federatedProvider?.string ?? "none", other.federatedProvider?.string ?? "none"),
        ]
        return members.filter { $0.1 != $0.2 }.map { "newSession.\($0.0): expected \($0.1), got \($0.2)" }
    }
}
