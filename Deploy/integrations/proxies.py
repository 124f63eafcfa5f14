"""nginx, Envoy, Caddy, Traefik and HAProxy, each with its shipped configuration in front of one origin."""

import pathlib
import time

import harness
from sidecar import PASSWORDS, SECRET, basic

DEPLOY = pathlib.Path(__file__).resolve().parent.parent

ALICE = basic("alice", PASSWORDS["alice"])
BOB = basic("bob", PASSWORDS["bob"])

# How often a connection is used again is counted over so many requests.
REUSE_REQUESTS = 40


class Proxy:
    """A proxy under test. `ask_at` is where it asks: a relay that counts stands there, with the sidecar behind it."""

    #: What a client gets when the sidecar is down or hangs (spec `protocols.md` §2.1).
    unavailable = {503}
    #: How long a client waits for it at most, in seconds.
    hung_seconds_max = 5
    #: Connections to the sidecar for `REUSE_REQUESTS` requests, one after the other.
    connections_max = 4

    def __init__(self, folder, origin, ask_at):
        self.folder, self.origin, self.ask_at = folder, origin, ask_at
        self.port = harness.free_port()

    def shipped(self, path, replacements):
        return harness.shipped(DEPLOY / path, replacements)

    def start(self, name, arguments, environment=None):
        process = self.folder.start(name, arguments, environment)
        harness.wait_until(f"{name} listens", lambda: harness.can_connect(self.port), process=process)


