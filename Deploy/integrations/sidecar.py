"""The sidecar of the matrix: the real `postern serve`, over the example store with this run's paths in it."""

import base64
import hashlib
import json
import pathlib
import secrets
import shutil
import signal
import socket

import harness

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"

#: Those of the example's file.
PASSWORDS = {"alice": "correct horse battery staple", "bob": "tell me a secret"}

#: What callers on the loopback port show: anybody can reach it.
SECRET = secrets.token_hex(16)

#: Beside the example's: one for a host, and one that believes a field that no client may say.
ROUTES = [
    {"Methods": ["GET"], "Host": "inside.example", "Path": "/inside", "Action": "reports:Read",
     "Resource": "arn:aws:reports:::report/1"},
    {"Methods": ["GET"], "Path": "/said", "Action": "reports:Read",
     "Resource": "arn:aws:reports:::report/{header.x-auth-user}"},
]


class Sidecar:
    """A sidecar that can be stopped, hung and started again at the same addresses."""

    def __init__(self, folder, postern, flags=()):
        self.folder = folder
        self.postern = postern
        self.flags = list(flags)
        self.socket = str(folder / "native.sock")
        self.http = str(folder / "http.sock")
        self.spoe = str(folder / "spoe.sock")
        self.port = harness.free_port()
        self.store = folder / "store"
        shutil.copytree(EXAMPLES / "store", self.store)
        self.secret_file = folder.write("token", SECRET + "\n")
        self.secret_file.chmod(0o600)
        self.users = cheaper(EXAMPLES / "users", folder / "users")
        mapping = self.store / "mappings" / "http.json"
        text = json.loads(harness.shipped(mapping, {"/etc/postern/users": self.users}))
        text["Routes"] += ROUTES
        mapping.write_text(json.dumps(text))
        self.process = None

    def start(self):
        self.process = self.folder.start(
            "postern",
            [self.postern, "serve", "--store", self.store, "--socket", self.socket, "--http-socket", self.http,
             "--http-listen", f"127.0.0.1:{self.port}", "--http-token-file", self.secret_file,
             "--spoe-socket", self.spoe, "--http-deadline", "2000", *self.flags])
        for address in (self.socket, self.http, self.port, self.spoe):
            harness.wait_until(
                f"the sidecar listens on {address}", lambda a=address: harness.can_connect(a), process=self.process)
        return self

    def stop(self):
        self.process.stop()

    def hang(self):
        """Stops every thread, and waits until they have stopped."""
        self.process.send(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.process.child.pid}/task")
        harness.wait_until("the sidecar hangs", lambda: all(
            (task / "stat").read_text().rpartition(")")[2].split()[0] == "T" for task in tasks.iterdir()))

    def go_on(self):
        self.process.send(signal.SIGCONT)

    def authorize(self, principal, action, resource):
        """One question on the native socket, as a service of one's own would ask."""
        return NativeClient(self.socket).authorize(principal, action, resource)


def cheaper(source, target):
    """The same names and passwords at the lowest cost: a debug build takes half a second for the shipped one."""
    lines = []
    for line in source.read_text().splitlines():
        name, colon, rest = line.partition(":$scrypt$")
        if colon:
            salt = rest.split("$")[1]
            password = PASSWORDS[name].encode()
            key = hashlib.scrypt(password, salt=base64.b64decode(salt + "=="), n=1 << 10, r=8, p=1, dklen=32)
            line = f"{name}:$scrypt$ln=10,r=8,p=1${salt}${base64.b64encode(key).decode().rstrip('=')}"
        lines.append(line)
    target.write_text("\n".join(lines) + "\n")
    return target


class NativeClient:
    """The native protocol: a JSON object and a NUL each way."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.replies = self.socket.makefile("rb")

    def authorize(self, principal, action, resource):
        call = {"method": "io.postern.Authorize",
                "parameters": {"principal": principal, "action": action, "resource": resource}}
        self.socket.sendall(json.dumps(call).encode() + b"\0")
        reply = bytearray()
        while not reply.endswith(b"\0"):
            reply += self.replies.read(1)
        return json.loads(reply[:-1])["parameters"]["allowed"]


def basic(user, password):
    """The header of a name with a password."""
    return ("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
