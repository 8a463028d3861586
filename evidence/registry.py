"""Ask a registry for the digest of a tag, as the OCI distribution API has it. Tags are never listed."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from delivery.unknown import Absent, Unknown
from evidence import credentials
from evidence.causes import cause
from evidence.credentials import Credentials

if TYPE_CHECKING:
    import httpx2

TIMEOUT = 10.0
"""Seconds for a connection or for the next part of an answer."""
PATIENCE = 120.0
"""Seconds that all the waiting may take which a registry asks for. One that asks for more is told of, not waited for."""
TRIES = 5
LARGEST = 4 * 2**20
"""Bytes of a manifest, at most: what registries take."""

_KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""An index first: the digest of an image for several architectures is that of its index."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")
_CHALLENGE = re.compile(r'([a-z_]+)="([^"]*)"')
_HUB_API = "registry-1.docker.io"


class Denied(Unknown, frozen=True):
    """A registry that does not let us look: another identity may."""


class Repository(Struct, frozen=True):
    """Where images of one name live."""

    host: str
    """With the port, where there is one."""
    path: str

    @classmethod
    def of(cls, address: str) -> Repository:
        """Return the repository of an address such as docker.io/acme/web."""
        host, _, path = address.partition("/")
        is_official = host == "docker.io" and "/" not in path
        return cls(host, f"library/{path}" if is_official else path)

    def __str__(self) -> str:
        return f"{self.host}/{self.path}"

    @property
    def api(self) -> str:
        """The address of its manifests."""
        host = _HUB_API if self.host == "docker.io" else self.host
        return f"{'http' if _is_loopback(host) else 'https'}://{host}/v2/{self.path}/manifests"


def digest(
    address: str,
    tag: str,
    tell: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    who: Callable[[str], Credentials | None] = credentials.find,
) -> str | Unknown:
    """Return the digest that a tag, or a digest, names now in the repository at an address such as docker.io/acme/web.

    Absent where the registry says that there is no such tag. `tell` hears why it takes long, `who` says as whom to ask a
    host. Raises WorldFailed where the credentials that docker has for the registry cannot be used.
    """
    import httpx2

    repository = Repository.of(address)
    asking = _Asking(repository, tag, who(repository.host), tell, sleep)
    try:
        with httpx2.Client(timeout=TIMEOUT, headers={"Accept": ", ".join(_KINDS)}, verify=_authorities()) as client:
            return asking.answer(client)
    except httpx2.HTTPError as wrong:
        return Unknown(f"registry {repository.host} does not answer: {cause(wrong)}", _LOOK)
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        # what it said may hold a token, so only the kind of trouble is told
        return Unknown(f"registry {repository.host} gave an answer that makes no sense ({type(wrong).__name__})", _LOOK)


def clock(host: str) -> datetime | Unknown:
    """Return what time a registry says it is, from an answer to nobody in particular: all that it has to do is answer."""
    import httpx2

    api = _HUB_API if host == "docker.io" else host
    try:
        url = f"{'http' if _is_loopback(api) else 'https'}://{api}/v2/"
        answer = httpx2.get(url, timeout=TIMEOUT, verify=_authorities())
        return parsedate_to_datetime(answer.headers["Date"])
    except httpx2.HTTPError as wrong:
        return Unknown(f"it does not answer: {cause(wrong)}", _REACH)
    except (ValueError, KeyError) as wrong:
        return Unknown(f"it gave an answer that makes no sense ({type(wrong).__name__})", _REACH)


@cache
def _authorities() -> ssl.SSLContext:
    """Return whose certificates are trusted, once for all questions: to read them takes longer than many an answer."""
    import httpx2

    return httpx2.create_ssl_context()


_REACH = "see that it is up and that you reach it"
_LOOK = f"{_REACH}, or name the digest yourself"


class _Asking(Struct):
    """One question, and what it has cost so far."""

    repository: Repository
    tag: str
    known: Credentials | None
    tell: Callable[[str], None]
    sleep: Callable[[float], None]
    waited: float = 0.0

    def answer(self, client: httpx2.Client) -> str | Unknown:
        url = f"{self.repository.api}/{self.tag}"
        response = self._patiently(lambda: client.head(url))
        if response.status_code == 401:
            way_in = self._way_in(client, response.headers.get("WWW-Authenticate", ""))
            if isinstance(way_in, Unknown):
                return way_in
            client.headers.update(way_in)
            response = self._patiently(lambda: client.head(url))
        if response.status_code == 404:
            return Absent(f"{self.repository} has no tag {self.tag!r}", "push the image first, or mend the tag")
        if response.status_code != 200:
            return self._unanswered(response)
        named = response.headers.get("Docker-Content-Digest", "")
        return named if _DIGEST.match(named) else self._counted(client, url)

    def _counted(self, client: httpx2.Client, url: str) -> str | Unknown:
        """Return the digest of the manifest itself, where the registry does not name it."""
        found = hashlib.sha256()
        size = 0
        with client.stream("GET", url) as response:
            if response.status_code != 200:
                return self._unanswered(response)
            for part in response.iter_bytes():
                size += len(part)
                if size > LARGEST:
                    return Unknown(f"registry {self.repository.host} answers with more than a manifest may be", _LOOK)
                found.update(part)
        return f"sha256:{found.hexdigest()}"

    def _patiently(self, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        """Ask, and ask again where the registry wants us to come later, after as long as it says."""
        for count in range(1, TRIES + 1):
            response = ask()
            if response.status_code not in (429, 503) or count == TRIES:
                break
            pause = _seconds(response.headers.get("Retry-After", ""), 2.0**count)
            if self.waited + pause > PATIENCE:
                break
            self.tell(f"registry {self.repository.host} asks us to come back in {pause:.0f} s")
            self.sleep(pause)
            self.waited += pause
        return response

    def _unanswered(self, response: httpx2.Response) -> Unknown:
        where, code = f"registry {self.repository.host}", response.status_code
        if code in (401, 403):
            who = "nobody" if self.known is None else "these credentials"
            return Denied(
                f"{where} lets {who} look at {self.repository.path} ({code})", f"docker login {self.repository.host}"
            )
        if code == 429:
            when = response.headers.get("Retry-After", "")
            return Unknown(f"{where} has had too many questions from here ({code})", _later(when))
        return Unknown(f"{where} answered {code}", _LOOK)

    def _way_in(self, client: httpx2.Client, challenge: str) -> Mapping[str, str] | Unknown:
        """Return the headers that answer a challenge."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and self.known and self.known.user:
            return _authorization(_basic(self.known))
        if scheme.lower() == "bearer":
            return self._token(client, dict(_CHALLENGE.findall(rest)))
        return Denied(f"registry {self.repository.host} wants to know who asks", f"docker login {self.repository.host}")

    def _token(self, client: httpx2.Client, asked: Mapping[str, str]) -> Mapping[str, str] | Unknown:
        import httpx2

        realm = httpx2.URL(asked["realm"])
        if realm.scheme != "https" and not (_is_loopback(self.repository.host) and _is_loopback(realm.netloc.decode())):
            return Unknown(f"registry {self.repository.host} wants credentials sent in the open, to {realm.host}", _LOOK)
        about = {"service": asked.get("service", ""), "scope": f"repository:{self.repository.path}:pull"}
        if self.known and self.known.identity:
            form = {**about, "grant_type": "refresh_token", "client_id": "pvn", "refresh_token": self.known.identity}
            response = self._patiently(lambda: client.post(realm, data=form))
        else:
            headers = _authorization(_basic(self.known)) if self.known else {}
            response = self._patiently(lambda: client.get(realm.copy_merge_params(about), headers=headers))
        if response.status_code != 200:
            return self._unanswered(response)
        said = response.json()
        if not isinstance(said, dict):
            raise TypeError("a token service answers with an object")
        return _authorization(f"Bearer {said.get('token') or said['access_token']}")


def _basic(known: Credentials) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{known.user}:{known.password}".encode()).decode()


def _authorization(value: str) -> Mapping[str, str]:
    return {"Authorization": value}


def _seconds(retry_after: str, otherwise: float) -> float:
    """Return how long a registry asks us to wait: it says so in seconds, or as a date."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return otherwise


def _later(retry_after: str) -> str:
    return f"come back in {_seconds(retry_after, 3600.0):.0f} s, log in for a larger share, or name the digest yourself"


def _is_loopback(host: str) -> bool:
    """Return whether an address is this machine: then there is no wire to listen on, and no certificate to ask for."""
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"
