import PolicyModel
import Testing

@Suite struct InstantTests {
    @Test(
        arguments: [
            ("1970", 0), ("1970-01", 0), ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("2024-01-01", 1_704_067_200),
            ("2024-01-01t01Z", 1_704_070_800), ("2024-01-01T01:00", 1_704_070_800),
            ("2024-01-01T02:00:00+02:00", 1_704_067_200), ("2024-01-01T02:00:00+0200", 1_704_067_200),
            ("2024-01-01T02:00:00+02", 1_704_067_200), ("2023-12-31T23:00:00-01:00", 1_704_067_200),
            ("2024-02-29T00:00:00z", 1_709_164_800), ("1969-12-31T23:59:59Z", -1), ("2000-03-01", 951_868_800),
            ("1704067201", 1_704_067_201), ("0", 0), ("00000", 0), ("12024", 12_024),
            ("9223372036854775807", Int64.max),
            ("2024", 1_704_067_200), ("+2024-01-01", 1_704_067_200), ("0000-01-01", -62_167_219_200),
            ("-0001-01-01", -62_198_755_200), ("12024-01", 317_273_587_200),
        ] as [(String, Int64)])
    func `reads a date as seconds since 1970`(text: String, seconds: Int64) {
        #expect(instant(text) == Instant(seconds: seconds))
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00.5Z", 0, 500_000_000), ("1970-01-01T00:00:00.000000001Z", 0, 1),
            ("1969-12-31T23:59:59.999999999Z", -1, 999_999_999), ("1970-01-01T00:00:01.10+00:00", 1, 100_000_000),
        ] as [(String, Int64, UInt32)])
    func `keeps nanoseconds`(text: String, seconds: Int64, nanoseconds: UInt32) {
        #expect(instant(text) == Instant(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", " ", "abc", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32", "2023-02-29", "1900-02-29", "2024-1-1",
        "2024-01-01T", "2024-01-01T24:00", "2024-01-01T00:60", "2024-01-01T00:00:60", "2024-01-01T00:00:00.",
        "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00Zjunk", "2024-01-01 00:00:00", "2024-01-01Z",
        "2024-01-01T00:00:00+2", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+02:", "2024-01-01T00:00:00+02:60",
        "20240101T000000Z", "-1", "-123", "+5", "1.5", "9223372036854775808", "292275055-01-01", "-292275055-01-01",
        "2024-01-01T1:00", "24-01-01", "2024-", "2024-01-", "٢٠٢٤",
    ])
    func `refuses what is no date`(text: String) {
        #expect(instant(text) == nil)
    }

    @Test(arguments: [("292275054-12-31", true), ("-292275054-01-01", false)])
    func `reads years as far as AWS does`(text: String, isFuture: Bool) throws {
        let read = try #require(instant(text))
        #expect((read > Instant(seconds: 0)) == isFuture)
    }

    @Test func `orders by seconds, then by nanoseconds`() {
        let ordered = [
            Instant(seconds: -1, nanoseconds: 5), Instant(seconds: 0), Instant(seconds: 0, nanoseconds: 1),
            Instant(seconds: 1),
        ]
        #expect(Array(ordered.reversed()).sorted() == ordered)
    }
}
