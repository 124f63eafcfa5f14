"""Signed tokens (RS256) with openssl, and the mapping that believes them."""

import base64
import json
import subprocess
import time


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    def __init__(self, folder):
        self.key = str(folder / "token.key")
        self.keys = str(folder / "jwks.json")
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True,
                                 capture_output=True, text=True).stdout.strip().split("=")[1]
        key = {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "e": "AQAB",
               "n": encoded(bytes.fromhex(modulus))}
        folder.write("jwks.json", json.dumps({"keys": [key]}))

    def add_to(self, mapping):
        rules = json.loads(mapping.read_text())
        rules["Identity"].insert(0, {"JWT": {
            "JWKSFile": self.keys, "Issuer": "https://issuer.example", "Audience": "reports", "Algorithms": ["RS256"],
            "Principal": "arn:aws:iam::111122223333:user/{claim.sub}"}})
        mapping.write_text(json.dumps(rules))

    def token(self, subject):
        now = int(time.time())
        parts = [{"alg": "RS256", "kid": "1", "typ": "JWT"},
                 {"iss": "https://issuer.example", "aud": "reports", "sub": subject, "iat": now, "exp": now + 3600}]
        signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed.encode(),
                                   check=True, capture_output=True).stdout
        return f"{signed}.{encoded(signature)}"
