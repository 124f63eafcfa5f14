internal import PolicyModel

/// The values of a query, as forms have them.
///
/// A value is only told when every service would read the same: names that come twice, other separators and bad escapes are
/// refused, but only by who asks for a value.
struct RequestQuery: Sendable, Hashable {
    /// A value that services could read differently.
    struct Ambiguity: Error, Sendable, Hashable {}

    private let text: Text?

    /// What follows the `?`.
    init(_ text: Text?) { self.text = text }

    /// The value of a name; `nil` when it is not there.
    func value(_ name: String) throws(Ambiguity) -> String? {
        guard let text else { return nil }
        // `;` separates values, too, for some.
        guard !text.contains(0x3B) else { throw Ambiguity() }
        var found: String?
        for pair in text.split(at: 0x26) where !pair.isEmpty {
            let bytes = Array(pair.utf8)
            let end = bytes.firstIndex(of: 0x3D) ?? bytes.endIndex
            guard let key = PercentEscape.decoded(bytes[..<end], plusIsBlank: true) else { throw Ambiguity() }
            guard key.utf8.elementsEqual(name.utf8) else {
                // `id[]` is `id`, too, for some.
                guard !key.utf8.starts(with: (name + "[").utf8) else { throw Ambiguity() }
                continue
            }
            let encoded = end < bytes.endIndex ? bytes[(end + 1)...] : []
            guard found == nil, let value = PercentEscape.decoded(encoded, plusIsBlank: true) else {
                throw Ambiguity()
            }
            found = value
        }
        return found
    }
}
