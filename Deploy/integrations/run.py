#!/usr/bin/env python3
"""Runs the matrix: every program that can be started here, with its shipped configuration, against the real sidecar.

Prints a row a case and writes all of them as JSON; what cannot be started is skipped by name, with the reason.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile

import certificates
import docker_engine
import harness
import kubernetes
import latency
import proxies
import sidecar as sidecars
import tokens


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postern", required=True, help="the built `postern`")
    parser.add_argument("--envoy", help="the program, if it is not on the PATH")
    parser.add_argument("--traefik", help="the program, if it is not on the PATH")
    parser.add_argument("--json", help="where to write the matrix")
    parser.add_argument("--only", action="append", help="a part by name, such as nginx; may be given again")
    options = parser.parse_args()
    programs = {"envoy": options.envoy or shutil.which("envoy") or "envoy",
                "traefik": options.traefik or shutil.which("traefik") or "traefik"}
    report = harness.Report()
    wants = lambda name: not options.only or any(name.startswith(only) for only in options.only)
    for kind in (proxies.Nginx, proxies.Envoy, proxies.Caddy, proxies.Traefik, proxies.HAProxy, proxies.SPOE):
        if wants(kind.name):
            part(report, kind.name, lambda stack, kind=kind: proxy(report, stack, kind, options.postern, programs))
    if wants("docker"):
        part(report, docker_engine.NAME, lambda stack: docker_engine.check(
            report, stack, started(stack, options.postern)))
    if wants("kubernetes"):
        part(report, kubernetes.NAME, lambda stack: webhook(report, stack, options.postern))
    sys.exit(report.close(options.json))


def part(report, name, run):
    """One program, with everything it needs; whatever happens, what was started is ended and the next one has its turn."""
    print(f"\n{name}", flush=True)
    try:
        with contextlib.ExitStack() as stack:
            run(stack)
    except harness.Skip as skip:
        report.skip(name, str(skip))
    except Exception as error:  # A broken part is a failure of its own, and no reason to leave out the others.
        report.add(name, "", "the part runs to its end", "no error", f"{type(error).__name__}: {error}", False)


def started(stack, postern, flags=()):
    return sidecars.Sidecar(harness.Folder(stack), postern, flags).start()


def proxy(report, stack, kind, postern, programs):
    version = kind.version(programs)
    sidecar = started(stack, postern)
    folder, origin = harness.Folder(stack), harness.Origin(stack)
    relay = between(stack, folder, sidecar, kind)
    under_test = kind(folder, origin, relay.listen)
    run(under_test, programs)
    proxies.check(report, under_test, version, sidecar, relay)
    measure(report, stack, kind, postern, programs)


def between(stack, folder, sidecar, kind):
    """A relay that counts, where the proxy asks."""
    if kind is proxies.Traefik:
        return harness.Relay(stack, harness.free_port(), sidecar.port)
    target = sidecar.spoe if kind is proxies.SPOE else sidecar.http
    return harness.Relay(stack, str(folder / "relay.sock"), target)


def run(proxy, programs):
    if isinstance(proxy, (proxies.Envoy, proxies.Traefik)):
        proxy.run(programs)
    else:
        proxy.run()


def measure(report, stack, kind, postern, programs):
    """The same without a relay, and with a signed token: a password is slow to check on purpose."""
    folder = harness.Folder(stack)
    signer = tokens.Signer(folder)
    sidecar = sidecars.Sidecar(harness.Folder(stack), postern)
    signer.add_to(sidecar.store / "mappings" / "http.json")
    sidecar.start()
    headers = [("Authorization", f"Bearer {signer.token('alice')}")]
    origin = harness.Origin(stack)
    if not report.latencies:
        latency.native(report, sidecar)
        latency.sidecar_alone(report, sidecar, headers)
        latency.origin_alone(report, origin)
    at = {proxies.Traefik: sidecar.port, proxies.SPOE: sidecar.spoe}.get(kind, sidecar.http)
    under_test = kind(harness.Folder(stack), origin, at)
    run(under_test, programs)
    latency.path(report, kind.name, under_test.port, headers)


def webhook(report, stack, postern):
    folder = harness.Folder(stack)
    authority = certificates.make(folder, clients=["kube-apiserver"])
    port = harness.free_port()
    sidecar = started(stack, postern, [
        "--tls-listen", f"127.0.0.1:{port}", "--tls-certificate", authority.server.certificate,
        "--tls-key", authority.server.key, "--tls-client-ca", authority.authority])
    sidecar.tls_port, sidecar.authority = port, authority
    harness.wait_until("the sidecar's TLS", lambda: harness.can_connect(port), process=sidecar.process)
    kubernetes.check(report, stack, sidecar, "contract of 1.30")


if __name__ == "__main__":
    main()
