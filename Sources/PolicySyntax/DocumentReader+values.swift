internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads a string, and nothing else in its place.
    ///
    /// - Parameter index: which element of what is at `path` the node is, if it is one.
    mutating func string(
        _ node: JSONNode, _ what: @autoclosure () -> String, _ path: JSONPath, index: Int? = nil
    ) -> TextItem? {
        if let text = node.string {
            return TextItem(text: Text(text), position: node.position, path: path, index: index)
        }
        wrongType(node, "\(what()) must be a string", index.map(path.appending) ?? path)
        return nil
    }

    /// Notes a value of the wrong kind; `null` has its own code.
    mutating func wrongType(_ node: JSONNode, _ rule: String, _ path: JSONPath) {
        let code: DiagnosticCode = node.value == .null ? .nullNotAllowed : .wrongType
        error(code, "\(rule), found \(node.value.kindDescription)", at: node.position, path)
    }

    /// Reads a string or a list of strings, which mean the same for one (spec §2.2); `nil` when it is neither.
    ///
    /// Elements that are no strings are reported and left out. With `droppingNulls`, `null` elements are only warned of:
    /// AWS stores them in `Resource` lists (spec §2.1).
    mutating func strings(
        _ node: JSONNode, _ what: @autoclosure () -> String, _ path: JSONPath, droppingNulls: Bool = false
    ) -> [TextItem]? {
        guard let elements = elements(node, what(), path) else {
            return string(node, what(), path).map { [$0] }
        }
        var items: [TextItem] = []
        items.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if droppingNulls, case .null = element.value {
                warning(
                    .nullDropped, "`null` in \(what()) is ignored; remove it", at: element.position,
                    path.appending(index))
            } else if let item = string(element, "each value of \(what())", path, index: index) {
                items.append(item)
            }
        }
        return items
    }

    /// The elements of a list of bounded length; `nil` when it is no list.
    mutating func elements(
        _ node: JSONNode, _ what: @autoclosure () -> String, _ path: JSONPath
    ) -> ArraySlice<JSONNode>? {
        guard let elements = node.elements else { return nil }
        if elements.count > rules.valuesMax {
            error(
                .tooManyValues,
                "\(what()) has \(elements.count) values, and at most \(rules.valuesMax) are read; split the statement",
                at: elements[rules.valuesMax].position, path.appending(rules.valuesMax))
        }
        return elements.prefix(rules.valuesMax)
    }

    /// Holds the variables of a text against spec §3.4; only called where variables may stand.
    mutating func checkVariables(_ item: TextItem) {
        guard expandsVariables, item.holdsVariableMark else { return }
        do throws(VariableText.Malformed) {
            for part in try VariableText(expanding: item.text).parts {
                guard case .variable(let key, _) = part else { continue }
                lintKey(key, item)
                guard rules.declaration(ofFolded: key.foldedASCII)?.isMultiValued == true else { continue }
                error(
                    .variableMultiValued,
                    "\(UserText.quoted(key.string)) holds a list and cannot be a variable; use a single-valued key",
                    at: item.position, item.path)
            }
        } catch {
            let rest = UserText.quoted(item.text.dropFirst(error.utf8Offset).string)
            self.error(
                .malformedVariable, "\(rest) \(DocumentReader.advice(error.fault))", at: item.position, item.path)
        }
    }

    private static func advice(_ fault: VariableText.Malformed.Fault) -> String {
        switch fault {
        case .emptyName: "names no key; write `${key}`"
        case .unclosed: "has no closing `}`; write `${key}`, or `${$}{` for the text itself"
        case .badName: "has a blank, quote or wildcard in its name; write `${key}`"
        case .badDefault: "has no default in single quotes; write `${key, 'default'}`"
        }
    }

    /// Refuses a variable where none is expanded (spec §3.4 "Where"); `true` when there was one.
    mutating func refuseVariables(_ item: TextItem, in what: String) -> Bool {
        guard expandsVariables, item.holdsVariableMark else { return false }
        error(
            .variableNotAllowed,
            "\(item.quoted) holds a variable, and \(what) takes none; write the value itself", at: item.position,
            item.path)
        return true
    }
}
