import PolicyModel

/// The parsers of the model read spans of bytes; tests write strings.
func decimal(_ text: String) -> Bool { ExactDecimal(Array(text.utf8).span) != nil }

/// -1, 0 or 1; `nil` when either text is no number.
func compareDecimals(_ left: String, _ right: String) -> Int? {
    let (leftBytes, rightBytes) = (Array(left.utf8), Array(right.utf8))
    guard let leftNumber = ExactDecimal(leftBytes.span), let rightNumber = ExactDecimal(rightBytes.span) else {
        return nil
    }
    return ExactDecimal.compare(leftNumber, leftBytes.span, rightNumber, rightBytes.span)
}

func instant(_ text: String) -> Instant? { Instant(Array(text.utf8).span) }
func address(_ text: String) -> IPAddress? { IPAddress(Array(text.utf8).span) }
func block(_ text: String) -> IPAddressBlock? { IPAddressBlock(Array(text.utf8).span) }
func base64(_ text: String) -> [UInt8]? { Base64.decode(Array(text.utf8).span) }
func boolean(_ text: String) -> Bool? { BooleanText.parse(Array(text.utf8).span) }

/// Whether a key declared of the type accepts the value.
func accepts(_ type: KeyDeclaration.ValueType, _ value: String) -> Bool {
    KeyDeclaration(type: type).accepts(Array(value.utf8).span)
}
