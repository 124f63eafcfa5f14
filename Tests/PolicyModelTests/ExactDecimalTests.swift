import PolicyModel
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: [
        "0", "-0", "+0", "7", "007", "+5", "-5", "1.50", "0.1", "1e1", "1E+1", "1.5e-3", "12345678901234567890123",
        "1e1000000", "1e-1000000", "0e5", "00.00",
    ])
    func `reads a decimal number`(text: String) {
        #expect(decimal(text))
    }

    @Test(arguments: [
        "", " 1", "1 ", "abc", "10abc", ".5", "5.", "+", "-", "--1", "+-1", "1e", "1e+", "e5", "1.2.3", "1,5", "0x10",
        "NaN", "inf", "1e1000001", "1e5.0", "١", "1_000", "1e99999999999999999999999",
    ])
    func `refuses what is no decimal number`(text: String) {
        #expect(!decimal(text))
    }

    @Test(arguments: [
        ("10", "10.0"), ("10", "1e1"), ("10", "+010.00"), ("0", "-0"), ("0", "0e1000000"), ("0.001", "1e-3"),
        ("-1.5", "-15e-1"), ("1000000", "1e6"), ("0.000", "0"), ("120", "12e1"), ("1.20", "1.2"),
    ])
    func `finds numbers equal however they are written`(left: String, right: String) {
        #expect(compareDecimals(left, right) == 0)
        #expect(compareDecimals(right, left) == 0)
    }

    @Test(arguments: [
        ("9007199254740992", "9007199254740993"), ("-1", "0"), ("-2", "-1"), ("-1", "1"), ("9", "10"), ("0.1", "0.11"),
        ("0.09", "0.1"), ("1e-1000000", "1e1000000"), ("-10", "-9"), ("1", "1.0000000000000000000000001"),
        ("0.9999", "1"), ("99", "1e2"), ("-0.1", "0"), ("5e-324", "6e-324"),
    ])
    func `orders numbers exactly`(smaller: String, greater: String) {
        #expect(compareDecimals(smaller, greater) == -1)
        #expect(compareDecimals(greater, smaller) == 1)
    }
}
