internal import NIOCore
internal import PolicyModel

/// A frame's contents that do not hold what they should.
struct SPOPFault: Error, Sendable, Hashable {}

/// A typed value of HAProxy's Stream Processing Offload Protocol.
enum SPOPValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// Any of the four whole numbers, as its 64 bits.
    case integer(UInt64)
    /// 4 or 16 bytes.
    case address([UInt8])
    case string([UInt8])
    case binary([UInt8])
}

/// Reads the parts of a frame in order; never beyond its end.
struct SPOPReader: Sendable {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var remaining: ArraySlice<UInt8> { rest }

    mutating func byte() throws(SPOPFault) -> UInt8 {
        guard let byte = rest.popFirst() else { throw SPOPFault() }
        return byte
    }

    mutating func bytes(_ count: UInt64) throws(SPOPFault) -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw SPOPFault() }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    mutating func uint32() throws(SPOPFault) -> UInt32 {
        try bytes(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Below 240 one byte, else its low four bits and groups of seven, each counted from where the last one ended.
    mutating func varint() throws(SPOPFault) -> UInt64 {
        let first = try byte()
        guard first >= 240 else { return UInt64(first) }
        var value = UInt64(first)
        var shift: UInt64 = 4
        while true {
            let next = try byte()
            let part = UInt64(next) << shift
            guard shift < 64, part >> shift == UInt64(next) else { throw SPOPFault() }
            let (sum, overflow) = value.addingReportingOverflow(part)
            guard !overflow else { throw SPOPFault() }
            value = sum
            guard next >= 128 else { return value }
            shift += 7
        }
    }

    mutating func string() throws(SPOPFault) -> ArraySlice<UInt8> { try bytes(varint()) }

    mutating func value() throws(SPOPFault) -> SPOPValue {
        let type = try byte()
        return switch type & 0x0F {
        case 0: .null
        case 1: .boolean(type & 0x10 != 0)
        case 2, 3, 4, 5: .integer(try varint())
        case 6: .address(Array(try bytes(4)))
        case 7: .address(Array(try bytes(16)))
        case 8: .string(Array(try string()))
        case 9: .binary(Array(try string()))
        default: throw SPOPFault()
        }
    }

    /// Names with values, to the end; no name twice.
    mutating func members() throws(SPOPFault) -> [String: SPOPValue] {
        var members: [String: SPOPValue] = [:]
        while !isAtEnd { try member(into: &members) }
        return members
    }

    mutating func member(into members: inout [String: SPOPValue]) throws(SPOPFault) {
        guard let name = String(validating: try string(), as: UTF8.self) else { throw SPOPFault() }
        guard members.updateValue(try value(), forKey: name) == nil else { throw SPOPFault() }
    }
}

/// Writes the parts of a frame in order.
struct SPOPWriter: Sendable {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(uint32 value: UInt32) {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    mutating func append(varint value: UInt64) {
        guard value >= 240 else { return bytes.append(UInt8(value)) }
        bytes.append(UInt8(value & 0x0F) | 0xF0)
        var rest = (value - 240) >> 4
        while rest >= 128 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest = (rest - 128) >> 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(string text: some Collection<UInt8>) {
        append(varint: UInt64(text.count))
        bytes += text
    }

    mutating func append(_ value: SPOPValue) {
        switch value {
        case .null: append(0)
        case .boolean(let flag): append(flag ? 0x11 : 0x01)
        case .integer(let number):
            // Unsigned, of 32 bits where they suffice.
            append(number <= UInt64(UInt32.max) ? 3 : 5)
            append(varint: number)
        case .address(let address):
            append(address.count == 4 ? 6 : 7)
            bytes += address
        case .string(let text):
            append(8)
            append(string: text)
        case .binary(let data):
            append(9)
            append(string: data)
        }
    }

    mutating func append(_ name: String, _ value: SPOPValue) {
        append(string: name.utf8)
        append(value)
    }
}

/// One frame, without its length before it.
struct SPOPFrame: Sendable, Hashable {
    enum Kind {
        static let unset: UInt8 = 0
        static let hello: UInt8 = 1
        static let disconnect: UInt8 = 2
        static let notify: UInt8 = 3
        static let agentHello: UInt8 = 101
        static let agentDisconnect: UInt8 = 102
        static let acknowledge: UInt8 = 103
    }

    enum Flag {
        static let end: UInt32 = 1
        static let abort: UInt32 = 2
    }

    let kind: UInt8
    var flags = Flag.end
    var stream: UInt64 = 0
    var frame: UInt64 = 0
    let payload: [UInt8]

    init(kind: UInt8, flags: UInt32 = Flag.end, stream: UInt64 = 0, frame: UInt64 = 0, payload: [UInt8]) {
        (self.kind, self.flags, self.stream, self.frame, self.payload) = (kind, flags, stream, frame, payload)
    }

    /// Reads a frame.
    init(_ bytes: [UInt8]) throws(SPOPFault) {
        var reader = SPOPReader(bytes[...])
        kind = try reader.byte()
        flags = try reader.uint32()
        stream = try reader.varint()
        frame = try reader.varint()
        payload = Array(reader.remaining)
    }

    /// The frame with its length before it.
    var bytes: [UInt8] {
        var writer = SPOPWriter()
        writer.append(kind)
        writer.append(uint32: flags)
        writer.append(varint: stream)
        writer.append(varint: frame)
        var whole = SPOPWriter()
        whole.append(uint32: UInt32(clamping: writer.bytes.count + payload.count))
        return whole.bytes + writer.bytes + payload
    }
}
