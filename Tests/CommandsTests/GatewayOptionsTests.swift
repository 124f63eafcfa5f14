import ArgumentParser
import Testing

@testable import Commands

@Suite("The flags of `serve` for HTTP")
struct GatewayOptionsTests {
    @Test(
        "what makes no sense is refused, and says which flag",
        arguments: [
            (["--http-listen", "127.0.0.1"], "--http-listen"), (["--http-listen", ":80"], "--http-listen"),
            (["--http-listen", "127.0.0.1:65536"], "--http-listen"), (["--http-listen", "::1:80"], "--http-listen"),
            (["--tls-listen", "0.0.0.0:8443"], "--tls-listen"), (["--tls-key", "k.pem"], "--tls-key"),
            (["--tls-client-ca", "c.pem"], "--tls-client-ca"), (["--http-deadline", "0"], "--http-deadline"),
            (["--http-deadline", "60001"], "--http-deadline"), (["--http-deadline=-1"], "--http-deadline"),
        ])
    func refused(arguments: [String], flag: String) throws {
        let options = try GatewayOptions.parse(arguments)
        do throws(CommandFailure) {
            _ = try options.networkListeners()
            Issue.record("\(arguments) were taken")
        } catch {
            #expect(error.status == ExitStatus.usage)
            #expect(error.message.hasPrefix(flag), "\(error.message)")
        }
    }

    @Test(
        "an address is a host and a port, with brackets around colons",
        arguments: [["--http-listen", "127.0.0.1:0"], ["--http-listen", "[::1]:8180", "--http-deadline", "250"]])
    func taken(arguments: [String]) throws {
        #expect(try GatewayOptions.parse(arguments).networkListeners().count == 1)
    }
}
