"""A scratch project for one cloud, with a state of its own: a person's stack files, and one service that does nothing."""

from __future__ import annotations

import os
import shutil
import string
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tools import home
from tools.home import CHECKOUT
from tools.toolchain.trouble import Trouble

STACKS = ("shared", "staging")
"""In the order in which they are made: the images, then who pulls them."""
IMAGE = "registry.k8s.io/pause:3.10"
"""What is pushed and pulled: it runs on every kind of node, and does nothing."""
_LONGEST = 16
"""Characters of a person's own name in the names of a run: Google allows its registries 22."""
_DIGITS = string.digits + string.ascii_lowercase
APPLICATION, SERVICE, REPOSITORY = "live", "pause", "live/pause"


@dataclass(frozen=True)
class Place:
    """The folder of a run. Nothing outside of it is written."""

    cloud: str
    folder: Path = CHECKOUT / ".live"
    providers: Mapping[str, Path] = field(default_factory=dict)
    """Folders with providers that are used instead of the published ones: tests have some."""

    @property
    def accounts(self) -> Path:
        """The folder with a person's own stack files. It stays."""
        return self.folder / self.cloud

    @property
    def scratch(self) -> Path:
        """The project, its state and its log: gone with everything that the state knows."""
        return self.folder / f"{self.cloud}-run"

    @property
    def project(self) -> Path:
        """Where commands run."""
        return self.scratch / "project"

    @property
    def log(self) -> Path:
        """Everything that commands have said. It stays."""
        return self.folder / f"{self.cloud}.log"

    @property
    def kubeconfig(self) -> Path:
        """How the cluster is reached, as its stack says."""
        return self.scratch / "kubeconfig"

    @cached_property
    def stacks(self) -> Mapping[str, Any]:
        """The config of each stack, as the run uses it."""
        return {stack: yaml.safe_load((self.project / f"Pulumi.{stack}.yaml").read_text())["config"] for stack in STACKS}

    @property
    def runtime(self) -> str:
        """The name of the cluster."""
        return str(self.stacks["staging"]["pvn:runtimes"][0]["name"])

    @property
    def registry(self) -> str:
        """The name of the registry."""
        return str(self.stacks["shared"]["pvn:registries"][0]["name"])

    @property
    def environment(self) -> dict[str, str]:
        """What commands run with: a person's credentials, and nothing of their Pulumi."""
        own = home.settings(self.scratch / "home")
        # the clouds' providers are not among the project's own tools: pulumi fetches them
        own.pop("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", None)
        return os.environ | own | {"PATH": home.path(os.environ["PATH"])}

    def has_state(self, stack: str) -> bool:
        """Return whether a stack has been begun."""
        return (self.scratch / "home/state/.pulumi/stacks/pvn" / f"{stack}.json").exists()


def prepare(place: Place) -> None:
    """Make the project of a run. Raises Trouble where a person has not said yet which accounts are theirs."""
    for stack in STACKS:
        _begin(place, stack)
    found = {stack: _own(place, stack) for stack in STACKS}
    if any(map(place.has_state, STACKS)):
        return  # a run that could not take everything down: this one does, with the project that it has
    shutil.rmtree(place.project, ignore_errors=True)
    place.project.mkdir(parents=True)
    for stack, config in found.items():
        (place.project / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": _for_an_hour(config)}))
    _write_tree(place)
    python = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    providers = [{"name": name, "path": str(path)} for name, path in place.providers.items()]
    plugins = {"plugins": {"providers": providers}} if providers else {}
    _write(place, "Pulumi.yaml", {"name": "pvn", "main": str(CHECKOUT), "runtime": python, **plugins})


def _begin(place: Place, stack: str) -> None:
    """Put the example there for a person to edit, where they have no stack file yet."""
    if not (own := place.accounts / f"Pulumi.{stack}.yaml").exists():
        place.accounts.mkdir(parents=True, exist_ok=True)
        shutil.copy(_example(place, stack), own)


def _own(place: Place, stack: str) -> dict[str, Any]:
    own = place.accounts / f"Pulumi.{stack}.yaml"
    config, example = (yaml.safe_load(file.read_text())["config"] for file in (own, _example(place, stack)))
    if _accounts(config) & _accounts(example):
        fix = f"write yours, in all of {place.accounts} (docs/how-to/{place.cloud}.md says what has to be in them first)"
        raise Trouble(str(own), "these are the accounts of the example, and nobody's", fix)
    return dict(config)


def _example(place: Place, stack: str) -> Path:
    return CHECKOUT / "examples" / place.cloud / f"Pulumi.{stack}.yaml"


def _accounts(config: Mapping[str, Any]) -> set[str]:
    made = (*config.get("pvn:runtimes", ()), *config.get("pvn:registries", ()))
    return {yaml.safe_dump(one["account"]) for one in made}


def _for_an_hour(config: dict[str, Any]) -> dict[str, Any]:
    """Return a config without what outlives a run or keeps from ending it, under names that no run before has used."""
    for one in (*config.get("pvn:runtimes", ()), *config.get("pvn:registries", ())):
        one["protect"] = False
        # names of some things stay taken in their cloud when they are gone
        one["name"] = f"{one['name'][:_LONGEST]}-{_minute()}"
        # GitHub's federation and vaults stay in an account; secrets are of services that are not here
        for name in ("push", "keyVault", "secrets", "secretsDelivery"):
            one.pop(name, None)
        # looking into images costs money for all of an account, and goes on after the run
        one.pop("scanning", None)
        if one["type"] == "acr":
            one["scanning"] = "none"
    return config


def _minute() -> str:
    """Return the minute that it is, in five letters and digits."""
    left, found = int(time.time() // 60), ""
    while left:
        left, digit = divmod(left, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def _write_tree(place: Place) -> None:
    where = {"containerRegistry": place.registry, "imageRepository": REPOSITORY}
    image = {"name": "image", "required": True, "dockerImage": {"imageRegistryInfo": where}}
    channel = {"name": "staging", "runtimes": [{"runtime": place.runtime}]}
    files = f"applications/{APPLICATION}"
    _write(place, f"{files}/{APPLICATION}.pvn.yaml", {"application": {"name": APPLICATION, "releaseChannels": [channel]}})
    service = {
        "name": SERVICE,
        "application": APPLICATION,
        "kubernetesConfig": {"type": "KUBERNETES", "local": {"path": "."}},
        "parameters": [image],
    }
    _write(place, f"{files}/{SERVICE}/{SERVICE}.pvn.yaml", {"service": service})
    labels = {"app": SERVICE}
    pod = {"containers": [{"name": SERVICE, "image": "{{.Params.image}}"}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": SERVICE}, "spec": spec}
    _write(place, f"{files}/{SERVICE}/deployment.yaml", deployment)
    # a tag until the registry has said which digest it took
    values = {SERVICE: {"parameters": {"image": IMAGE.rpartition(":")[2]}}}
    _write(place, f"releases/{APPLICATION}.yaml", {"release": {"application": APPLICATION, "services": values}})
    (place.project / "approvals").mkdir()


def _write(place: Place, name: str, content: object) -> None:
    path = place.project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
