internal import CJansson

/// What jansson made of a text, owned.
///
/// `@safe`: `root` holds one reference from `init` to `deinit`, every pointer below it lives as long as the root does,
/// the tree is only read, and no pointer leaves this file.
@safe
struct JanssonTree: ~Copyable {
    private let root: UnsafeMutablePointer<json_t>

    /// Why jansson refused a text, or where its reading differs from ours.
    struct Disagreement: Error {
        let text: String
    }

    /// Lets jansson parse bytes that the walk has accepted.
    init(parsing bytes: [UInt8]) throws(Disagreement) {
        let flags = JanssonTree.flags
        var fault = json_error_t()
        let parsed = unsafe bytes.withUnsafeBytes { buffer in
            unsafe json_loadb(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, flags, &fault)
        }
        guard let parsed = unsafe parsed else {
            throw Disagreement(text: "the parser refuses it at byte \(fault.position)")
        }
        unsafe root = parsed
    }

    deinit { unsafe json_decref(root) }

    /// Duplicates are refused here too, scalars are taken at the root, and no integer is cut to 64 bits.
    private static var flags: Int {
        Int(JSON_REJECT_DUPLICATES) | Int(JSON_DECODE_ANY) | Int(JSON_DECODE_INT_AS_REAL)
    }

    /// Pairs each value with its mark, in document order.
    func node(marks: [JSONMark], bytes: [UInt8]) throws(Disagreement) -> JSONNode {
        var next = 0
        let node = try unsafe JanssonTree.node(root, marks, bytes, &next)
        guard next == marks.count else { throw Disagreement(text: "the number of values differs") }
        return node
    }

    /// INVARIANT: recursion ends at the depth that the walk has checked, `JSONLimits.depthCeiling` at most.
    private static func node(
        _ json: UnsafeMutablePointer<json_t>, _ marks: [JSONMark], _ bytes: [UInt8], _ next: inout Int
    ) throws(Disagreement) -> JSONNode {
        guard next < marks.count else { throw Disagreement(text: "the number of values differs") }
        let mark = marks[next]
        next += 1
        let value: JSONValue
        switch (unsafe json.pointee.type, mark.kind) {
        case (JSON_OBJECT, .object): value = try unsafe object(json, mark, marks, bytes, &next)
        case (JSON_ARRAY, .array): value = try unsafe array(json, mark, marks, bytes, &next)
        case (JSON_STRING, .string): value = .string(unsafe string(json))
        case (JSON_REAL, .number): value = .number(String(decoding: bytes[mark.start..<mark.end], as: UTF8.self))
        case (JSON_TRUE, .literal): value = .bool(true)
        case (JSON_FALSE, .literal): value = .bool(false)
        case (JSON_NULL, .literal): value = .null
        default: throw Disagreement(text: "the kinds of value \(next) differ")
        }
        return JSONNode(value: value, position: mark.position, byteRange: mark.start..<mark.end)
    }

    /// Members are found by the name the walk read, so nothing depends on the order jansson keeps.
    private static func object(
        _ json: UnsafeMutablePointer<json_t>, _ mark: JSONMark, _ marks: [JSONMark], _ bytes: [UInt8],
        _ next: inout Int
    ) throws(Disagreement) -> JSONValue {
        guard unsafe json_object_size(json) == mark.count else {
            throw Disagreement(text: "the number of members differs")
        }
        var members: [JSONMember] = []
        members.reserveCapacity(mark.count)
        for _ in 0..<mark.count {
            guard next < marks.count, let name = marks[next].name, let child = unsafe json_object_get(json, name) else {
                throw Disagreement(text: "the members differ")
            }
            let place = marks[next].namePosition
            let value = try unsafe node(child, marks, bytes, &next)
            members.append(JSONMember(name: name, namePosition: place, value: value))
        }
        return .object(members)
    }

    private static func array(
        _ json: UnsafeMutablePointer<json_t>, _ mark: JSONMark, _ marks: [JSONMark], _ bytes: [UInt8],
        _ next: inout Int
    ) throws(Disagreement) -> JSONValue {
        guard unsafe json_array_size(json) == mark.count else {
            throw Disagreement(text: "the number of elements differs")
        }
        var elements: [JSONNode] = []
        elements.reserveCapacity(mark.count)
        for position in 0..<mark.count {
            guard let child = unsafe json_array_get(json, position) else {
                throw Disagreement(text: "the elements differ")
            }
            elements.append(try unsafe node(child, marks, bytes, &next))
        }
        return .array(elements)
    }

    private static func string(_ json: UnsafeMutablePointer<json_t>) -> String {
        let start = unsafe json_string_value(json)
        let bytes = unsafe UnsafeBufferPointer(start: start, count: json_string_length(json))
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
