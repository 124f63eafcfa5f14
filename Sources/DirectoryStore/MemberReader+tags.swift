internal import Directory
internal import JSONDocument
internal import PolicyModel

extension MemberReader {
    /// `Tags`: an array of `{"Key", "Value"}`; two keys that differ only in case are refused (spec §7, §8).
    mutating func tags(_ node: JSONNode?) -> [Tag] {
        let nodes = elements(node, "`Tags`")
        var tags: [Tag] = []
        var spellings: [Text: Text] = [:]
        for element in nodes {
            guard let tag = tag(element) else { continue }
            if let other = spellings.updateValue(tag.key, forKey: tag.key.foldedASCII) {
                error(
                    "duplicate-tag",
                    "the tag keys \(UserText.quoted(other.string)) and "
                        + "\(UserText.quoted(tag.key.string)) are one key: case does not count", at: element.position)
            }
            tags.append(tag)
        }
        if let node, tags.count > Quota.tagsMax {
            warning("quota", "\(tags.count) tags; IAM allows \(Quota.tagsMax)", at: node.position)
        }
        return tags
    }

    private mutating func tag(_ node: JSONNode) -> Tag? {
        let members = members(of: node, what: "a tag", known: ["Key", "Value"])
        guard node.members != nil,
            let keyNode = required("Key", in: members, of: "a tag", at: node.position),
            let key = string(keyNode, "`Key`"),
            let valueNode = required("Value", in: members, of: "a tag", at: node.position),
            let value = string(valueNode, "`Value`")
        else { return nil }
        guard !key.isEmpty else {
            error("invalid-tag", "a tag's `Key` may not be empty", at: keyNode.position)
            return nil
        }
        checkTagText(key, "key", lengthMax: Quota.tagKeyLengthMax, at: keyNode.position)
        checkTagText(value, "value", lengthMax: Quota.tagValueLengthMax, at: valueNode.position)
        return Tag(key: key, value: value)
    }

    private mutating func checkTagText(_ text: Text, _ what: String, lengthMax: Int, at position: JSONPosition) {
        if !NameRules.isTagText(text) {
            error(
                "invalid-tag",
                "the tag \(what) \(UserText.quoted(text.string)) may only hold letters, digits, spaces "
                    + "and `_.:/=+-@`", at: position)
        }
        let length = text.string.unicodeScalars.count
        if length > lengthMax {
            warning("quota", "a tag \(what) of \(length) characters; IAM allows \(lengthMax)", at: position)
        }
    }
}
