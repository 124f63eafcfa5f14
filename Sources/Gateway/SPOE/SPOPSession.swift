/// What HAProxy wants to know of one request: a message with its arguments.
struct SPOPNotification: Sendable, Hashable {
    let stream: UInt64
    let frame: UInt64
    /// The arguments of its only message; `nil` when it has none or several.
    let arguments: [String: SPOPValue]?
}

/// What is to be done about a frame.
enum SPOPAction: Sendable, Hashable {
    case nothing
    /// Send the bytes.
    case reply([UInt8])
    /// Answer the question, whenever it is answered.
    case ask(SPOPNotification)
    /// Send the bytes and close the connection.
    case close([UInt8])
    /// Close the connection without a word.
    case end
}

/// Why an agent takes its leave; the numbers are the protocol's.
enum SPOPStatus: UInt64, Sendable, Hashable, CaseIterable {
    case normal = 0
    case frameTooLarge = 3
    case invalidFrame = 4
    case versionMissing = 5
    case frameSizeMissing = 6
    case capabilitiesMissing = 7
    case unsupportedVersion = 8
    case badFrameSize = 9
    case fragmentation = 10

    var message: String {
        switch self {
        case .normal: "bye"
        case .frameTooLarge: "the frame is too large"
        case .invalidFrame: "the frame is not understood"
        case .versionMissing: "no supported versions"
        case .frameSizeMissing: "no frame size"
        case .capabilitiesMissing: "no capabilities"
        case .unsupportedVersion: "only version 2.0 is supported"
        case .badFrameSize: "the frame size is out of bounds"
        case .fragmentation: "fragments are not supported"
        }
    }
}

/// One connection of HAProxy's, as a machine without input and output (HAProxy `doc/SPOE.txt`, version 2.0).
struct SPOPSession: ~Copyable {
    /// The largest frame that is taken, in bytes: what HAProxy's own buffers hold, and more.
    static let frameBytesMax = 64 * 1024
    /// The smallest frame size that may be agreed on, in bytes (`doc/SPOE.txt`).
    static let frameBytesMin = 256

    private enum State {
        /// Nothing has been said.
        case new
        /// Both sides have said hello.
        case running
        /// Nothing more is read.
        case ended
    }

    private var state = State.new

    /// What is to be done about a frame.
    mutating func receive(_ bytes: [UInt8]) -> SPOPAction {
        guard state != .ended else { return .nothing }
        guard bytes.count <= SPOPSession.frameBytesMax else { return leave(.frameTooLarge) }
        let frame: SPOPFrame
        do throws(SPOPFault) {
            frame = try SPOPFrame(bytes)
        } catch {
            return leave(.invalidFrame)
        }
        switch (state, frame.kind) {
        case (_, SPOPFrame.Kind.disconnect): return leave(.normal)
        case (.new, SPOPFrame.Kind.hello): return hello(frame)
        case (.running, SPOPFrame.Kind.notify): return notify(frame)
        case (.running, SPOPFrame.Kind.unset): return leave(.fragmentation)
        case (.new, _), (.running, SPOPFrame.Kind.hello), (.ended, _): return leave(.invalidFrame)
        // What a later version may send is left alone.
        case (.running, _): return .nothing
        }
    }

    /// What is to be done about a frame whose length alone is too much.
    mutating func receiveTooLarge() -> SPOPAction {
        state == .ended ? .nothing : leave(.frameTooLarge)
    }

    private mutating func hello(_ frame: SPOPFrame) -> SPOPAction {
        guard frame.flags == SPOPFrame.Flag.end, frame.stream == 0, frame.frame == 0 else {
            return leave(.invalidFrame)
        }
        var reader = SPOPReader(frame.payload[...])
        let members: [String: SPOPValue]
        do throws(SPOPFault) {
            members = try reader.members()
        } catch {
            return leave(.invalidFrame)
        }
        guard case .string(let versions)? = members["supported-versions"] else { return leave(.versionMissing) }
        guard case .integer(let size)? = members["max-frame-size"] else { return leave(.frameSizeMissing) }
        guard case .string? = members["capabilities"] else { return leave(.capabilitiesMissing) }
        guard SPOPSession.hasVersion2(versions) else { return leave(.unsupportedVersion) }
        guard size >= UInt64(SPOPSession.frameBytesMin) else { return leave(.badFrameSize) }
        state = .running
        let answer = SPOPSession.agentHello(frameBytes: min(size, UInt64(SPOPSession.frameBytesMax)))
        guard members["healthcheck"] == .boolean(true) else { return .reply(answer) }
        state = .ended
        return .close(answer)
    }

    private mutating func notify(_ frame: SPOPFrame) -> SPOPAction {
        // Whoever gives up a request has no use for an answer.
        guard frame.flags & SPOPFrame.Flag.abort == 0 else { return .nothing }
        guard frame.flags & SPOPFrame.Flag.end != 0 else { return leave(.fragmentation) }
        do throws(SPOPFault) {
            return .ask(
                SPOPNotification(
                    stream: frame.stream, frame: frame.frame, arguments: try SPOPSession.arguments(frame.payload)))
        } catch {
            return leave(.invalidFrame)
        }
    }

    private mutating func leave(_ status: SPOPStatus) -> SPOPAction {
        state = .ended
        var writer = SPOPWriter()
        writer.append("status-code", .integer(status.rawValue))
        writer.append("message", .string(Array(status.message.utf8)))
        return .close(SPOPFrame(kind: SPOPFrame.Kind.agentDisconnect, payload: writer.bytes).bytes)
    }

    private static func agentHello(frameBytes: UInt64) -> [UInt8] {
        var writer = SPOPWriter()
        writer.append("version", .string(Array("2.0".utf8)))
        writer.append("max-frame-size", .integer(frameBytes))
        // Without `fragmentation`, so that requests come whole or not at all.
        writer.append("capabilities", .string(Array("pipelining".utf8)))
        return SPOPFrame(kind: SPOPFrame.Kind.agentHello, payload: writer.bytes).bytes
    }

    private static func hasVersion2(_ versions: [UInt8]) -> Bool {
        versions.split(separator: 0x2C).contains { version in
            version.filter { $0 != 0x20 }.starts(with: "2.".utf8)
        }
    }

    private static func arguments(_ payload: [UInt8]) throws(SPOPFault) -> [String: SPOPValue]? {
        var reader = SPOPReader(payload[...])
        var messages: [[String: SPOPValue]] = []
        while !reader.isAtEnd {
            _ = try reader.string()
            var arguments: [String: SPOPValue] = [:]
            for _ in 0..<(try reader.byte()) { try reader.member(into: &arguments) }
            messages.append(arguments)
        }
        return messages.count == 1 ? messages[0] : nil
    }
}

extension SPOPNotification {
    /// Sets variables of the request; HAProxy takes no variable that its configuration does not name.
    func acknowledgement(_ variables: [(name: String, value: SPOPValue)]) -> [UInt8] {
        var writer = SPOPWriter()
        for (name, value) in variables {
            // set-var, with three arguments, for the transaction.
            for byte: UInt8 in [1, 3, 2] { writer.append(byte) }
            writer.append(name, value)
        }
        return SPOPFrame(kind: SPOPFrame.Kind.acknowledge, stream: stream, frame: frame, payload: writer.bytes).bytes
    }
}
