import NIOCore
import Testing

@testable import Gateway

@Suite("HAProxy's protocol")
struct SPOPTests {
    @Test(
        "numbers are written and read as HAProxy does",
        arguments: [
            (0, [0]), (239, [239]), (240, [240, 0]), (241, [241, 0]), (255, [255, 0]), (256, [240, 1]),
            (2_287, [255, 127]),
            (2_288, [240, 128, 0]), (16_380, [252, 240, 6]),
        ] as [(UInt64, [UInt8])])
    func varint(_ value: UInt64, _ bytes: [UInt8]) throws {
        var writer = SPOPWriter()
        writer.append(varint: value)
        #expect(writer.bytes == bytes)
        var reader = SPOPReader(bytes[...])
        #expect(try reader.varint() == value && reader.isAtEnd)
    }

    @Test("every number comes back, up to the largest")
    func varints() throws {
        for shift in 0..<64 {
            for value in [UInt64(1) << shift, (UInt64(1) << shift) &- 1, UInt64.max &- (UInt64(1) << shift)] {
                var writer = SPOPWriter()
                writer.append(varint: value)
                var reader = SPOPReader(writer.bytes[...])
                #expect(try reader.varint() == value && reader.isAtEnd)
            }
        }
    }

    @Test(
        "numbers that are too large, or not all there, are refused",
        arguments: [
            [], [240], [240, 128], [0xF0] + Array(repeating: 0xFF, count: 12),
            [0xFF] + Array(repeating: 0xFF, count: 8) + [0x7F],
        ] as [[UInt8]])
    func badVarints(_ bytes: [UInt8]) {
        var reader = SPOPReader(bytes[...])
        #expect(throws: SPOPFault.self) { try reader.varint() }
    }

    @Test(
        "values come back as they were written",
        arguments: [
            .null, .boolean(true), .boolean(false), .integer(0), .integer(.max), .address([127, 0, 0, 1]),
            .address(Array(1...16)), .string(Array("é".utf8)), .binary([0, 255]), .string([]),
        ] as [SPOPValue])
    func values(_ value: SPOPValue) throws {
        var writer = SPOPWriter()
        writer.append(value)
        var reader = SPOPReader(writer.bytes[...])
        #expect(try reader.value() == value && reader.isAtEnd)
    }

    // MARK: The machine

    static func hello(
        versions: SPOPValue? = .string(Array("2.0".utf8)), size: SPOPValue? = .integer(16_380),
        capabilities: SPOPValue? = .string(Array("pipelining,async".utf8)), healthcheck: SPOPValue? = nil
    ) -> [UInt8] {
        var writer = SPOPWriter()
        for (name, value) in [
            ("supported-versions", versions), ("max-frame-size", size), ("capabilities", capabilities),
            ("healthcheck", healthcheck),
        ] {
            if let value { writer.append(name, value) }
        }
        return frame(SPOPFrame(kind: 1, payload: writer.bytes))
    }

    /// The bytes of a frame without its length.
    static func frame(_ frame: SPOPFrame) -> [UInt8] { Array(frame.bytes.dropFirst(4)) }

    static func notify(flags: UInt32 = 1, stream: UInt64 = 7, _ messages: [[(String, SPOPValue)]]) -> [UInt8] {
        var writer = SPOPWriter()
        for arguments in messages {
            writer.append(string: "check".utf8)
            writer.append(UInt8(arguments.count))
            for (name, value) in arguments { writer.append(name, value) }
        }
        return frame(SPOPFrame(kind: 3, flags: flags, stream: stream, frame: 1, payload: writer.bytes))
    }

    /// An action in a few words.
    static func describe(_ action: SPOPAction) throws -> String {
        switch action {
        case .nothing: return "nothing"
        case .end: return "end"
        case .ask(let question): return "ask \(question.stream)"
        case .reply(let bytes): return "reply \(try SPOPFrame(Array(bytes.dropFirst(4))).kind)"
        case .close(let bytes):
            let frame = try SPOPFrame(Array(bytes.dropFirst(4)))
            guard frame.kind == 102 else { return "close \(frame.kind)" }
            var reader = SPOPReader(frame.payload[...])
            guard case .integer(let status)? = try reader.members()["status-code"] else {
                return "close without status"
            }
            return "leave \(status)"
        }
    }

    static let events: [(name: String, bytes: [UInt8])] = [
        ("hello", hello()), ("healthcheck", hello(healthcheck: .boolean(true))),
        ("notify", notify([[("a", .null)]])), ("fragment", notify(flags: 0, [[]])), ("abort", notify(flags: 3, [[]])),
        ("continuation", frame(SPOPFrame(kind: 0, payload: []))),
        ("disconnect", frame(SPOPFrame(kind: 2, payload: []))),
        ("later", frame(SPOPFrame(kind: 77, payload: [1]))), ("ours", frame(SPOPFrame(kind: 103, payload: []))),
        ("garbage", [1, 2]), ("empty", []), ("large", Array(repeating: 1, count: SPOPSession.frameBytesMax + 1)),
    ]

