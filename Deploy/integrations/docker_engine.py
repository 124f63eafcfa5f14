"""Docker Engine with the shipped plugin configuration, in a mount namespace of its own: no file of the system changes."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import time

import certificates
import harness

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
NAME = "docker engine"

#: The engine shows the plugin bodies up to 1,048,575 bytes, and hides longer ones.
HIDDEN_BODY_BYTES = 1_048_576


class Engine:
    def __init__(self, folder, sidecar, credentials):
        self.folder, self.sidecar, self.credentials = folder, sidecar, credentials
        self.socket = str(folder / "docker.sock")
        self.port = harness.free_port()
        self.process = None

    def start(self):
        """dockerd as root, alone with its `/etc` and `/run`: its plugin's `.spec` has to lie in `/etc/docker/plugins`."""
        spec = self.folder.write("postern.spec", harness.shipped(
            DEPLOY / "docker-engine/postern.spec", {"/run/postern/http.sock": self.sidecar.http}))
        config = shutil.copy(DEPLOY / "docker-engine/daemon.json", self.folder / "daemon.json")
        layers = self.folder / "etc"
        for name in ("upper", "work"):
            (layers / name).mkdir(parents=True)
        script = self.folder.write("dockerd.sh", f"""set -e
mount -t tmpfs tmpfs {layers}
mkdir {layers}/upper {layers}/work
mount -t overlay overlay -o lowerdir=/etc,upperdir={layers}/upper,workdir={layers}/work /etc
mount -t tmpfs tmpfs /run
mkdir -p /etc/docker/plugins
cp {spec} /etc/docker/plugins/postern.spec
exec dockerd -H unix://{self.socket} -H tcp://127.0.0.1:{self.port} --tlsverify \\
  --tlscacert {self.credentials.authority} --tlscert {self.credentials.server.certificate} \\
  --tlskey {self.credentials.server.key} --config-file {config} \\
  --data-root {self.folder / 'data'} --exec-root {self.folder / 'exec'} --pidfile {self.folder / 'docker.pid'} \\
  --iptables=false --ip6tables=false --bridge=none --storage-driver=vfs
""")
        self.process = self.folder.start("dockerd", ["unshare", "--mount", "--propagation", "private", "sh", script])
        harness.wait_until("dockerd answers", self.answers, 60, self.process)

    def answers(self):
        try:
            return harness.ask(self.socket, "GET", "/_ping").status == 200
        except OSError:
            return False

    def call(self, method, target, body=None, headers=(), timeout=60):
        """One call on the engine's own socket; a body that is no bytes goes as JSON."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        fields = list(headers) or ([("Content-Type", "application/json")] if body is not None else [])
        if body is None and method == "POST":
            fields.append(("Content-Length", "0"))
        return harness.ask(self.socket, method, target, fields, body, timeout)

    def call_tls(self, credentials, method, target, body=None, headers=()):
        context = ssl.create_default_context(cafile=self.credentials.authority)
        context.check_hostname = False
        if credentials:
            context.load_cert_chain(credentials.certificate, credentials.key)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            return harness.Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def exists(self, name):
        return self.call("GET", f"/containers/{name}/json").status == 200


def check(report, stack, sidecar):
    if os.geteuid() != 0:
        raise harness.Skip("dockerd has to be started as root")
    for program in ("dockerd", "unshare", "openssl"):
        if shutil.which(program) is None:
            raise harness.Skip(f"there is no {program}")
    version = harness.version_of(["dockerd", "--version"], r"version ([0-9.]+)")
    folder = harness.Folder(stack)
    credentials = certificates.make(folder, clients=["ci", "mallory", "", IMAGE_MAKER])
    allow_imports(sidecar)
    engine = Engine(folder, sidecar, credentials)
    try:
        engine.start()
    except RuntimeError as error:
        raise harness.Skip(f"dockerd does not start: {error}") from None

    def row(case, expected, got, passed):
        report.add(NAME, version, case, expected, got, passed)

    make_image(engine, folder, credentials, row)
    check_bodies(engine, row)
    check_host(engine, row)
    check_targets(engine, row)
    check_users(engine, credentials, row)
    check_run(engine, row)
    check_command_line(engine, row)
    check_restart(engine, sidecar, row)


#: A TLS client of the matrix alone, who brings the image in.
IMAGE_MAKER = "image-maker"


def allow_imports(sidecar):
    """Lets a user import images who is not in the shipped store: it has nobody who may."""
    sidecar.stop()
    user = {"UserName": IMAGE_MAKER, "UserPolicyList": [{"PolicyName": "imports", "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "docker:ImageImport", "Resource": "*"}}}]}
    users = next(sidecar.store.glob("accounts/*/users"))
    (users / f"{IMAGE_MAKER}.json").write_text(json.dumps(user))
    sidecar.start()


def make_image(engine, folder, credentials, row):
    """An image of nothing but busybox, as a stream."""
    root = folder / "rootfs" / "bin"
    root.mkdir(parents=True)
    busybox = shutil.which("busybox") or "/bin/busybox"
    shutil.copy(busybox, root / "busybox")
    archive = subprocess.run(
        ["tar", "-C", str(folder / "rootfs"), "-c", "."], capture_output=True, check=True).stdout
    import_box = ("POST", "/images/create?fromSrc=-&repo=box", archive, [("Content-Type", "application/x-tar")])
    answer = engine.call(*import_box)
    row("an image that the local user brings in", "403", f"{answer.status} {message(answer)}", answer.status == 403)
    answer = engine.call_tls(credentials.clients[IMAGE_MAKER], *import_box)
    row("an image comes in as a stream", "200", answer.status, answer.status == 200)


COMMAND = {"Image": "box", "Cmd": ["/bin/busybox", "echo", "hello"]}


def create(host=None, **more):
    return {**COMMAND, **({"HostConfig": host} if host is not None else {}), **more}


def padded(length):
    """A privileged container in a body of exactly so many bytes."""
    body = create({"Privileged": True}, Labels={"x": ""})
    body["Labels"]["x"] = "x" * (length - len(json.dumps(body)))
    return json.dumps(body)


def chunked(text):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (text.encode(), b""))


#: What is called, the body, and whether a container may come of it.
BODIES = [
    ("a container like any other", create(), True),
    ("one without a network", create({"NetworkMode": "none"}), True),
    ("a privileged one", create({"Privileged": True}), False),
    ("one with a folder of the host (Binds)", create({"Binds": ["/etc:/x"]}), False),
    ("one with a folder of the host (Mounts)",
     create({"Mounts": [{"Type": "bind", "Source": "/etc", "Target": "/x"}]}), False),
    ("one with a volume that is a folder of the host",
     create({"Mounts": [{"Type": "volume", "Target": "/x", "VolumeOptions": {"DriverConfig": {
         "Name": "local", "Options": {"type": "none", "o": "bind", "device": "/etc"}}}}]}), False),
    ("one with capabilities", create({"CapAdd": ["SYS_ADMIN"]}), False),
    ("one with a capability that is no list", create({"CapAdd": "SYS_ADMIN"}), False),
    ("one in the host's network", create({"NetworkMode": "host"}), False),
    ("one among the host's processes", create({"PidMode": "host"}), False),
    ("a privileged one, beside HostConfig", create(Privileged=True), False),
    ("a privileged one, in other letters", '{"Image":"box","Cmd":["x"],"hostconfig":{"PRIVILEGED":true}}', False),
    ("a folder of the host, with a long s", '{"Image":"box","Cmd":["x"],"HostConfig":{"bind\u017f":["/etc:/x"]}}', False),
    ("the host's network, with a Kelvin sign",
     '{"Image":"box","Cmd":["x"],"HostConfig":{"Networ\u212amode":"host"}}', False),
    ("two HostConfigs", '{"Image":"box","Cmd":["x"],"HostConfig":{"Privileged":true},"hostConfig":{}}', False),
    ("a member twice", '{"Image":"box","Cmd":["x"],"HostConfig":{"Privileged":true,"Privileged":false}}', False),
    ("more behind the body", json.dumps(create()) + " x", False),
    ("a privileged one in the largest body that is shown", padded(HIDDEN_BODY_BYTES - 1), False),
    ("a privileged one in a body that is not shown", padded(HIDDEN_BODY_BYTES), False),
]


def check_bodies(engine, row):
    for number, (case, body, may_be) in enumerate(BODIES):
        name = f"body{number}"
        answer = engine.call("POST", f"/v1.41/containers/create?name={name}", body)
        row(f"create: {case}", "201" if may_be else "403, no container", f"{answer.status} {message(answer)}",
            answer.status == (201 if may_be else 403) and engine.exists(name) == may_be)
    for case, headers, body in [
        ("create: chunked, in a body that is not shown",
         [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")], chunked(padded(HIDDEN_BODY_BYTES))),
        ("create: as no JSON by its type", [("Content-Type", "text/plain")], json.dumps(create({"Privileged": True}))),
    ]:
        answer = raw(engine, "POST", "/v1.41/containers/create?name=hidden", headers, body)
        row(case, "no container", f"{answer.status} {message(answer)}",
            answer.status >= 400 and not engine.exists("hidden"))
    # The engine hides every body whose URI ends so.
    answer = engine.call("POST", "/containers/create?name=hidden&x=/auth", create({"Privileged": True}))
    row("create: with a target that ends in /auth", "no container", f"{answer.status} {message(answer)}",
        answer.status >= 400 and not engine.exists("hidden"))
    for case, target, body, expected in [
        ("exec in a container", "/containers/body0/exec", {"Cmd": ["x"]}, {201, 409}),
        ("a privileged exec", "/containers/body0/exec", {"Cmd": ["x"], "Privileged": True}, {403}),
        ("a volume", "/volumes/create", {"Name": "v1"}, {201}),
        ("a volume that is a folder of the host", "/volumes/create",
         {"Name": "v2", "Driver": "local", "DriverOpts": {"type": "none", "o": "bind", "device": "/etc"}}, {403}),
        ("a network, which no policy allows", "/networks/create", {"Name": "n"}, {403}),
        ("a start with a configuration, as before 1.24", "/v1.23/containers/body0/start", {"Privileged": True}, {403}),
        ("a pull whose image a form replaces", "/images/create?fromImage=good", None, {403}),
    ]:
        form = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Type", "text/plain")]
        answer = (engine.call("POST", target, body) if body is not None
                  else raw(engine, "POST", target, form, b"fromImage=evil"))
        row(case, str(sorted(expected)), f"{answer.status} {message(answer)}", answer.status in expected)


def volume_of(driver, **options):
    return {"Type": "volume", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Name": driver, "Options": options}}}


#: What else of a container's settings reaches the host. All of it is denied, in a create and in an update.
REACHES_THE_HOST = [
    {"Privileged": True}, {"Binds": ["/etc:/x"]}, {"Binds": ["/srv/../etc:/x"]}, {"Binds": ["/var/run/docker.sock:/x"]},
    {"Mounts": [{"Type": "bind", "Source": "/", "Target": "/x"}]},
    {"Mounts": [{"Type": "npipe", "Source": "", "Target": "/x"}]},
    {"Mounts": [{"Type": "cluster", "Source": "", "Target": "/x"}]},
    {"Mounts": [volume_of("local", type="ext4", device="/dev/sda")]}, {"Mounts": [volume_of("mine", mountpoint="/etc")]},
    {"Devices": [{"PathOnHost": "/dev/sda", "PathInContainer": "/dev/sda", "CgroupPermissions": "rwm"}]},
    {"DeviceCgroupRules": ["b *:* rwm"]}, {"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]},
    {"DeviceRequests": [{}]},
    {"SecurityOpt": ["seccomp=unconfined"]}, {"SecurityOpt": ["seccomp:unconfined"]}, {"SecurityOpt": ["seccomp={}"]},
    {"SecurityOpt": ["apparmor=unconfined"]}, {"SecurityOpt": ["label=disable"]}, {"SecurityOpt": ["label:type:spc_t"]},
    {"SecurityOpt": ["no-new-privileges", "apparmor=unconfined"]}, {"SecurityOpt": ["no-new-privileges=false"]},
    {"SecurityOpt": ["systempaths=unconfined"]},
    {"MaskedPaths": []}, {"ReadonlyPaths": []}, {"MaskedPaths": ["/proc/kcore"]},
    {"CapAdd": ["ALL"]}, {"CapAdd": ["cap_sys_ptrace"]}, {"CapAdd": ["CHOWN", "SYS_MODULE"]},
    {"NetworkMode": "host"}, {"NetworkMode": "container:body0"}, {"NetworkMode": "HOST_ID"},
    {"PidMode": "host"}, {"PidMode": "container:body0"},
    {"IpcMode": "host"}, {"IpcMode": "container:body0"},
    {"UTSMode": "host"}, {"UsernsMode": "host"}, {"CgroupnsMode": "host"}, {"Cgroup": "container:body0"},
    {"CgroupParent": "/system.slice"}, {"Runtime": "io.containerd.runc.v2"}, {"Runtime": "mine"}, {"Isolation": "process"},
    {"VolumesFrom": ["body0"]}, {"VolumeDriver": "mine"},
    {"Sysctls": {"kernel.core_pattern": "|/x"}}, {"Sysctls": {"net.core.somaxconn": "1", "vm.overcommit_memory": "1"}},
    {"Annotations": {"run.oci.keep_original_groups": "1"}},
    {"LogConfig": {"Type": "syslog", "Config": {"syslog-address": "unix:///run/docker.sock"}}},
    {"LogConfig": {"Type": "fluentd", "Config": {"fluentd-address": "unix:///run/docker.sock"}}},
]

#: What leaves the host alone, however it is written.
HARMLESS = [
    {"CapDrop": ["ALL"], "CapAdd": ["CHOWN", "cap_setuid"]}, {"SecurityOpt": ["no-new-privileges"]},
    {"SecurityOpt": ["no-new-privileges:true"]}, {"Binds": ["data:/x"]},
    {"Mounts": [{"Type": "tmpfs", "Target": "/y"}]},
    {"Tmpfs": {"/x": ""}}, {"IpcMode": "private"}, {"NetworkMode": "bridge"}, {"LogConfig": {"Type": "json-file"}},
    {"Sysctls": {"net.ipv4.ip_unprivileged_port_start": "0"}}, {"VolumeDriver": "local"}, {"ReadonlyRootfs": True},
    {"Memory": 67108864, "RestartPolicy": {"Name": "on-failure"}}, {"Devices": [], "SecurityOpt": None, "CapAdd": []},
    {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, "GroupAdd": ["audio"]},
]


def denied(answer):
    return answer.status == 403 and "by plugin postern" in message(answer)


def check_host(engine, row):
    """Whether the shipped policy leaves the host alone."""
    host_id = host_network(engine)
    for number, settings in enumerate(REACHES_THE_HOST):
        settings = {key: host_id if value == "HOST_ID" else value for key, value in settings.items()}
        answers = []
        for name, body in [("in", create(settings)), ("beside", create(**settings))]:
            name = f"reach{number}{name}"
            answers.append((engine.call("POST", f"/v1.41/containers/create?name={name}", body), engine.exists(name)))
        answers.append((engine.call("POST", "/v1.41/containers/body0/update", settings), False))
        row(f"reaches the host: {json.dumps(settings)[:60]}", "403 in HostConfig, beside it, in an update",
            " ".join(f"{answer.status}" for answer, _ in answers),
            all(denied(answer) and not exists for answer, exists in answers))
    for number, settings in enumerate(HARMLESS):
        answer = engine.call("POST", f"/v1.41/containers/create?name=harmless{number}", create(settings))
        row(f"harmless: {json.dumps(settings)[:60]}", "201", f"{answer.status} {message(answer)}", answer.status == 201)
    # A network that is joined beside `NetworkMode`, by its name and by its id.
    for case, network in [("name", "host"), ("id", host_id)]:
        answer = engine.call("POST", f"/v1.41/containers/create?name=joined_{case}", {
            **create(), "NetworkingConfig": {"EndpointsConfig": {network: {}}}})
        row(f"reaches the host: its network as an endpoint, by {case}", "403", f"{answer.status} {message(answer)}",
            denied(answer) and not engine.exists(f"joined_{case}"))
    tar = [("Content-Type", "application/x-tar")]
    for case, method, target, body, headers in [
        ("a build in its network", "POST", "/v1.41/build?networkmode=host", b"", tar),
        ("any build", "POST", "/v1.41/build", b"", tar),
        ("an image that is loaded", "POST", "/v1.41/images/load", b"", tar),
        ("an image from an address", "POST", "/v1.41/images/create?fromSrc=http://127.0.0.1:1/&repo=x", None, ()),
        ("BuildKit", "POST", "/v1.41/session", None, ()),
        ("its swarm, whose inspection has the tokens to join", "GET", "/v1.41/swarm", None, ()),
        ("the key of its swarm", "GET", "/v1.41/swarm/unlockkey", None, ()),
        ("a service", "POST", "/v1.41/services/create", {"Name": "x"}, ()),
        ("a plugin", "POST", "/v1.41/plugins/pull?remote=x", [], ()),
        ("a container put into its network later", "POST", "/v1.41/networks/host/connect", {"Container": "body0"}, ()),
        ("a volume of a driver that anybody may have written", "POST", "/v1.41/volumes/create",
         {"Name": "v3", "Driver": "mine"}, ()),
        ("a volume that is a disk", "POST", "/v1.41/volumes/create",
         {"Name": "v4", "DriverOpts": {"type": "ext4", "device": "/dev/sda"}}, ()),
    ]:
        answer = engine.call(method, target, body, headers)
        row(f"reaches the host: {case}", "403", f"{answer.status} {message(answer)}", denied(answer))


def host_network(engine):
    """The id of the host's network, which is as good as its name."""
    return json.loads(engine.call("GET", "/v1.41/networks/host").body)["Id"]


