"""The authorization webhook, as a Kubernetes API server calls it: over the sidecar's own TLS, and through nginx.

There is no API server in Debian or PyPI: reviews as it sends them are posted, and the answers held against what it reads.
"""

import http.client
import json
import pathlib
import shutil
import ssl

import certificates
import harness

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
NAME = "kubernetes webhook"
PATH = "/v1/kubernetes/authorize?timeout=30s"


def review(version, user, attributes, **more):
    return {"kind": "SubjectAccessReview", "apiVersion": f"authorization.k8s.io/{version}",
            "metadata": {"creationTimestamp": None}, "spec": {**attributes, "user": user, **more},
            "status": {"allowed": False}}


def resource(verb, resource, group="", namespace="prod", name="", subresource=""):
    return {"resourceAttributes": {
        "namespace": namespace, "verb": verb, "group": group, "version": "v1", "resource": resource,
        "subresource": subresource, "name": name}}


def path(verb, where):
    return {"nonResourceAttributes": {"path": where, "verb": verb}}


ALLOWED = {"allowed": True}
DENIED = {"allowed": False, "denied": True}
NO_OPINION = {"allowed": False}

CASES = [
    ("a deployment of prod", "v1", review("v1", "jane", resource("get", "deployments", "apps", name="web")), ALLOWED),
    ("its scale", "v1",
     review("v1", "jane", resource("update", "deployments", "apps", name="web", subresource="scale")), ALLOWED),
    ("one of another namespace", "v1",
     review("v1", "jane", resource("get", "deployments", "apps", "dev", "web")), NO_OPINION),
    ("a secret", "v1", review("v1", "jane", resource("get", "secrets", name="key")), DENIED),
    ("metrics for a group", "v1", review("v1", "jane", path("get", "/metrics"), groups=["dev"]), ALLOWED),
    ("metrics without it", "v1", review("v1", "jane", path("get", "/metrics"), groups=["ops"]), NO_OPINION),
    ("metrics for a group, as v1beta1 names it", "v1beta1",
     review("v1beta1", "jane", path("get", "/metrics"), group=["dev"]), ALLOWED),
    ("a service account", "v1",
     review("v1", "system:serviceaccount:prod:builder", resource("create", "pods")), ALLOWED),
    ("one of another namespace with that name", "v1",
     review("v1", "system:serviceaccount:dev:builder", resource("create", "pods")), NO_OPINION),
    ("a part of the control plane", "v1", review("v1", "system:kube-scheduler", resource("list", "pods")), NO_OPINION),
]


def post(port, authority, client, body):
    context = ssl.create_default_context(cafile=authority.authority)
    if client:
        context.load_cert_chain(client.certificate, client.key)
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    try:
        connection.request(
            "POST", PATH, json.dumps(body),
            {"Content-Type": "application/json", "Accept": "application/json, */*"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def check(report, stack, sidecar, version):
    if shutil.which("openssl") is None:
        raise harness.Skip("there is no openssl")
    authority = certificates.make(harness.Folder(stack), clients=["kube-apiserver"])
    report_row = report.add
    check_place(report_row, "postern's own TLS", version, sidecar.tls_port, authority, sidecar.authority)
    if shutil.which("nginx") is None:
        raise harness.Skip("nginx in front: there is no nginx")
    port = front(stack, sidecar, authority)
    check_place(report_row, "nginx in front", version, port, authority, authority)


def front(stack, sidecar, authority):
    folder, port = harness.Folder(stack), harness.free_port()
    site = folder.write("site.conf", harness.shipped(DEPLOY / "kubernetes/nginx-front.conf", {
        "/run/postern/http.sock": sidecar.http, "listen 8443": f"listen 127.0.0.1:{port}",
        "/etc/nginx/tls/server.crt": authority.server.certificate, "/etc/nginx/tls/server.key": authority.server.key,
        "/etc/nginx/tls/client-ca.crt": authority.authority}))
    temporary = "".join(f"  {name}_temp_path {folder / 'tmp'};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = folder.write("nginx.conf", (
        f"daemon off; master_process off; pid {folder / 'nginx.pid'};\nevents {{}}\n"
        f"http {{\n  access_log off;\n{temporary}  include {site};\n}}\n"))
    process = folder.start("nginx", ["nginx", "-p", folder.path, "-e", folder / "error.log", "-c", conf])
    harness.wait_until("nginx listens", lambda: harness.can_connect(port), process=process)
    return port


def check_place(add, place, version, port, authority, trusted):
    client = trusted.clients["kube-apiserver"]
    for case, api, body, expected in CASES:
        status, text = post(port, trusted, client, body)
        got = json.loads(text) if status == 200 else {}
        answer = {key: value for key, value in got.get("status", {}).items() if key in ("allowed", "denied")}
        add(NAME, version, f"{place}: {case}", f"200 {expected}", f"{status} {answer}",
            status == 200 and answer == expected and got.get("kind") == "SubjectAccessReview"
            and got.get("apiVersion") == f"authorization.k8s.io/{api}")
    for case, body in [("no review", {}), ("groups in the wrong member", review(
            "v1beta1", "jane", path("get", "/metrics"), groups=["dev"]))]:
        status, _ = post(port, trusted, client, body)
        add(NAME, version, f"{place}: {case}", "400", status, status == 400)
    try:
        status, _ = post(port, trusted, None, CASES[0][2])
        # nginx ends the handshake and then says why; no answer of the sidecar's.
        add(NAME, version, f"{place}: without a certificate", "no answer", status, status == 400)
    except (ssl.SSLError, OSError) as error:
        add(NAME, version, f"{place}: without a certificate", "no answer", type(error).__name__, True)
