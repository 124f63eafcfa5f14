import DecisionTree
import Testing

@testable import WireProtocol

@Suite struct FramerTests {
    @Test(arguments: 0...40)
    func `a message is found wherever its bytes are split`(length: Int) {
        let bytes = Array(repeating: UInt8(ascii: "x"), count: length) + [0]
        for split in 0..<bytes.count {
            var framer = Framer()
            #expect(framer.next(Array(bytes[..<split])) == .incomplete)
            #expect(framer.next(bytes) == .message(byteCount: length))
        }
    }

    @Test func `byte by byte it finds each of several messages`() {
        let stream: [UInt8] = Array("{}".utf8) + [0, 0] + Array("{\"a\":12345678901234567890}".utf8) + [0]
        var framer = Framer()
        var (found, waiting): ([Int], [UInt8]) = ([], [])
        for byte in stream {
            waiting.append(byte)
            if case .message(let count) = framer.next(waiting) {
                found.append(count)
                waiting.removeFirst(count + 1)
            }
        }
        #expect(found == [2, 0, 26])
        #expect(waiting.isEmpty)
    }

    @Test func `the first of several messages is found`() {
        var framer = Framer()
        #expect(framer.next(Array("abcdefghij".utf8) + [0] + Array("k".utf8) + [0]) == .message(byteCount: 10))
    }

    @Test func `64 KiB are a message, and one byte more is too long`() {
        let longest = Array(repeating: UInt8(ascii: "x"), count: 65_536)
        var framer = Framer()
        #expect(framer.next(longest) == .incomplete)
        #expect(framer.next(longest + [0]) == .message(byteCount: 65_536))
        #expect(framer.next(longest + [1]) == .tooLong)
        framer = Framer()
        #expect(framer.next(longest + [1, 0]) == .tooLong)
    }

    @Test func `eight bytes at a time find what one byte at a time finds`() {
        for length in 0..<20 {
            for place in 0..<max(length, 1) {
                for byte: UInt8 in [0, 1, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF]
                {
                    var bytes = Array(repeating: UInt8(ascii: "x"), count: length)
                    if place < length { bytes[place] = byte }
                    let message = Message(bytes)
                    defer { withExtendedLifetime(message) {} }
                    let isPlain = byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C
                    #expect(message.view.indexOfNUL(from: 0) == bytes.firstIndex(of: 0))
                    #expect(message.view.endOfPlainText(from: 0) == (isPlain || length == 0 ? length : place))
                }
            }
        }
    }
}

extension Framer {
    fileprivate mutating func next(_ received: [UInt8]) -> Frame {
        let message = Message(received)
        defer { withExtendedLifetime(message) {} }
        return next(in: message.view)
    }
}