def raw(engine, method, target, headers, body):
    """A request with headers of its own; a chunked body is given as it goes out."""
    if any(name == "Transfer-Encoding" for name, _ in headers):
        connection = harness.UnixConnection(engine.socket, 60)
        connection.putrequest(method, target)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(body)
        response = connection.getresponse()
        answer = harness.Answer(response.status, response.getheaders(), response.read())
        connection.close()
        return answer
    return harness.ask(engine.socket, method, target, headers, body if isinstance(body, bytes) else body.encode(), 60)


def message(answer):
    try:
        return json.loads(answer.body)["message"][:90]
    except (ValueError, KeyError, TypeError):
        return ""


def check_targets(engine, row):
    privileged, plain = create({"Privileged": True}), create()
    for number, target in enumerate([
        "/containers/create?name=", "/v1.41/%63ontainers/create?name=", "/containers%2Fcreate?name=",
        "http://evil/v1.41/containers/create?name=", "/%76%31.41/containers/create?name=",
    ]):
        name = f"target{number}"
        denied = engine.call("POST", target + name + "p", privileged)
        allowed = engine.call("POST", target + name, plain)
        row(f"target {target}", "403 if privileged, else 201", f"{denied.status}, {allowed.status}",
            denied.status == 403 and allowed.status == 201 and not engine.exists(name + "p"))
    for target in [
        "//containers/create?name=x", "/containers/../containers/create?name=x", "/containers/%2e%2e/containers/create",
        "/v01.041/containers/create?name=x", "/v1.41/containers/create?name=x&name=y",
    ]:
        answer = engine.call("POST", target, plain)
        row(f"target {target}", "no container", answer.status, answer.status >= 300 and not engine.exists("x"))
    answer = engine.call("POST", "/containers/body0/copy", {"Resource": "/etc"})
    row("a call that nobody knows", "403", f"{answer.status} {message(answer)}", answer.status == 403)