class Nginx(Proxy):
    name = "nginx"
    unavailable = {500}

    @staticmethod
    def version(_):
        return harness.version_of(["nginx", "-v"], r"nginx/([0-9.]+)")

    def run(self):
        self.folder.write("site.conf", self.shipped("nginx/postern.conf", {
            "/run/postern/http.sock": self.ask_at, "127.0.0.1:8080": f"127.0.0.1:{self.port}",
            "127.0.0.1:9000": f"127.0.0.1:{self.origin.port}"}))
        temporary = "".join(
            f"  {name}_temp_path {self.folder / 'tmp'};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        # What Debian's own nginx.conf says around the files of conf.d.
        conf = self.folder.write("nginx.conf", (
            f"daemon off; master_process off; pid {self.folder / 'nginx.pid'};\n"
            f"error_log {self.folder / 'error.log'} warn;\nevents {{ worker_connections 256; }}\n"
            f"http {{\n  access_log off;\n{temporary}  include {self.folder / 'site.conf'};\n}}\n"))
        self.start(self.name, ["nginx", "-p", self.folder.path, "-e", self.folder / "error.log", "-c", conf])


class Envoy(Proxy):
    name = "envoy"

    @staticmethod
    def version(programs):
        return harness.version_of([programs["envoy"], "--version"], r"/([0-9]+\.[0-9.]+)/")

    def run(self, programs):
        conf = self.folder.write("envoy.yaml", self.shipped("envoy/envoy.yaml", {
            "/run/postern/http.sock": self.ask_at, "port_value: 8080": f"port_value: {self.port}",
            "port_value: 9000": f"port_value: {self.origin.port}",
            "port_value: 9901": f"port_value: {harness.free_port()}"}))
        # A base id of its own: another Envoy of the machine is left alone.
        self.start(self.name, [programs["envoy"], "-c", conf, "--base-id", str(self.port), "--concurrency", "1"])


class Caddy(Proxy):
    name = "caddy"
    unavailable = {502, 504}

    @staticmethod
    def version(_):
        return harness.version_of(["caddy", "version"], r"v?([0-9]+\.[0-9.]+)")

    def run(self):
        conf = self.folder.write("Caddyfile", self.shipped("caddy/Caddyfile", {
            "/run/postern/http.sock": self.ask_at, "127.0.0.1:8080": f"127.0.0.1:{self.port}",
            "127.0.0.1:9000": f"127.0.0.1:{self.origin.port}"}))
        home = {"HOME": str(self.folder.path), "XDG_DATA_HOME": str(self.folder / "data"),
                "XDG_CONFIG_HOME": str(self.folder / "config")}
        self.start(self.name, ["caddy", "run", "--config", conf, "--adapter", "caddyfile"], home)


class Traefik(Proxy):
    name = "traefik"
    unavailable = {500}
    # Traefik waits 30 s for an answer, and has no option for less.
    hung_seconds_max = 35

    @staticmethod
    def version(programs):
        return harness.version_of([programs["traefik"], "version"], r"Version:\s+v?([0-9.]+)")

    def run(self, programs):
        dynamic = self.folder.write("dynamic.yml", self.shipped("traefik/dynamic.yml", {
            "http://127.0.0.1:8180": f"http://127.0.0.1:{self.ask_at}",
            "http://127.0.0.1:9000": f"http://127.0.0.1:{self.origin.port}"}))
        static = self.folder.write("traefik.yml", self.shipped("traefik/traefik.yml", {
            "127.0.0.1:8080": f"127.0.0.1:{self.port}", "/etc/traefik/dynamic.yml": dynamic}))
        self.start(self.name, [programs["traefik"], f"--configFile={static}"], {"POSTERN_HTTP_TOKEN": SECRET})
        # It listens before it has read its routes.
        harness.wait_until("traefik has its routes", lambda: harness.ask(self.port, "GET", "/healthz").status == 200)


class HAProxy(Proxy):
    """The Lua file."""

    name = "haproxy (Lua)"

    @staticmethod
    def version(_):
        return harness.version_of(["haproxy", "-v"], r"version ([0-9.]+)")

    def run(self):
        self.run_with(self.port, harness.free_port())

    def run_with(self, lua_port, spoe_port):
        lua = self.folder.write("postern.lua", self.shipped("haproxy/postern.lua", {
            "/run/postern/http.sock": self.ask_at}))
        spoe = self.folder.write("spoe.conf", self.shipped("haproxy/spoe.conf", {}))
        conf = self.folder.write("haproxy.cfg", self.shipped("haproxy/haproxy.cfg", {
            "/etc/haproxy/postern.lua": lua, "/etc/haproxy/spoe.conf": spoe,
            "/run/postern/spoe.sock": self.ask_at, "127.0.0.1:8080": f"127.0.0.1:{lua_port}",
            "127.0.0.1:8081": f"127.0.0.1:{spoe_port}", "127.0.0.1:9000": f"127.0.0.1:{self.origin.port}"}))
        self.start("haproxy", ["haproxy", "-f", conf, "-db"])


class SPOE(HAProxy):
    """The agent, on a socket and in a protocol of its own."""

    name = "haproxy (SPOE)"
    asks_http = False

    def run(self):
        self.run_with(harness.free_port(), self.port)


#: A case: what it is called, the request, and what has to come of it.
#: `reaches` is the method and path that the origin must see; `None` when it must see nothing.
CASES = [
    ("allowed", "GET", "/reports/1", [ALICE], None, {200}, ("GET", "/reports/1")),
    ("allowed, with a query", "GET", "/reports/1?a=b%20c", [ALICE], None, {200}, ("GET", "/reports/1?a=b%20c")),
    ("allowed, with a body", "POST", "/reports/1", [ALICE], b"text", {200}, ("POST", "/reports/1")),
    ("allowed, HEAD", "HEAD", "/reports/1", [ALICE], None, {200}, None),
    ("denied by policy", "DELETE", "/reports/1", [BOB], None, {403}, None),
    ("denied, with a body", "POST", "/reports/1", [BOB], b"text", {403}, None),
    ("denied, no route", "GET", "/admin", [ALICE], None, {403}, None),
    ("unauthenticated", "GET", "/reports/1", [], None, {401}, None),
    ("a wrong password", "GET", "/reports/1", [basic("alice", "guess")], None, {401}, None),
    ("nobody's name", "GET", "/reports/1", [basic("mallory", "x")], None, {401}, None),
    ("anonymous where it may be", "GET", "/public/a", [], None, {200}, ("GET", "/public/a")),
    ("what needs no permission", "GET", "/healthz", [], None, {200}, ("GET", "/healthz")),
    # Of two identities none is chosen: the service could read the other one.
    ("two identities, the last one right", "GET", "/reports/1", [basic("alice", "guess"), ALICE], None, {400, 401, 403}, None),
    ("two identities, the first one right", "GET", "/reports/1", [ALICE, basic("alice", "guess")], None, {400, 401, 403},
     None),
    ("two right identities", "GET", "/reports/1", [BOB, ALICE], None, {400, 401, 403}, None),
    ("two identities in one field", "GET", "/reports/1", [(ALICE[0], f"{BOB[1]}, {ALICE[1]}")], None, {400, 401, 403},
     None),
    ("two pieces in one field", "GET", "/reports/1", [(ALICE[0], f"Bearer x,{ALICE[1]}")], None, {400, 401, 403}, None),
    # One host that is no host; Caddy answers 200 for those that it does not serve.
    ("two hosts in one field", "GET", "/inside", [ALICE, ("Host", "other.example, inside.example")], None,
     {200, 400, 403, 404}, None),
    # A field that the proxy removes is gone before Postern is asked: a mapping may believe what the proxy alone says.
    ("an identity of one's own, believed by the mapping", "GET", "/said", [ALICE, ("X-Auth-User", "1")], None, {403}, None),
    # What a client says of its own request is replaced.
    ("another method said", "DELETE", "/reports/1", [BOB, ("X-Original-Method", "GET"), ("X-Forwarded-Method", "GET")],
     None, {403}, None),
    ("another path said", "GET", "/admin",
     [ALICE, ("X-Original-URI", "/reports/1"), ("X-Forwarded-Uri", "/reports/1")], None, {403}, None),
]

#: Paths that two programs could read two ways. None may reach the origin as something that is not allowed.
ODD_PATHS = [
    "/reports/../admin", "/reports/%2e%2e/admin", "/reports/..%2fadmin", "/admin/../reports/1", "//reports/1",
    "/reports//1", "/reports/./1", "/reports%2f1", "/reports/%5c..%5cadmin", "/reports/a%00b", "/reports/%zz",
    "/reports/%c0%ae", "/reports/1%0d%0aX-Auth-User:%20mallory", "/reports/..;/admin", "/%72eports/../admin",
    # Read in one way, nobody is asked about these.
    "/admin/../healthz", "/admin/%2e%2e/healthz", "/reports/1/%2e%2e/%2e%2e/healthz", "/admin/..%2fhealthz",
    "//healthz", "/%68ealthz", "/HEALTHZ", "/healthz/../admin", "/healthz/%2e%2e/admin", "/healthz;/../admin",
]


def is_safe(path):
    """Whether what the origin saw is what alice may read, however it is decoded and resolved, or needs no permission."""
    import posixpath
    import urllib.parse

    path = path.split("?")[0]
    if path == "/healthz":
        return True
    forms = {path, urllib.parse.unquote(path), urllib.parse.unquote(path).replace("\\", "/").replace(";", "")}
    return all(posixpath.normpath(form).startswith("/reports/") for form in forms)


def check(report, proxy, version, sidecar, relay):
    """The matrix of one proxy."""

    def row(case, expected, got, passed):
        report.add(proxy.name, version, case, expected, got, passed)

    for case, method, target, headers, body, statuses, reaches in CASES:
        before = len(proxy.origin.seen)
        answer = harness.ask(proxy.port, method, target, headers, body)
        seen = proxy.origin.seen[before:]
        came = (seen[0]["method"], seen[0]["path"]) if seen else None
        passed = answer.status in statuses and (came == reaches or method == "HEAD")
        if answer.status == 401:
            passed = passed and answer.headers.get("www-authenticate", "").startswith("Basic")
        if body and reaches:
            passed = passed and seen[0]["body"] == body.decode()
        row(case, f"{sorted(statuses)} {reaches or 'nothing'} at the origin",
            f"{answer.status} {came or 'nothing'}", passed)
    check_paths(proxy, row)
    check_identity(proxy, row)
    if isinstance(proxy, Traefik):
        check_secret(proxy, row)
    check_reuse(proxy, row, relay)
    check_outages(proxy, row, sidecar)


def check_paths(proxy, row):
    for path in ODD_PATHS:
        before = len(proxy.origin.seen)
        answer = harness.ask(proxy.port, "GET", path, [ALICE])
        seen = [request["path"] for request in proxy.origin.seen[before:]]
        passed = answer.status in {400, 403, 404, 301, 307, 308} and not seen or (
            answer.status == 200 and all(map(is_safe, seen)))
        row(f"odd path {path}", "refused, or read one way", f"{answer.status} {seen or 'nothing'}", passed)


def check_identity(proxy, row):
    """Nobody tells the service who he is but the sidecar."""
    spoofs = [("X-Auth-User", "mallory"), ("x-auth-user", "mallory")]
    for case, target, headers, expected in [
        ("an identity of one's own beside the right one", "/reports/1", [ALICE], ["alice"]),
        ("an identity of one's own and nobody's", "/public/a", [], []),
        ("an identity of one's own where none is asked for", "/healthz", [], []),
    ]:
        for spoof in spoofs:
            answer = harness.ask(proxy.port, "GET", target, [*headers, spoof])
            came = [value for name, value in (answer.reached or {}).get("headers", []) if name == "x-auth-user"]
            row(f"{case} ({spoof[0]})", f"200 {expected}", f"{answer.status} {came}",
                answer.status == 200 and [value for value in came if value] == expected)
    for spelling in ("X-Auth_User", "X_Auth-User", "X_Auth_User", "x_auth_user"):
        for target, headers, expected in (
                ("/reports/1", [ALICE], ["alice"]), ("/public/a", [], []), ("/healthz", [], [])):
            answer = harness.ask(proxy.port, "GET", target, [*headers, (spelling, "mallory")])
            came = identities(answer)
            row(f"an identity with an underscore ({spelling} at {target})", f"refused, or 200 {expected}",
                f"{answer.status} {came}", is_refused(answer) or answer.status == 200 and came == expected)
    # A field that `Connection` names ends at the next program: it must not take the sidecar's own with it.
    for fields in ([("Connection", "close, X-Auth-User")], [("Connection", "close"), ("Connection", "x-auth-user")],
                   [("Connection", "X-Auth-User, close"), ("X_Auth_User", "mallory")],
                   [("Connection", "close, X-Auth-User, X_Auth_User"), ("X_Auth_User", "mallory")]):
        answer = harness.ask(proxy.port, "GET", "/reports/1", [ALICE, *fields])
        came = identities(answer)
        case = ", ".join(f"{name}: {value}" for name, value in fields)
        row(f"an identity dropped ({case})", "refused, or 200 ['alice']", f"{answer.status} {came}",
            is_refused(answer) or answer.status == 200 and came == ["alice"])


def is_refused(answer):
    return answer.status in {400, 403} and answer.reached is None


def identities(answer):
    """The identities that reached the origin, in every spelling that CGI and WSGI services take for the same."""
    return [value for name, value in (answer.reached or {}).get("headers", [])
            if name.replace("_", "-") == "x-auth-user" and value]


def check_secret(proxy, row):
    """Any process can reach a port of the loopback address: only who shows the secret is told anything."""
    question = [ALICE, ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/reports/1"), ("X-Forwarded-Host", "x")]
    for case, route in [("no secret", "/v1/forward-auth"), ("no secret in its place", "/t//v1/forward-auth"),
                        ("a wrong secret", "/t/0123456789abcdef0123456789abcdef/v1/forward-auth")]:
        answer = harness.ask(proxy.ask_at, "GET", route, question)
        row(f"another process asks with {case}", "401", answer.status, answer.status == 401)


def check_reuse(proxy, row, relay):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
    connections, statuses = relay.connections, set()
    for _ in range(REUSE_REQUESTS):
        connection.request("GET", "/reports/1", headers=dict([ALICE]))
        response = connection.getresponse()
        response.read()
        statuses.add(response.status)
    connection.close()
    made = relay.connections - connections
    row(f"connections to the sidecar for {REUSE_REQUESTS} requests", f"at most {proxy.connections_max}", made,
        statuses == {200} and made <= proxy.connections_max)


def check_outages(proxy, row, sidecar):
    expected = f"{sorted(proxy.unavailable)} nothing at the origin"

    def ask(case, expected_statuses, expected_text, seconds_max):
        before, start = len(proxy.origin.seen), time.monotonic()
        answer = harness.ask(proxy.port, "GET", "/reports/1", [ALICE], timeout=seconds_max + 10)
        seconds = time.monotonic() - start
        reached = len(proxy.origin.seen) > before
        allowed = 200 in expected_statuses
        row(case, expected_text, f"{answer.status} {'reached' if reached else 'nothing'} after {seconds:.1f} s",
            answer.status in expected_statuses and reached == allowed and seconds < seconds_max)

    sidecar.hang()
    try:
        ask("the sidecar hangs", proxy.unavailable, f"{expected} within {proxy.hung_seconds_max} s",
            proxy.hung_seconds_max)
    finally:
        sidecar.go_on()
    sidecar.stop()
    try:
        ask("the sidecar is down", proxy.unavailable, expected, 10)
    finally:
        sidecar.start()
    # A proxy may remember for a moment that nobody was there.
    harness.wait_until(
        "the proxy asks again", lambda: harness.ask(proxy.port, "GET", "/reports/1", [ALICE]).status == 200, 10)
    ask("the sidecar is back", {200}, "[200] reached", 10)
