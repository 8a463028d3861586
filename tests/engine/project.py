"""A project of its own for a test: a small tree, two stacks, real clusters, and the words to drive them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from components.local.kwok.cluster import Cluster
from tests.engine import hosts, keystore, pool
from tools import home
from tools.home import CHECKOUT

STACKS = ("staging", "production")
PRECONDITIONS: list[dict[str, Any]] = [{"releaseChannelStable": {"releaseChannel": "staging"}}, {"manualApproval": {}}]


def image(name: str) -> str:
    """A digest that stands for an image of that name."""
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


def deployment(name: str, **pod: Any) -> str:
    """A manifest with the image as its only parameter."""
    found = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": "{{.Params.image}}"}], **pod},
            },
        },
    }
    return yaml.safe_dump(found, sort_keys=False)


@dataclass
class Said:
    """What a command ended with and said."""

    code: int
    out: str

    def __contains__(self, text: str) -> bool:
        return text in self.out


@dataclass
class Project:
    """A folder with a tree, its state and its clusters."""

    root: Path
    bin: Path
    loaded: Path | None = None
    """The folder of the programs that are loaded already. With it one language host serves all commands of the test."""
    host: hosts.Host | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        (self.root / "approvals").mkdir(parents=True)
        for stack in STACKS:
            self.write_stack(stack, {"name": f"k-{stack}", "type": "local", "nodes": 1})
        options = {} if self.loaded else {"toolchain": "pip", "virtualenv": sys.prefix}
        channels: list[dict[str, Any]] = [{"name": name, "runtimes": [{"runtime": f"k-{name}"}]} for name in STACKS]
        channels[1] |= {"preconditions": PRECONDITIONS}
        self.write("applications/shop/shop.pvn.yaml", {"application": {"name": "shop", "releaseChannels": channels}})
        self.write(
            "Pulumi.yaml",
            {
                "name": "pvn",
                "main": str(CHECKOUT),
                "runtime": {"name": "python", "options": options},
                "plugins": {"providers": [{"name": "kwok", "path": str(CHECKOUT / "components/local/kwok")}]},
            },
        )

    @property
    def home(self) -> Path:
        """Pulumi's own folder and the state, beside the project as in life."""
        return self.root.parent / f"{self.root.name}-home"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which every command of the test runs; nothing of the user's state is in it."""
        own = {"PATH": home.path(os.environ["PATH"], self.bin), "KUBECONFIG": "/nonexistent"}
        if self.loaded:
            # what runs programs and plugins that name no Python
            own |= {"PATH": f"{self.loaded}:{own['PATH']}", "PULUMI_PYTHON_CMD": f"{self.loaded}/python-of-programs"}
        return os.environ | home.settings(self.home, self.bin) | own

    # the tree

    def write(self, name: str, content: object) -> None:
        """Write a file; anything but text is written as YAML."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))

    def write_stack(self, stack: str, runtime: dict[str, object], **more: object) -> None:
        """Write a stack file, `more` as keys `pvn:…`; what Pulumi itself keeps in it stays."""
        path = self.root / f"Pulumi.{stack}.yaml"
        kept = yaml.safe_load(path.read_text()) if path.exists() else {}
        config = {
            "pulumi:disable-default-providers": ["kubernetes"],
            "pvn:runtimes": [runtime],
            "pvn:registries": [{"name": "hub", "type": "external", "url": "docker.io"}],
            **{f"pvn:{name}": value for name, value in more.items()},
        }
        path.write_text(yaml.safe_dump(kept | {"config": config}))

    def add(self, name: str, manifest: str | None = None, first: str = "one", **more: Any) -> None:
        """Add a service with a manifest, and release its first image; `more` goes into its .pvn.yaml file."""
        where = {"containerRegistry": "hub", "imageRepository": f"shop/{name}"}
        parameter = {"name": "image", "required": True, "dockerImage": {"imageRegistryInfo": where}}
        service = {
            "name": name,
            "application": "shop",
            "kubernetesConfig": {"type": "KUBERNETES", "local": {"path": "."}},
            "parameters": [parameter],
        }
        self.write(f"applications/shop/{name}/{name}.pvn.yaml", {"service": service | more})
        self.write(f"applications/shop/{name}/deployment.yaml", manifest or deployment(name))
        self.release(name, first)

    def release(self, name: str, which: str) -> None:
        """Release an image by hand, as a commit would."""
        path = self.root / "releases/shop.yaml"
        found: dict[str, Any] = (
            yaml.safe_load(path.read_text()) if path.exists() else {"release": {"application": "shop", "services": {}}}
        )
        found["release"].setdefault("services", {})[name] = {"parameters": {"image": image(which)}}
        self.write("releases/shop.yaml", found)

    # the commands

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> Said:
        """Run a command in the project."""
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.root,
            env=env or self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def pulumi(self, *arguments: str) -> Said:
        """Run plain `pulumi`."""
        # a pack wants to be started by the engine itself
        may_attach = arguments[0] in hosts.RUNNING and "--policy-pack" not in arguments
        env = self._attached() if self.loaded and may_attach else None
        return self.run("pulumi", *arguments, "--non-interactive", "--color", "never", env=env)

    def _attached(self) -> Mapping[str, str]:
        """Return the environment of a command that attaches to a host; one with another environment is ended."""
        environment = self.environment
        if self.host and self.host.environment != environment:
            self.host.end()
            self.host = None
        self.host = self.host or hosts.start(environment)
        return environment | {hosts.VARIABLE: f"python:{self.host.port}"}

    def init(self, stack: str) -> Said:
        """Make a stack whose secrets are encrypted with a key out of the tests' key store."""
        return self.pulumi("stack", "init", stack, keystore.FLAG)

    def up(self, stack: str, *flags: str) -> Said:
        """Run `pulumi up` as a user would, without the question."""
        if not (self.home / "state/.pulumi/stacks/pvn" / f"{stack}.json").exists():
            self.init(stack)
        return self.pulumi("up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", *flags)

    def pvn(self, *arguments: str) -> Said:
        """Run `pvn`."""
        return self.run("pvn", *arguments)

    def approve(self, *services: str, who: str = "jane") -> Said:
        """Have a person sign for what production would get now; their key is allowed first."""
        flags = [flag for name in services for flag in ("--service", name)]
        return self.pvn("approve", "shop", "--channel", "production", "--key", str(self._key(who)), "--yes", *flags)

    def approve_stack(self, who: str = "jane") -> Said:
        """Have a person sign for how production's own cluster would change now."""
        return self.pvn("approve", "--stack", "production", "--key", str(self._key(who)), "--yes")

    def _key(self, who: str) -> Path:
        key = self.home / f"key-{who}"
        if not key.exists():
            self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
            allowed = self.root / "approvals/allowed_signers"
            before = allowed.read_text() if allowed.exists() else ""
            allowed.write_text(f"{before}{who} {key.with_suffix('.pub').read_text()}")
        return key

    def outputs(self, stack: str) -> dict[str, Any]:
        """The stack's outputs, secrets included."""
        said = self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", stack)
        return json.loads(said.out)

    # the clusters

    def control_plane(self, stack: str) -> Cluster:
        """Return the cluster of a stack, whether it is there or not."""
        return Cluster(f"k-{stack}", self.root / ".pvn")

    def kubectl(self, stack: str, *arguments: str) -> Said:
        """Ask a stack's cluster itself: what the program says of it is not proof."""
        config = self.root / ".pvn" / f"k-{stack}.kubeconfig"
        return self.run("kubectl", "--kubeconfig", config, "--namespace", f"pvn-shop-rc-{stack}", *arguments)

    def kwokctl(self, verb: str, stack: str) -> Said:
        """Stop or start a stack's cluster behind the program's back."""
        return self.run("env", f"KWOK_WORKDIR={self.root / '.pvn'}", "kwokctl", verb, "cluster", f"--name=k-{stack}")

    def objects(self, stack: str) -> dict[str, Any]:
        """Every Deployment of a stack's channel, without what changes by itself."""
        found = json.loads(self.kubectl(stack, "get", "deployments", "--output", "json").out)["items"]
        return {one["metadata"]["name"]: _steady(one) for one in found}

    def images(self, stack: str) -> dict[str, str]:
        """The image that each Deployment of a stack's channel has."""
        return {
            name: one["spec"]["template"]["spec"]["containers"][0]["image"].partition("@")[2]
            for name, one in self.objects(stack).items()
        }

    def borrow(self, *, is_one: bool) -> None:
        """Have clusters from the pool, as somebody else's: no update starts or ends them.

        Where one will do, it `is_one` for both stacks: their namespaces are apart as clusters would be, and a control plane
        takes CPU from other tests even where it idles.
        """
        planes = [self.control_plane(stack) for stack in STACKS]
        for together in [planes] if is_one else [[one] for one in planes]:
            pool.lend(*together)
        for stack in STACKS:
            path = str(self.root / f".pvn/k-{stack}.kubeconfig")
            self.write_stack(stack, {"name": f"k-{stack}", "type": "kubeconfig", "path": path})

    def remove(self) -> None:
        """End the language host, give the clusters back or end them, and remove the files."""
        if self.host:
            self.host.end()
        pool.take_back(*map(self.control_plane, STACKS))
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


def _steady(found: dict[str, Any]) -> dict[str, Any]:
    metadata = {name: value for name, value in found["metadata"].items() if name != "managedFields"}
    status = {name: value for name, value in found["status"].items() if name != "conditions"}
    return found | {"metadata": metadata, "status": status}