    @Test(
        "every frame in every state does what the table says",
        arguments: [
            ("hello", "reply 101", "leave 4"), ("healthcheck", "close 101", "leave 4"), ("notify", "leave 4", "ask 7"),
            ("fragment", "leave 4", "leave 10"), ("abort", "leave 4", "nothing"),
            ("continuation", "leave 4", "leave 10"),
            ("disconnect", "leave 0", "leave 0"), ("later", "leave 4", "nothing"), ("ours", "leave 4", "nothing"),
            ("garbage", "leave 4", "leave 4"), ("empty", "leave 4", "leave 4"), ("large", "leave 3", "leave 3"),
        ])
    func table(_ name: String, _ new: String, _ running: String) throws {
        let bytes = try #require(Self.events.first { $0.name == name }?.bytes)
        var session = SPOPSession()
        #expect(try Self.describe(session.receive(bytes)) == new)
        session = SPOPSession()
        #expect(try Self.describe(session.receive(Self.hello())) == "reply 101")
        #expect(try Self.describe(session.receive(bytes)) == running)
        session = SPOPSession()
        _ = session.receive(Self.frame(SPOPFrame(kind: 2, payload: [])))
        #expect(session.receive(bytes) == .nothing)
        #expect(session.receiveTooLarge() == .nothing)
    }

    @Test(
        "a hello without what it needs is answered with the protocol's number",
        arguments: [
            (hello(versions: nil), "leave 5"), (hello(versions: .null), "leave 5"), (hello(size: nil), "leave 6"),
            (hello(size: .string([1])), "leave 6"), (hello(capabilities: nil), "leave 7"),
            (hello(versions: .string(Array("1.0".utf8))), "leave 8"), (hello(size: .integer(255)), "leave 9"),
            (hello(versions: .string(Array("1.0, 2.0".utf8))), "reply 101"), (hello(size: .integer(256)), "reply 101"),
            (hello(size: .integer(.max)), "reply 101"), (hello(capabilities: .string([])), "reply 101"),
            (hello(healthcheck: .boolean(false)), "reply 101"),
            (frame(SPOPFrame(kind: 1, stream: 1, payload: [])), "leave 4"),
            (frame(SPOPFrame(kind: 1, flags: 0, payload: [])), "leave 4"),
            (frame(SPOPFrame(kind: 1, payload: [200])), "leave 4"),
        ] as [([UInt8], String)])
    func hellos(_ bytes: [UInt8], _ expected: String) throws {
        var session = SPOPSession()
        #expect(try Self.describe(session.receive(bytes)) == expected)
    }

    @Test(
        "a question has the arguments of one message, and none of several",
        arguments: [
            ([[("a", .boolean(true)), ("b", .integer(3))]], ["a": .boolean(true), "b": .integer(3)]),
            ([[]], [:]), ([], nil), ([[("a", .null)], [("a", .null)]], nil),
        ] as [([[(String, SPOPValue)]], [String: SPOPValue]?)])
    func questions(_ messages: [[(String, SPOPValue)]], _ expected: [String: SPOPValue]?) {
        var session = SPOPSession()
        _ = session.receive(Self.hello())
        guard case .ask(let question) = session.receive(Self.notify(messages)) else {
            Issue.record("no question")
            return
        }
        #expect(question.arguments == expected)
    }

    @Test("arguments that come twice, or are not all there, are no question")
    func badQuestions() throws {
        var session = SPOPSession()
        _ = session.receive(Self.hello())
        let twice = Self.notify([[("a", .null), ("a", .null)]])
        #expect(try Self.describe(session.receive(twice)) == "leave 4")
        session = SPOPSession()
        _ = session.receive(Self.hello())
        #expect(try Self.describe(session.receive(Array(Self.notify([[("abc", .null)]]).dropLast()))) == "leave 4")
    }

    @Test("frames are cut from whatever pieces they come in, and nothing is read beyond one that is too large")
    func decoder() {
        var decoder = SPOPFrameDecoder()
        var buffer = ByteBuffer(bytes: [0, 0, 0, 2, 9])
        #expect(decoder.next(&buffer) == nil)
        buffer.writeBytes([8, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(decoder.next(&buffer) == .frame([9, 8]))
        #expect(decoder.next(&buffer) == .frame([]))
        #expect(decoder.next(&buffer) == nil)
        buffer.writeBytes([7, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(decoder.next(&buffer) == .frame([7]))
        #expect(decoder.next(&buffer) == .tooLarge)
        #expect(decoder.next(&buffer) == nil)
        #expect(buffer.readableBytes == 0)
    }

    @Test("whatever comes, the machine answers, and says nothing more once it has left")
    func garbage() throws {
        var random = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            var session = SPOPSession()
            if round % 2 == 0 { _ = session.receive(Self.hello()) }
            var bytes = Self.events[Int.random(in: 0..<11, using: &random)].bytes
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 5 == 0 {
                bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            }
            let description = try Self.describe(session.receive(bytes))
            if description.hasPrefix("leave") || description.hasPrefix("close") {
                #expect(session.receive(Self.hello()) == .nothing)
            }
        }
    }
}
