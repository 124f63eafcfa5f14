internal import PolicyModel

/// The form of a name, such as `system:serviceaccount:{Namespace}:{Name}`: a template that is read backwards.
///
/// Bytes are compared. A place takes the shortest text up to what follows it; that text is not empty and holds no `/`,
/// `:` or control character, so that a part of a name never passes for several, and never for a path.
public struct NamePattern: Sendable, Hashable {
    /// Why a template is no pattern.
    public enum Failure: Error, Sendable, Hashable {
        /// Nothing tells where one place ends and the next begins.
        case adjacentPlaces
        /// A place is there twice.
        case repeatedPlace(String)

        /// One line for people, without the text.
        public var message: String {
            switch self {
            case .adjacentPlaces: "two places need text between them"
            case .repeatedPlace(let name): "the place `\(name)` is there twice"
            }
        }
    }

    /// Its text and its places.
    public let template: Template

    /// Makes a pattern of a template.
    public init(_ template: Template) throws(Failure) {
        var isBehindPlace = false
        var names: Set<String> = []
        for piece in template.pieces {
            guard case .place(let name) = piece else {
                isBehindPlace = false
                continue
            }
            guard !isBehindPlace else { throw .adjacentPlaces }
            guard names.insert(name).inserted else { throw .repeatedPlace(name) }
            isBehindPlace = true
        }
        self.template = template
    }

    /// What stands in its places; `nil` when the name has another form.
    public func values(in name: String) -> [String: String]? {
        var rest = Array(name.utf8)[...]
        var values: [String: String] = [:]
        var open: String?
        for piece in template.pieces {
            switch piece {
            case .place(let place): open = place
            case .literal(let literal):
                let literal = Array(literal.utf8)
                guard let start = open == nil ? prefix(literal, of: rest) : first(literal, in: rest) else { return nil }
                if let place = open {
                    guard let value = NamePattern.value(rest[..<start]) else { return nil }
                    values[place] = value
                    open = nil
                }
                rest = rest[(start + literal.count)...]
            }
        }
        guard let place = open else { return rest.isEmpty ? values : nil }
        guard let value = NamePattern.value(rest) else { return nil }
        values[place] = value
        return values
    }

    private func prefix(_ literal: [UInt8], of rest: ArraySlice<UInt8>) -> Int? {
        rest.starts(with: literal) ? rest.startIndex : nil
    }

    private func first(_ literal: [UInt8], in rest: ArraySlice<UInt8>) -> Int? {
        rest.indices.first { rest[$0...].starts(with: literal) }
    }

    private static func value(_ bytes: ArraySlice<UInt8>) -> String? {
        let value = String(decoding: bytes, as: UTF8.self)
        return Template.fits(value, isLast: false) ? value : nil
    }
}
