internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads the document; `nil` when it has no statement to speak of.
    mutating func document(_ root: JSONNode, text: [UInt8]) -> Document? {
        guard text.count <= rules.documentBytesMax else {
            error(
                .documentTooLarge,
                "the document has \(text.count) bytes, and at most \(rules.documentBytesMax) are read; split it",
                at: root.position)
            return nil
        }
        guard root.depth <= PolicyRules.depthMax else {
            error(
                .documentTooDeep,
                "the document is nested more than \(PolicyRules.depthMax) deep; a policy needs a few levels",
                at: root.position)
            return nil
        }
        guard let members = root.members else {
            error(
                .wrongType, "a policy document must be an object, found \(root.value.kindDescription)",
                at: root.position)
            return nil
        }
        // Text of ASCII without a backslash holds no other character, for JSON has no control characters in its strings.
        let isPlain = text.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") }
        if !isPlain { checkCharacters(root, JSONPath()) }
        checkNames(members, known: ["Version", "Id", "Statement"], of: "a policy document", JSONPath())
        let version = version(root)
        expandsVariables = version == .v2012
        let id = id(root)
        let statements = statements(root)
        lintKeys()
        checkQuota(text, at: root.position)
        guard let statements else { return nil }
        return Document(version: version, id: id, statements: statements)
    }

    /// Policy text is tab, line feed, carriage return and U+0020…U+00FF, also behind escapes (spec §2.1).
    ///
    /// The recursion is bounded by the depth that has been checked.
    private mutating func checkCharacters(_ node: JSONNode, _ path: JSONPath) {
        switch node.value {
        case .string(let text): checkCharacters(text, at: node.position, path)
        case .array(let elements):
            for (index, element) in elements.enumerated() { checkCharacters(element, path.appending(index)) }
        case .object(let members):
            for member in members {
                let inner = path.appending(member.name)
                checkCharacters(member.name, at: member.namePosition, inner)
                checkCharacters(member.value, inner)
            }
        default: break
        }
    }

    private mutating func checkCharacters(_ text: String, at place: JSONPosition, _ path: JSONPath) {
        let wrong = text.unicodeScalars.first { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x20...0xFF: false
            default: true
            }
        }
        guard let wrong else { return }
        error(
            .invalidCharacter,
            "\(UserText.quoted(text)) holds \(UserText.hex(wrong.value)); policy text is limited to U+0020…U+00FF",
            at: place, path)
    }

    /// Refuses members that nothing defines; case counts (spec §2.3).
    mutating func checkNames(_ members: [JSONMember], known: [String], of what: String, _ path: JSONPath) {
        for member in members where !known.contains(member.name) {
            let quoted = UserText.quoted(member.name)
            let hint = NameDistance.hint(for: member.name, among: known)
            error(
                .unknownElement, "\(quoted) is no element of \(what); \(hint)", at: member.namePosition,
                path.appending(member.name))
        }
    }

    private mutating func version(_ root: JSONNode) -> PolicyVersion? {
        let needs2012 = [.managed, .boundary, .scp, .rcp].contains(kind)
        guard let node = root["Version"] else {
            if needs2012 {
                error(
                    .versionRequired, "a policy of kind `\(kind.rawValue)` must say `\"Version\": \"2012-10-17\"`",
                    at: root.position)
            }
            return nil
        }
        let path = JSONPath().appending("Version")
        guard let text = string(node, "`Version`", path) else { return .v2012 }
        guard let version = PolicyVersion(rawValue: text.text.string) else {
            error(
                .invalidVersion, "\(text.quoted) is no version; write `2012-10-17` or `2008-10-17`", at: node.position,
                path)
            return .v2012
        }
        if needs2012, version != .v2012 {
            error(
                .versionRequired, "a policy of kind `\(kind.rawValue)` must have version `2012-10-17`",
                at: node.position, path)
        }
        return version
    }

    private mutating func id(_ root: JSONNode) -> Text? {
        guard let node = root["Id"] else { return nil }
        let path = JSONPath().appending("Id")
        if [.identity, .managed, .boundary].contains(kind) {
            warning(
                .idInIdentityPolicy, "`Id` has no meaning in a policy of kind `\(kind.rawValue)`; remove it",
                at: node.position, path)
        }
        return string(node, "`Id`", path)?.text
    }

    /// One statement, or a list of at least one (spec §2.2).
    private mutating func statements(_ root: JSONNode) -> [Statement]? {
        let path = JSONPath().appending("Statement")
        guard let node = root["Statement"] else {
            error(.missingStatement, "the document has no `Statement`; add at least one", at: root.position)
            return nil
        }
        guard let elements = node.elements else { return statement(node, path).map { [$0] } }
        guard !elements.isEmpty else {
            error(.missingStatement, "`Statement` is empty; add at least one statement", at: node.position, path)
            return nil
        }
        guard elements.count <= rules.statementsMax else {
            error(
                .tooManyStatements,
                "the document has \(elements.count) statements, and at most \(rules.statementsMax) are read; split it",
                at: elements[rules.statementsMax].position, path.appending(rules.statementsMax))
            return nil
        }
        var statements: [Statement] = []
        for (index, element) in elements.enumerated() {
            if let statement = statement(element, path.appending(index)) { statements.append(statement) }
        }
        return statements
    }
}
