import Directory
import Foundation
import JSONDocument
import PolicyModel
import Testing
import WireProtocol

@testable import Gateway

@Suite("What a body says of a container")
struct DockerFactsTests {
    /// The context of `containers/create` with a body.
    static func context(_ body: String, uri: String = "/containers/create?name=web") throws -> [String:
        WireContextValue]
    {
        let call = DockerCallText(method: "POST", uri: uri, body: body)
        var mapping = DockerMapping()
        mapping.labels = ["team"]
        let message = try JSONDocument(Array(call.json.utf8), limits: .message)
        let question = try DockerQuestion(try DockerCall(message.root), mapping: mapping)
        return Dictionary(uniqueKeysWithValues: question.facts.entries.map { ($0.key, $0.value) })
    }

    /// A body, and a key with what it must hold.
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        let key: String
        let value: WireContextValue?

        init(_ body: String, _ key: String, _ value: WireContextValue?) {
            (self.body, self.key, self.value) = (body, "docker:" + key, value)
        }

        var testDescription: String { "\(key) of \(body)" }
    }

    static let cases: [Case] = [
        Case("{}", "Privileged", .boolean(false)),
        Case(#"{"HostConfig":{"Privileged":true}}"#, "Privileged", .boolean(true)),
        Case(#"{"HostConfig":{"Privileged":null}}"#, "Privileged", .boolean(false)),
        // As Go reads names: in any case, with the letters that fold to `s` and `k`.
        Case(#"{"hostconfig":{"PRIVILEGED":true}}"#, "Privileged", .boolean(true)),
        Case(#"{"Ho\u017ftConfig":{"privileged":true}}"#, "Privileged", .boolean(true)),
        Case(#"{"HostConfig":{"bind\u017f":["/etc:/x"]}}"#, "BindSources", .list([.string("/etc")])),
        Case(#"{"HostConfig":{"Networ\u212amode":"host"}}"#, "NetworkMode", .string("host")),
        // Beside `HostConfig`, as the engine still takes it.
        Case(#"{"Privileged":true}"#, "Privileged", .boolean(true)),
        Case(#"{"Privileged":true,"HostConfig":{}}"#, "Privileged", .boolean(true)),
        Case(
            #"{"Binds":["/a:/a"],"HostConfig":{"Binds":["/b:/b"]}}"#, "BindSources",
            .list([.string("/a"), .string("/b")])),
        Case("{}", "NetworkMode", .string("default")),
        Case(#"{"HostConfig":{"NetworkMode":"host"}}"#, "NetworkMode", .string("host")),
        Case(#"{"HostConfig":{"PidMode":"host"}}"#, "PidMode", .string("host")),
        Case(#"{"HostConfig":{"UsernsMode":"host"}}"#, "UsernsMode", .string("host")),
        Case("{}", "PidMode", nil),
        Case(
            #"{"HostConfig":{"CapAdd":["cap_sys_admin","NET_ADMIN","SYS_ADMIN"]}}"#, "CapAdd",
            .list([.string("SYS_ADMIN"), .string("NET_ADMIN")])),
        Case(#"{"HostConfig":{"CapAdd":"ALL"}}"#, "CapAdd", .list([.string("ALL")])),
        Case(
            #"{"HostConfig":{"SecurityOpt":["label:disable","seccomp={\"a\":1}","seccomp=unconfined"]}}"#,
            "SecurityOpt", .list([.string("label=disable"), .string("seccomp=custom"), .string("seccomp=unconfined")])),
        Case(#"{"HostConfig":{"MaskedPaths":[]}}"#, "UnmasksPaths", .boolean(true)),
        Case(
            #"{"HostConfig":{"Binds":["/var/../etc//x/.:/y:ro","data:/d","/only"]}}"#, "BindSources",
            .list([.string("/etc/x")])),
        Case(#"{"HostConfig":{"Binds":["data:/d"]}}"#, "VolumeNames", .list([.string("data")])),
        Case(
            #"{"HostConfig":{"Mounts":[{"Type":"bind","Source":"/var/run/docker.sock","Target":"/s"}]}}"#,
            "BindSources", .list([.string("/var/run/docker.sock")])),
        // A volume that is a bind.
        Case(
            #"{"HostConfig":{"Mounts":[{"Type":"volume","VolumeOptions":{"DriverConfig":{"Options":{"type":"none","o":"bind","device":"/etc"}}}}]}}"#,
            "BindSources", .list([.string("/etc")])),
        Case(
            #"{"HostConfig":{"Devices":[{"PathOnHost":"/dev/../dev/kmsg"}]}}"#, "Devices", .list([.string("/dev/kmsg")])
        ),
        Case(
            #"{"HostConfig":{"DeviceRequests":[{"Driver":"nvidia","Count":-1},{"Driver":"cdi","DeviceIDs":["a","b"]}]}}"#,
            "DeviceRequests", .list([.string("nvidia:all"), .string("cdi:a,b")])),
        Case(
            #"{"HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"22"}]}}}"#, "PublishedPorts",
            .list([.string(":22")])),
        Case(#"{"HostConfig":{"Sysctls":{"kernel.msgmax":"1"}}}"#, "Sysctls", .list([.string("kernel.msgmax=1")])),
        Case(#"{"Image":"nginx"}"#, "Image", .string("docker.io/library/nginx:latest")),
        Case(#"{"Image":"cafe"}"#, "Image", .string("cafe")),
        Case(#"{"Labels":{"team":"red","Team":"blue","other":"x"}}"#, "Label/team", .string("red")),
        Case(#"{"Labels":{"other":"x"}}"#, "Label/other", nil),
        Case(
            #"{"NetworkingConfig":{"EndpointsConfig":{"host":{},"n":null}}}"#, "Networks",
            .list([.string("host"), .string("n")])),
    ]

    @Test("a key holds what the engine would do", arguments: cases)
    func key(testCase: Case) throws {
        #expect(try Self.context(testCase.body)[testCase.key] == testCase.value)
    }

    @Test(
        "a body that two readers could read two ways, or that the engine would refuse, is refused",
        arguments: [
            #"{"HostConfig":{"Privileged":true},"hostConfig":{"Privileged":false}}"#,
            #"{"HostConfig":{"Privileged":true,"privileged":false}}"#,
            #"{"HostConfig":{"Binds":[],"bind\u017f":["/:/x"]}}"#,
            #"{"HostConfig":{"NetworkMode":"none"},"NetworkMode":"host"}"#,
            #"{"HostConfig":{"Privileged":"true"}}"#, #"{"HostConfig":{"Binds":[1]}}"#, #"{"HostConfig":[]}"#,
            #"{"HostConfig":{"Mounts":{}}}"#, #"{"HostConfig":{"Mounts":["/"]}}"#, "[]", "null", "1", "{", "{} {}",
            #"{"Privileged":true,"Privileged":false}"#,
        ])
    func refused(body: String) {
        #expect(throws: DockerFault.self) { try Self.context(body) }
    }
}

/// A call as the engine writes it.
struct DockerCallText: Sendable {
    var method = "GET"
    var uri: String
    var body: String?
    var user: String?
    var authentication: String?
    var headers: [String: String] = [:]
    var response: String?

    var json: String {
        var members: [(String, JSONOutput)] = [("RequestMethod", .string(method)), ("RequestUri", .string(uri))]
        if let user { members.append(("User", .string(user))) }
        if let authentication { members.append(("UserAuthNMethod", .string(authentication))) }
        if let body, !body.isEmpty { members.append(("RequestBody", .string(Self.base64(body)))) }
        if !headers.isEmpty {
            members.append(("RequestHeaders", .object(headers.map { ($0.key, .string($0.value)) })))
        }
        if let response { members.append(("ResponseBody", .string(Self.base64(response)))) }
        return JSONOutput.object(members).serialized()
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
