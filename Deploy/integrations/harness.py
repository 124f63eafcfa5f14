"""What every part of the matrix uses: processes that are ours, an origin that tells what reached it, and the report."""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time

# How long a program may take to come up, in seconds: the machine may be busy.
START_SECONDS_MAX = 30
# How long a stopped program may take to end before it is killed, in seconds.
STOP_SECONDS_MAX = 10


class Skip(Exception):
    """What cannot be tried on this machine, with the reason."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, seconds=START_SECONDS_MAX, process=None):
    """Waits for a condition; a program that ends before it holds is a failure with its last words."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        if process is not None and not process.is_running:
            raise RuntimeError(f"{what}: {process.name} ended with {process.child.returncode}: {process.last_words}")
        time.sleep(0.05)
    raise RuntimeError(f"{what}: not within {seconds} s" + (f": {process.last_words}" if process else ""))


def can_connect(address):
    """Whether somebody listens: a path is a Unix socket, a number a port of the loopback address."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(1)
        with contextlib.suppress(OSError):
            probe.connect(address if isinstance(address, str) else ("127.0.0.1", address))
            return True
    return False


class Process:
    """A program that this run started, and nothing else: it is ended by its own process id."""

    def __init__(self, name, arguments, folder, environment=None):
        self.name = name
        self.log = pathlib.Path(folder, f"{name}.log")
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, env={**os.environ, **(environment or {})}, start_new_session=True)

    @property
    def is_running(self):
        return self.child.poll() is None

    @property
    def last_words(self):
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-5:])

    def send(self, what):
        self.child.send_signal(what)

    def stop(self):
        """Ends it, and what it started; a session of its own makes them one group."""
        if self.is_running:
            self.child.send_signal(signal.SIGCONT)
            self.child.terminate()
            try:
                self.child.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)


class Folder:
    """A folder of its own under /tmp, short enough for the paths of sockets, with everything that runs in it."""

    def __init__(self, stack, prefix="pi."):
        import tempfile

        self.path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
        self.stack = stack
        stack.callback(shutil.rmtree, self.path, ignore_errors=True)

    def __truediv__(self, name):
        return self.path / name

    def start(self, name, arguments, environment=None):
        process = Process(name, arguments, self.path, environment)
        self.stack.callback(process.stop)
        return process

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def shipped(path, replacements):
    """The text of a configuration as it is shipped, with this run's paths and ports in it.

    Each replacement has to be found: a configuration that changed is not tried by accident with its own paths.
    """
    text = pathlib.Path(path).read_text()
    for old, new in replacements.items():
        if old not in text:
            raise RuntimeError(f"{path} does not have `{old}`")
        text = text.replace(old, str(new))
    return text


class Origin:
    """The service behind the proxies: tells every caller what of its request arrived, and keeps it."""

    def __init__(self, stack):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = {
                    "method": self.command, "path": self.path, "body": body.decode(errors="replace"),
                    "headers": [[name.lower(), value] for name, value in self.headers.items()],
                }
                seen.append(request)
                text = json.dumps(request).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                """A proxy that drops an idle connection is no news."""

        server = Server(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)


class Relay:
    """Stands between a proxy and the sidecar and counts connections and requests."""

    def __init__(self, stack, listen, target):
        self.connections = 0
        self.requests = 0
        self.listen, self.target = listen, target
        family = socket.AF_UNIX if isinstance(listen, str) else socket.AF_INET
        self.server = socket.socket(family)
        if family == socket.AF_INET:
            self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(listen if family == socket.AF_UNIX else ("127.0.0.1", listen))
        self.server.listen(128)
        stack.callback(self.server.close)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        family = socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET
        upstream = socket.socket(family)
        try:
            upstream.connect(self.target if family == socket.AF_UNIX else ("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        back = threading.Thread(target=self.copy, args=(upstream, client, False), daemon=True)
        back.start()
        self.copy(client, upstream, True)

    def copy(self, source, sink, counts):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                # Every question is a request without a body, whose head ends once.
                self.requests += data.count(b"\r\n\r\n") if counts else 0
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Answer:
    """What a client got; `reached` is what the origin saw of it, `None` when it saw nothing."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body
        self.reached = None
        with contextlib.suppress(ValueError, TypeError):
            value = json.loads(body)
            self.reached = value if isinstance(value, dict) and "path" in value else None


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.unix_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.unix_path)


def ask(address, method, target, headers=(), body=None, timeout=20):
    """One request on a connection of its own; the target goes out as it stands, however odd."""
    connection = (
        UnixConnection(address, timeout) if isinstance(address, str)
        else http.client.HTTPConnection("127.0.0.1", address, timeout=timeout))
    try:
        # `http.client` refuses some odd targets, which are the point here.
        connection._validate_path = lambda _: None
        own_host = any(name.lower() == "host" for name, _ in headers)
        connection.putrequest(method, target, skip_host=own_host, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        # Whoever has made up his mind answers before he has read it all, and closes.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


class Report:
    """The matrix: a row a case."""

    def __init__(self):
        self.rows = []
        self.skips = []
        self.latencies = []

    def add(self, software, version, case, expected, got, passed):
        got = " ".join(str(got).split("\n"))
        self.rows.append(
            {"software": software, "version": version, "case": case, "expected": expected, "got": got,
             "passed": bool(passed)})
        mark = "ok  " if passed else "FAIL"
        print(f"  {mark} {software:<18} {case:<58} expected {expected:<28} got {got}", flush=True)

    def skip(self, software, reason):
        self.skips.append({"software": software, "reason": reason})
        print(f"  skip {software:<18} {reason}", flush=True)

    def latency(self, path, microseconds, note=""):
        self.latencies.append({"path": path, "p50Microseconds": round(microseconds, 1), "note": note})

    @property
    def failures(self):
        return [row for row in self.rows if not row["passed"]]

    def close(self, file):
        versions = {row["software"]: row["version"] for row in self.rows}
        print("\nby software:")
        for software, version in versions.items():
            rows = [row for row in self.rows if row["software"] == software]
            good = sum(row["passed"] for row in rows)
            print(f"  {software:<18} {version:<22} {good} of {len(rows)}")
        if self.latencies:
            print("\np50 of one request after the other, on this machine as busy as it is:")
            for line in self.latencies:
                print(f"  {line['path']:<44} {line['p50Microseconds']:>9.1f} µs  {line['note']}")
        for row in self.failures:
            print(f"\nfailed: {row['software']}: {row['case']}: expected {row['expected']}, got {row['got']}")
        for skip in self.skips:
            print(f"skipped: {skip['software']}: {skip['reason']}")
        if file:
            pathlib.Path(file).write_text(json.dumps(
                {"rows": self.rows, "skipped": self.skips, "latencies": self.latencies}, indent=2) + "\n")
        passed = len(self.rows) - len(self.failures)
        print(f"\n{passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped", flush=True)
        return 1 if self.failures or not self.rows else 0


def version_of(arguments, pattern):
    """The first match of a pattern in what a program says of itself; a program that is not there is a skip."""
    import re

    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Skip(f"{arguments[0]} does not run: {error}") from None
    found = re.search(pattern, done.stdout + done.stderr)
    if not found:
        raise Skip(f"{arguments[0]} does not say its version: {(done.stdout + done.stderr)[:120]!r}")
    return found.group(1)
