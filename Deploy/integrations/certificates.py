"""Certificates for one run, made with openssl: an authority, a server for 127.0.0.1, and clients by their common names."""

import subprocess


class Credentials:
    def __init__(self, folder, name):
        self.certificate, self.key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.authority = str(folder / "authority.pem")
        self.key = str(folder / "authority.key")
        self.server = None
        self.clients = {}
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=postern test authority", "-keyout", self.key, "-out", self.authority)

    def issue(self, name, subject, extensions):
        made = Credentials(self.folder, name)
        request, file = str(self.folder / f"{name}.csr"), self.folder.write(f"{name}.ext", extensions)
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", subject, "-keyout", made.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.key, "-CAcreateserial",
                "-days", "1", "-extfile", str(file), "-out", made.certificate)
        return made


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def make(folder, clients):
    authority = Authority(folder)
    authority.server = authority.issue(
        "server", "/CN=127.0.0.1", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
    for number, name in enumerate(clients):
        # A certificate without a common name has an organization, else it would have no subject.
        subject = f"/CN={name}" if name else "/O=nobody"
        authority.clients[name] = authority.issue(f"client{number}", subject, "extendedKeyUsage=clientAuth\n")
    return authority
