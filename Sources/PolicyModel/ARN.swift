/// An Amazon Resource Name: six fields between the first five colons (spec §3.2).
///
/// The sixth field may hold colons and slashes. No field is checked beyond its presence.
public struct ARN: Sendable, Hashable, CustomStringConvertible {
    /// The whole name as written.
    public let text: Text
    /// The partition, such as `aws` or `app`.
    public let partition: Text
    /// The service that owns the kind of resource, as in `docs`.
    public let service: Text
    /// Often empty.
    public let region: Text
    /// Twelve digits, or empty for services that name no account, or `aws` for vendor policies.
    public let account: Text
    /// What is behind the fifth colon.
    public let resource: Text

    /// Reads a name; `nil` unless it begins with `arn:` and has six fields.
    public init?(_ text: Text) {
        let fields = text.split(at: ASCII.colon, maximum: 6)
        guard fields.count == 6, fields[0] == "arn" else { return nil }
        self.text = text
        (partition, service, region, account, resource) = (fields[1], fields[2], fields[3], fields[4], fields[5])
    }

    /// The name as written.
    public var description: String { text.string }
}

/// An account: twelve ASCII digits (spec §1).
public struct AccountID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The twelve digits as a number: names of entities are many, and have it in them.
    private let number: UInt64

    private static let digits = 12

    /// Reads an account id; `nil` unless it is exactly twelve ASCII digits.
    public init?(_ text: Text) {
        guard text.utf8.count == AccountID.digits, text.utf8.allSatisfy(ASCII.isDigit) else { return nil }
        number = text.utf8.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }

    /// The twelve digits.
    public var text: Text {
        Text(
            unsafe String(unsafeUninitializedCapacity: AccountID.digits) { room in
                var rest = number
                for place in (0..<AccountID.digits).reversed() {
                    unsafe room[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                return AccountID.digits
            })
    }

    /// The twelve digits.
    public var description: String { text.string }

    /// Digit order.
    public static func < (lhs: AccountID, rhs: AccountID) -> Bool { lhs.number < rhs.number }

    /// The ARN that stands for the account, and for its root user: `arn:aws:iam::…:root`.
    public var rootARN: Text { Text("arn:aws:iam::\(text.string):root") }
}
