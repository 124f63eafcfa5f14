/// Text in XML.
enum XMLText {
    /// Text for elements and for attributes in double quotes.
    ///
    /// Characters that XML 1.0 cannot hold become U+FFFD.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t", "\r": result += "&#\(scalar.value);"
            default:
                let isRefused = scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF
                result.unicodeScalars.append(isRefused ? "\u{FFFD}" : scalar)
            }
        }
    }
}
