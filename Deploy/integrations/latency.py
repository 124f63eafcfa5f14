"""What a check costs: each path beside the origin alone, the sidecar alone, and the native socket."""

import http.client
import statistics
import time

import harness
from sidecar import NativeClient

REQUESTS = 500
WARM_UP = 50
ALICE = "arn:aws:iam::111122223333:user/alice"
REPORT = "arn:aws:reports:::report/1"


def p50(call):
    """The median of one call after the other, in microseconds."""
    for _ in range(WARM_UP):
        call()
    times = []
    for _ in range(REQUESTS):
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def requests(address, target, headers=()):
    """A call that asks again on one connection; anything but 200 ends the measurement."""
    connection = (harness.UnixConnection(address, 20) if isinstance(address, str)
                  else http.client.HTTPConnection("127.0.0.1", address, timeout=20))
    fields = dict(headers)

    def call():
        connection.request("GET", target, headers=fields)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{target}: {response.status}")

    return call


def native(report, sidecar):
    client = NativeClient(sidecar.socket)
    call = lambda: client.authorize(ALICE, "reports:Read", REPORT)
    report.latency("native socket: Authorize", p50(call))


def sidecar_alone(report, sidecar, headers):
    question = [("X-Original-URI", "/reports/1"), ("X-Original-Method", "GET"), *headers]
    report.latency("sidecar alone: GET /v1/nginx", p50(requests(sidecar.http, "/v1/nginx", question)))


def origin_alone(report, origin):
    report.latency("origin alone", p50(requests(origin.port, "/reports/1")))


def path(report, name, port, headers):
    """A proxy without and with the check: the same request to the same origin over the same connection."""
    without = p50(requests(port, "/healthz", headers))
    with_check = p50(requests(port, "/reports/1", headers))
    report.latency(f"{name}: without a check", without)
    report.latency(f"{name}: with it", with_check, f"{with_check - without:+.1f} µs")
