import PolicyModel
import Testing

@Suite struct IPAddressTests {
    @Test(
        arguments: [
            ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF), ("10.0.0.1", 0x0A00_0001), ("203.0.113.7", 0xCB00_7107),
        ] as [(String, UInt64)])
    func `reads a dotted quad`(text: String, value: UInt64) {
        #expect(address(text) == IPAddress(bits: 32, high: 0, low: value))
    }

    @Test(
        arguments: [
            ("::", 0, 0), ("::1", 0, 1), ("2001:DB8::", 0x2001_0DB8_0000_0000, 0),
            ("2001:0db8:0:0::1", 0x2001_0DB8_0000_0000, 1),
            ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008),
            ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004, 0x0005_0006_0007_0000),
            ("::2:3:4:5:6:7:8", 0x0000_0002_0003_0004, 0x0005_0006_0007_0008), ("::ffff:10.0.0.1", 0, 0xFFFF_0A00_0001),
            ("1:2:3:4:5:6:10.0.0.1", 0x0001_0002_0003_0004, 0x0005_0006_0A00_0001),
            ("fe80::1:0:0:a", 0xFE80_0000_0000_0000, 0x0001_0000_0000_000A),
        ] as [(String, UInt64, UInt64)])
    func `reads RFC 4291 text`(text: String, high: UInt64, low: UInt64) {
        #expect(address(text) == IPAddress(bits: 128, high: high, low: low))
    }

    @Test(arguments: [
        "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ",
        "1.2.3.a", "0x1.2.3.4", "1234.1.1.1", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
        "::1::", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "fe80::1%eth0", "::1.2.3",
        "1.2.3.4::",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "[::1]", "::01.2.3.4", "1::2:3:4:5:6:7:8", "-1.2.3.4", "+1.2.3.4",
    ])
    func `refuses what is no address`(text: String) {
        #expect(address(text) == nil)
    }

    @Test func `takes a mapped address as the IPv4 address in it`() {
        #expect(address("::ffff:10.0.0.1")?.unmapped == address("10.0.0.1"))
        #expect(address("::FFFF:a00:1")?.unmapped == address("10.0.0.1"))
        #expect(address("::10.0.0.1")?.unmapped == address("::10.0.0.1"))
        #expect(address("1::ffff:10.0.0.1")?.unmapped.bits == 128)
    }
}

@Suite struct IPAddressBlockTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1"), ("203.0.113.7", "203.0.113.7"), ("203.0.113.9/24", "203.0.113.200"),
        ("0.0.0.0/0", "255.1.2.3"), ("10.0.0.0/31", "10.0.0.1"), ("10.0.0.1/32", "10.0.0.1"),
        ("2001:DB8::/32", "2001:db8::1"),
        ("::/0", "ffff::"), ("2001:db8::1", "2001:db8::1"), ("ffff::/1", "8000::"),
        ("1:2:3:4:8000::/65", "1:2:3:4:9000::"),
        ("1:2:3:4::/64", "1:2:3:4:ffff::"), ("::1/128", "::1"), ("1:2:3:4::/63", "1:2:3:5::"),
    ])
    func `holds the addresses whose leading bits agree`(text: String, inside: String) throws {
        let member = try #require(address(inside))
        #expect(block(text)?.contains(member) == true)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "11.0.0.0"), ("203.0.113.7", "203.0.113.6"), ("10.0.0.0/31", "10.0.0.2"),
        ("0.0.0.0/0", "2001:db8::1"), ("::/0", "10.0.0.1"), ("2001:db8::/32", "2001:db9::"),
        ("1:2:3:4::/64", "1:2:3:5::"),
        ("1:2:3:4:8000::/65", "1:2:3:4:7000::"), ("::1/128", "::2"), ("::a00:1", "10.0.0.1"),
    ])
    func `does not hold the others, nor the other family`(text: String, outside: String) throws {
        let stranger = try #require(address(outside))
        #expect(block(text)?.contains(stranger) == false)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8",
        "10.0.0.0/255.0.0.0", "10.0.0.0/8 ", "10.0.0.0 /8", "::/00", "10.0.0.0/1000", "10.0.0.0/a",
    ])
    func `refuses what is no block`(text: String) {
        #expect(block(text) == nil)
    }

    @Test func `says when host bits were masked off`() {
        #expect(block("203.0.113.9/24")?.hadHostBits == true)
        #expect(block("203.0.113.0/24")?.hadHostBits == false)
        #expect(block("203.0.113.9")?.hadHostBits == false)
    }
}
