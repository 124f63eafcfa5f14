internal import JSONDocument
internal import PolicyModel

extension DocumentReader {
    /// Reads `Action` or `NotAction` (spec §2.4).
    mutating func actionElement(_ statement: JSONNode, _ path: JSONPath) -> ActionElement? {
        guard
            let found = one(
                of: "Action", or: "NotAction", in: statement, missing: .missingAction,
                conflicting: .conflictingActions, path)
        else { return nil }
        let name = found.isNegated ? "NotAction" : "Action"
        guard let items = strings(found.node, "`\(name)`", found.path) else { return nil }
        if found.node.elements?.isEmpty == true {
            error(
                .missingAction, "`\(name)` is empty; name at least one action", at: found.node.position, found.path)
        }
        if found.isNegated { checkNotAction(at: found.node.position, found.path) }
        for item in items { checkAction(item, isNegated: found.isNegated) }
        let patterns = items.map(\.text)
        return found.isNegated ? .notAction(patterns) : .action(patterns)
    }

    private mutating func checkNotAction(at place: JSONPosition, _ path: JSONPath) {
        if kind == .rcp {
            error(
                .notActionNotAllowed, "a resource control policy cannot say `NotAction`; list the actions", at: place,
                path)
        }
        if kind == .trust {
            warning(
                .actionNotTrust,
                "`NotAction` in a trust policy also means actions that no role is asked for; "
                    + "list the `sts:` actions", at: place, path)
        }
    }

    /// `*`, or `vendor:name` with one colon and no partial wildcard in the vendor.
    private mutating func checkAction(_ item: TextItem, isNegated: Bool) {
        guard !refuseVariables(item, in: "an action") else { return }
        if kind != .trust, DocumentReader.isPlainAction(item.text) { return }
        let fields = item.text.split(at: ASCII.colon)
        if item.text != "*" {
            guard fields.count == 2, !fields[1].isEmpty else {
                error(
                    .invalidAction, "\(item.quoted) is no action; write `service:Name`, or `*` for all",
                    at: item.position, item.path)
                return
            }
            guard fields[0] == "*" || DocumentReader.isVendor(fields[0]) else {
                error(
                    .invalidAction,
                    "the service \(UserText.quoted(fields[0].string)) of \(item.quoted) is not valid; "
                        + "write a service's whole name, or `*`", at: item.position, item.path)
                return
            }
        }
        if kind == .rcp, fields[0] == "*" {
            error(
                .actionNotSpecific,
                "a resource control policy must name a service; write `service:*` for \(item.quoted)",
                at: item.position, item.path)
        }
        if kind == .trust, !isNegated, !item.text.foldedASCII.hasPrefix("sts:") {
            warning(
                .actionNotTrust,
                "\(item.quoted) has no meaning in a trust policy beyond `sts:`; name the `sts:` actions",
                at: item.position, item.path)
        }
    }

    /// Whether it is a service by its whole name, one colon and something, which nothing is wrong with.
    private static func isPlainAction(_ text: Text) -> Bool {
        guard let colon = text.firstIndex(of: ASCII.colon) else { return false }
        var (offset, isPlain) = (0, colon > 0 && colon + 1 < text.utf8.count)
        for byte in text.utf8 {
            isPlain = isPlain && (offset == colon || (offset < colon ? isOfVendor(byte) : byte != ASCII.colon))
            offset += 1
        }
        return isPlain
    }

    private static func isOfVendor(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == 0x2E || byte == 0x2D
    }

    private static func isVendor(_ text: Text) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isOfVendor)
    }
}
