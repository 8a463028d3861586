"""A local cluster, driven through kwokctl."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from msgspec import Struct, field

from components.local.kwok import ports

_PROGRAMS = {
    "etcd": "--etcd-binary",
    "kube-apiserver": "--kube-apiserver-binary",
    "kube-controller-manager": "--kube-controller-manager-binary",
    "kube-scheduler": "--kube-scheduler-binary",
    "kwok": "--kwok-controller-binary",
}
_WAIT = "120s"
"""How long kwokctl waits for the control plane; four seconds are usual, two busy cores have needed thirty."""


_PATIENCE = 240
"""Half seconds that a cluster may take to settle. One is usual; after a stop its nodes are first seen to be gone."""
_ATTEMPTS = 3
"""How often a cluster is begun, should somebody take one of its ports in the meantime."""
_REVIVALS = 5
"""How often processes that ended are started again: a controller manager waits 10 seconds for its API server, no more."""
_LEASE = 20
"""Seconds for which the nodes belong to the process that runs their pods. One that is started again waits for so long before
a pod gets ready; kwokctl's own 200 are more than a rollout may take."""
_HEARTBEAT = 5
"""What kwokctl multiplies the seconds of a lease by, unless a flag says otherwise."""
_ALONE = [
    {"name": name, "extraArgs": [{"key": "leader-elect", "value": "false"}]}
    for name in ("kube-controller-manager", "kube-scheduler")
]
"""Each runs once: an election would be half of what an idle cluster does, and 15 seconds of waiting after a restart."""
_PORTS = (
    *("etcdPeerPort", "etcdPort", "kubeApiserverPort"),
    *("kubeControllerManagerPort", "kubeSchedulerPort", "kwokControllerPort"),
)
"""The ports of a cluster, as kwokctl's configuration names them."""


class KwokctlError(Exception):
    """kwokctl did not do what it was asked to; the text says which command and what it said."""


