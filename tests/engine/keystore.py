"""A stand-in for the key store of a company, as HashiCorp Vault's transit engine would answer: it wraps keys of states.

No Vault can be had here. Deriving a key from a passphrase costs each command of the engine 0.2 CPU seconds, half of many;
only the demo does it. Nothing is secret behind this store.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FLAG = "--secrets-provider=hashivault://pvn"
"""What `pulumi stack init` is told."""
WRAPPED = "vault:v1:"
ADDRESS = "VAULT_SERVER_URL"
"""The first of the variables that are looked at."""


@contextmanager
def serve() -> Iterator[None]:
    """Have a key store, and its address in the environment, for as long as the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ[ADDRESS] = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        del os.environ[ADDRESS]
        server.shutdown()
        server.server_close()


class _Transit(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "/transit/encrypt/" in self.path:
            answer = {"ciphertext": WRAPPED + asked["plaintext"]}
        else:
            answer = {"plaintext": asked["ciphertext"].removeprefix(WRAPPED)}
        body = json.dumps({"data": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