def check_users(engine, credentials, row):
    for case, client, method, target, expected in [
        ("TLS user ci looks", "ci", "GET", "/containers/json", 200),
        ("TLS user ci may not start", "ci", "POST", "/containers/body0/start", 403),
        ("TLS user nobody knows", "mallory", "GET", "/containers/json", 403),
        ("TLS user without a name is not the local one", "", "GET", "/containers/json", 403),
    ]:
        answer = engine.call_tls(credentials.clients[client], method, target)
        row(case, str(expected), f"{answer.status} {message(answer)}", answer.status == expected)
    try:
        engine.call_tls(None, "GET", "/_ping")
        row("TLS without a certificate", "no connection", "an answer", False)
    except (ssl.SSLError, OSError) as error:
        row("TLS without a certificate", "no connection", type(error).__name__, True)


def check_run(engine, row):
    """A container that runs, to the end."""
    engine.call("POST", "/containers/create?name=run", create({"NetworkMode": "none"}))
    start = engine.call("POST", "/containers/run/start")
    wait = engine.call("POST", "/containers/run/wait")
    logs = engine.call("GET", "/containers/run/logs?stdout=1")
    row("a container runs", "204, status 0, hello", f"{start.status}, {wait.body.decode().strip()}, {logs.body[8:]!r}",
        start.status == 204 and json.loads(wait.body)["StatusCode"] == 0 and b"hello" in logs.body)