class Cluster(Struct, frozen=True):
    """A cluster of that name in that folder, whether it exists or not."""

    name: str
    directory: Path
    """Where kwokctl keeps its clusters."""
    options: Mapping[str, object] = field(default_factory=dict)
    """More of kwokctl's own options, for a cluster that is begun."""

    @property
    def exists(self) -> bool:
        """True where kwokctl has begun to make the cluster, finished or not."""
        return self._folder.is_dir()

    @property
    def is_running(self) -> bool:
        """True where every process is there and something listens on the API server's port."""
        if self._ended():
            return False
        try:
            server = yaml.safe_load(self.kubeconfig())["clusters"][0]["cluster"]["server"]
            address = urlsplit(server)
            with socket.create_connection((address.hostname, address.port), timeout=2):
                return True
        except (OSError, KeyError, IndexError, TypeError, yaml.YAMLError):
            return False

    def create(self, nodes: int) -> None:
        """Make the cluster and its nodes.

        One that is there already is taken over as it is: a state that was lost is no reason to lose a cluster. Only one that
        does not start, as a killed update leaves it behind half-made, is made anew.
        """
        if self.exists:
            try:
                self.ensure(nodes)
            except KwokctlError:
                self.delete()
            else:
                return
        for attempt in range(_ATTEMPTS):
            try:
                self._make(nodes)
            except KwokctlError:
                self.delete()
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def _make(self, nodes: int) -> None:
        found = {flag: path for program, flag in _PROGRAMS.items() if (path := shutil.which(program))}
        # kwokctl fetches what it is not given: right for a user who has only kwokctl
        flags = [f"{flag}={path}" for flag, path in found.items()]
        # without a kubeconfig of its own it would write into the user's
        own = self.directory / f"{self.name}.kubeconfig"
        self.directory.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time():
            settings = self.directory / f"{self.name}.ports.yaml"
            settings.write_text(
                yaml.safe_dump(_settings(ports.free(len(_PORTS), near=f"{self.directory}/{self.name}"), self.options))
            )
            create = ("create", "cluster", "--runtime=binary", f"--config={settings}")
            self._kwokctl(*create, f"--kubeconfig={own}", f"--wait={_WAIT}", *flags)
            self._settle(nodes)

    def ensure(self, nodes: int) -> None:
        """Bring an existing cluster back: start it where its processes are gone, as after a reboot, and set its nodes."""
        if not self.exists:
            self.create(nodes)
            return
        if self.is_running:
            self.scale(nodes)
            return
        with _one_at_a_time():
            self._start()
            self._settle(nodes)

    def scale(self, nodes: int) -> None:
        """Bring the cluster to that many simulated nodes."""
        self._kwokctl("scale", "node", f"--replicas={nodes}")

    def delete(self) -> None:
        """End the cluster's processes and remove all it had; nothing happens where there is none."""
        if self.exists:
            self._kwokctl("delete", "cluster", f"--kubeconfig={self.directory / f'{self.name}.kubeconfig'}")
            shutil.rmtree(self._folder, ignore_errors=True)
        for kept in ("kubeconfig", "ports.yaml"):
            (self.directory / f"{self.name}.{kept}").unlink(missing_ok=True)

    def kubeconfig(self) -> str:
        """Return the credentials of the cluster, whole in one text."""
        config = yaml.safe_load((self._folder / "kubeconfig.yaml").read_text())
        for entry in (*(c["cluster"] for c in config["clusters"]), *(u["user"] for u in config["users"])):
            _inline(entry)
        return yaml.safe_dump(config, sort_keys=True)

    def ask(self, path: str) -> str:
        """Return what the API server answers to a path. Raises OSError where it does not."""
        config = yaml.safe_load(self.kubeconfig())
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = base64.b64decode(server["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile() as pair:
            for part in ("client-certificate-data", "client-key-data"):
                pair.write(base64.b64decode(user[part]) + b"\n")
            pair.flush()
            context.load_cert_chain(pair.name)
            address = server["server"] + path
            with urllib.request.urlopen(address, context=context, timeout=10) as answer:  # noqa: S310 - kwokctl wrote it
                return str(answer.read().decode())

    def _start(self) -> None:
        """Start the processes that are not there; those that are stay."""
        self._kwokctl("start", "cluster", f"--wait={_WAIT}")

    def _settle(self, nodes: int) -> None:
        """Bring the cluster to that many nodes and wait until all are ready: kwokctl itself waits for the API server alone.

        Raises KwokctlError where that does not happen, or where a process ends again and again.
        """
        self.scale(nodes)
        revivals = 0
        for _ in range(_PATIENCE):
            if ended := self._ended():
                if revivals == _REVIVALS:
                    log = self._folder / "logs" / f"{ended[0]}.log"
                    raise KwokctlError(f"{ended[0]} of cluster {self.name!r} ends as soon as it is started; see {log}")
                revivals += 1
                self._start()
            if self._ready_nodes() == nodes:
                return
            time.sleep(0.5)
        raise KwokctlError(f"the nodes of cluster {self.name!r} do not become ready; see {self._folder / 'logs'}")

    def _ready_nodes(self) -> int | None:
        """Return how many nodes there are, where all of them are ready; None where one is not, or nothing answers."""
        try:
            nodes = json.loads(self.ask("/api/v1/nodes"))["items"]
        except OSError:
            return None
        ready = [one for one in nodes for found in one["status"].get("conditions", []) if _is_ready(found)]
        return len(nodes) if len(ready) == len(nodes) else None

    def _ended(self) -> tuple[str, ...]:
        """Return the programs that were started for the cluster and are no longer there."""
        return tuple(file.stem for file in sorted((self._folder / "pids").glob("*.pid")) if not _is_alive(file))

    @property
    def _folder(self) -> Path:
        return self.directory / "clusters" / self.name

    def _kwokctl(self, *arguments: str) -> None:
        command = ["kwokctl", *arguments, f"--name={self.name}"]
        with tempfile.TemporaryFile("w+") as said:
            # the cluster must outlive this process and a Ctrl-C in its terminal, and must not hold its pipes
            done = subprocess.run(
                command,
                env=os.environ | {"KWOK_WORKDIR": str(self.directory)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                check=False,
            )
            if done.returncode:
                said.seek(0)
                tail = "\n".join(said.read().splitlines()[-12:])
                raise KwokctlError(f"`{' '.join(command[:3])} --name={self.name}` failed:\n{tail}")


def _settings(chosen: Sequence[int], more: Mapping[str, object]) -> dict[str, object]:
    """Return kwokctl's configuration of a cluster on these ports."""
    kind = {"apiVersion": "config.kwok.x-k8s.io/v1alpha1", "kind": "KwokctlConfiguration"}
    own = {**dict(zip(_PORTS, chosen, strict=True)), "nodeLeaseDurationSeconds": _LEASE // _HEARTBEAT, **more}
    return {**kind, "options": own, "componentsPatches": _ALONE}


def _is_alive(pid_file: Path) -> bool:
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    # in a container nobody may be there to bury it
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def _is_ready(condition: dict[str, str]) -> bool:
    return condition.get("type") == "Ready" and condition.get("status") == "True"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let nobody else on this machine choose ports until ours are taken."""
    with Path(tempfile.gettempdir(), f"pvn-kwok-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _inline(entry: dict[str, str]) -> None:
    """Replace the paths to certificates by the certificates, so that the kubeconfig works anywhere."""
    for part in ("certificate-authority", "client-certificate", "client-key"):
        if path := entry.pop(part, None):
            entry[f"{part}-data"] = base64.b64encode(Path(path).read_bytes()).decode()
