import Directory
import PolicyModel
import Testing

@testable import Gateway

@Suite("Targets of the Engine API")
struct DockerTargetTests {
    @Test(
        "every form in which the engine takes a path is the same path",
        arguments: [
            "/v1.41/containers/json", "/containers/json", "/v1.41/%63ontainers/json", "/v1.41/containers%2Fjson",
            "http://evil/v1.41/containers/json", "tcp://evil:2375/containers/json?all=1", "/v1.24/containers/json?",
            "/%76%31.41/containers/json",
        ])
    func sameTarget(uri: String) throws {
        let target = try DockerTarget(uri)
        #expect(target.segments == ["containers", "json"])
        #expect(DockerRoute.find("GET", target.segments)?.route.action == .containerList)
    }

    @Test(
        "a target that the engine would redirect, or that nobody can read one way only, is refused",
        arguments: [
            "", "*", "containers/json", "//containers/json", "/containers//json", "/containers/../info", "/./info",
            "/containers/%2e%2e/info", "/containers/%2E/json", "/containers/json/", "/containers%2F%2Fjson",
            "/containers/a%00b/json", "/containers/%ff/json", "/containers/%4/json", "/containers/%zz/json",
            "/containers/a%0ab/json", "http://evil", "http:/containers/json", "/v1.041/info", "/v01.41/info",
            "/v1/info", "/v1.41.0/info", "/v1..41/info", "/v.41/info", "/v1.23/containers/x/start", "/v0.99/info",
            "/v1.99999/info", "/info?a;b", "/info?a=%", "/info?a=%ff",
        ])
    func refused(uri: String) {
        #expect(throws: DockerFault.self) { try DockerTarget(uri) }
    }

    @Test("parameters are read as Go reads them, and one that is there twice is refused")
    func parameters() throws {
        let query = try DockerTarget("/x?name=a%2Fb+c&&empty=&flag&twice=1&twice=2&Name=other").query
        #expect(try query.value("name") == "a/b c")
        #expect(try query.value("empty") == nil)
        #expect(try query.value("flag") == nil)
        #expect(try query.value("absent") == nil)
        #expect(throws: DockerFault.self) { try query.value("twice") }
    }
}

@Suite("Routes of the Engine API")
struct DockerRouteTests {
    @Test("every action has a route, but the import that a pull may turn out to be")
    func everyActionHasARoute() {
        let reached = Set(DockerRoute.table.map(\.action))
        #expect(Set(DockerAction.allCases).subtracting(reached) == [.imageImport])
    }

    @Test("every row of the table is found by a path of its form")
    func everyRowIsFound() throws {
        for row in DockerRoute.table {
            let path = row.pattern.map { piece -> Text in
                switch piece {
                case .literal(let text): text
                case .name: "some-name"
                case .names: "registry.example"
                }
            }
            #expect(DockerRoute.find(row.method, path)?.route.action == row.action, "\(row.method) \(path)")
        }
    }

    @Test("an image's name may have slashes, and begins and ends with the words around it")
    func imageNames() throws {
        let found = try #require(DockerRoute.find("GET", ["images", "registry:5000", "team", "app", "json"]))
        #expect(found.route.action == .imageInspect)
        #expect(found.names == ["registry:5000/team/app"])
        #expect(DockerRoute.find("GET", ["images", "json"])?.route.action == .imageList)
        #expect(DockerRoute.find("GET", ["images", "get", "json"])?.route.action == .imageInspect)
    }

    @Test(
        "what no row says is nothing",
        arguments: [
            ("GET", "nonsense"), ("POST", "containers/json"), ("get", "info"), ("GET", "Info"), ("HEAD", "info"),
            ("OPTIONS", "info"), ("GET", "containers/a/b/json"), ("POST", "containers/x/copy"), ("GET", "images"),
            ("GET", "debug/pprof"), ("CONNECT", "info"), ("POST", "images/tag"),
        ])
    func unknown(method: String, path: Text) {
        #expect(DockerRoute.find(method, path.split(at: ASCII.slash))?.route.action == nil)
    }
}

@Suite("Names of Docker's images")
struct DockerImageNameTests {
    @Test(
        "one image has one name",
        arguments: [
            ("nginx", "docker.io/library/nginx:latest"), ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("library/nginx", "docker.io/library/nginx:latest"), ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/library/nginx", "docker.io/library/nginx:latest"),
            ("team/app", "docker.io/team/app:latest"), ("registry:5000/app", "registry:5000/app:latest"),
            ("registry.example/a/b:2", "registry.example/a/b:2"), ("localhost/app", "localhost/app:latest"),
            ("nginx@sha256:00", "docker.io/library/nginx@sha256:00"), ("LOCAL/app", "LOCAL/app:latest"),
        ])
    func canonical(name: String, whole: String) {
        #expect(DockerImageName.canonical(name) == whole)
    }

    @Test(
        "what may be the beginning of an image's id never passes for an image of a registry",
        arguments: ["cafe", "0", "9f0e71fb1a8b", "sha256:9f0e", "CAFE", "sha256:"])
    func ids(name: String) {
        #expect(DockerImageName.canonical(name) == name)
    }
}