def check_command_line(engine, row):
    """The client that people use, whose calls have all kinds of headers."""
    if shutil.which("docker") is None:
        return row("the docker command", "it is there", "it is not", False)
    for words, says in [
        (["version", "--format", "{{.Server.Version}}"], "20."),
        (["ps", "-a", "--format", "{{.Names}}"], "run"),
        (["tag", "box", "box:2"], ""),
        (["rename", "body1", "renamed"], ""),
        (["commit", "renamed", "box:3"], "sha256:"),
        (["run", "--rm", "--network", "none", "box", "/bin/busybox", "echo", "from the command line"], "from the command"),
        (["run", "--rm", "--network", "none", "--security-opt", "no-new-privileges", "--cap-drop", "ALL", "--cap-add",
          "chown", "-v", "data:/x", "--tmpfs", "/y", "--read-only", "--init=false", "--memory", "64m", "box",
          "/bin/busybox", "echo", "with options"], "with options"),
        (["create", "--name", "made", "box", "/bin/busybox"], ""),
        (["update", "--restart", "on-failure", "made"], "made"),
    ]:
        done = docker(engine, words)
        expected = says if not (words[0] == "version") else ""
        row(f"docker {' '.join(words[:2])}", "status 0", f"{done.returncode} {(done.stdout + done.stderr).strip()[:80]}",
            done.returncode == 0 and expected in done.stdout)
    for words in [["run", "--rm", "--privileged", "box", "x"], ["run", "--rm", "-v", "/etc:/x", "box", "x"],
                  ["run", "--security-opt", "systempaths=unconfined", "box", "x"],
                  ["run", "--device", "/dev/null", "box", "x"], ["run", "--gpus", "all", "box", "x"],
                  ["run", "--ipc", "host", "box", "x"], ["run", "--volumes-from", "made", "box", "x"],
                  ["network", "create", "n"]]:
        done = docker(engine, words)
        row(f"docker {' '.join(words[:3])}", "denied by the plugin", f"{done.returncode} {done.stderr.strip()[:80]}",
            done.returncode != 0 and "authorization denied by plugin postern" in done.stderr)
    # There is no registry to be reached: the plugin lets it through, and the engine fails.
    done = docker(engine, ["pull", "127.0.0.1:1/nothing:1"])
    row("docker pull", "let through by the plugin", done.stderr.strip()[:80], "denied by plugin" not in done.stderr)


def docker(engine, words):
    environment = {**os.environ, "DOCKER_HOST": f"unix://{engine.socket}", "DOCKER_CONFIG": str(engine.folder / "cli")}
    environment.pop("DOCKER_CONTEXT", None)
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=120, env=environment)


def check_restart(engine, sidecar, row):
    """The engine opens a new connection to a sidecar that was restarted; to one that is away it says 500 after 15 s."""
    sidecar.stop()
    sidecar.start()
    answer = engine.call("GET", "/containers/json")
    row("the sidecar was restarted under the engine", "200", answer.status, answer.status == 200)
    sidecar.stop()
    try:
        start = time.monotonic()
        answer = engine.call("GET", "/containers/json", timeout=60)
        seconds = time.monotonic() - start
        row("the sidecar is down", "500", f"{answer.status} after {seconds:.1f} s", answer.status == 500)
    finally:
        sidecar.start()
    answer = engine.call("GET", "/containers/json")
    row("the sidecar is back", "200", answer.status, answer.status == 200)
