import Testing

@testable import Gateway

@Suite("Loopback addresses")
struct LoopbackTests {
    @Test(
        "only addresses that this machine alone reaches are loopback",
        arguments: [
            ("127.0.0.1", true), ("127.8.0.1", true), ("::1", true), ("localhost", true), ("0.0.0.0", false),
            ("10.0.0.1", false), ("::", false), ("127.0.0.1.example.com", false), ("", false),
        ])
    func loopback(host: String, isLoopback: Bool) {
        #expect(Loopback.isLoopback(host) == isLoopback)
    }
}
