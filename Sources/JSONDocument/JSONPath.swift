/// The way from a document's root to a value, printed as `Statement[1].Condition.StringEquals`.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// One step.
    public enum Component: Sendable, Hashable {
        /// Into an object.
        case member(String)
        /// Into an array, from 0.
        case index(Int)
    }

    /// The steps, outermost first; none means the root.
    public var components: [Component]

    /// Makes a path.
    public init(_ components: [Component] = []) {
        self.components = components
    }

    /// The path with one more step into an object.
    public func appending(_ name: String) -> JSONPath { JSONPath(components + [.member(name)]) }

    /// The path with one more step into an array.
    public func appending(_ index: Int) -> JSONPath { JSONPath(components + [.index(index)]) }

    /// The path as people write it; a name with unusual characters stands in brackets: `Tags["a b"]`.
    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index): text += "[\(index)]"
            case .member(let name) where JSONPath.isPlain(name): text += (text.isEmpty ? "" : ".") + name
            case .member(let name): text += "[\(JSONOutput.string(name).serialized(pretty: false))]"
            }
        }
        return text
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
