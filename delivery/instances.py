"""A service instance: one service in one release channel, with nothing left to override."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any

from msgspec import Struct, field

from delivery.gotemplate import Image
from delivery.problems import Spot
from delivery.unknown import Unknown
from delivery.windows import Window

ParameterValue = str | int | Image


class ManifestFile(Struct, frozen=True):
    """A manifest as written: a Go template that yields YAML documents."""

    name: str
    """Its place relative to the project's root; for an inlined manifest, the .pvn.yaml file that holds it."""
    text: str
    line: int = 1
    """The line of `name` on which `text` begins: more than 1 only for inlined manifests."""


class Runtime(Struct, frozen=True):
    """The cluster that an instance runs on, as templates may see it."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


class SecretKeyRef(Struct, frozen=True):
    """An environment value that Kubernetes takes from a Secret when the container starts."""

    secret: str
    key: str


class Secrets(Struct, frozen=True):
    """The Kubernetes Secrets that a stack file gives to a service, by reference."""

    names: frozenset[str] = frozenset()
    are_mounted: bool = False
    """True where a Secret is there only while a pod mounts the class of its name; False where it is there for everybody."""


class Patch(Struct, frozen=True):
    """Replace one value in every object that the target matches (an empty part matches all)."""

    at: Spot
    path: str
    value: str | int
    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""


class StableIn(Struct, frozen=True):
    """Gate: the same service, at the same version, is live and healthy in another channel."""

    channel: str
    at: Spot


class NothingToAwait(Struct, frozen=True):
    """No gate, but to be seen: a selector of channels that matches none, and its author says that it may."""

    selector: str
    at: Spot


class ApprovalBy(Struct, frozen=True):
    """Gate: enough distinct people signed for exactly this version and these objects."""

    topic: str
    """`manual`, or the name of a shared approval."""
    approvers: int
    """How many distinct people, at least 1."""
    at: Spot


class Stage(Enum):
    """When a check is asked, in the order of a release."""

    PRE_APPROVAL = "preApproval"
    POST_APPROVAL = "postApproval"
    DEPLOYMENT = "deployment"
    POST_DEPLOYMENT = "postDeployment"


class AllowedTimes(Struct, frozen=True):
    """A check that the clock answers."""

    windows: tuple[Window, ...]


class Commits(Struct, frozen=True):
    """One commit, or those after `start` up to and with `end`."""

    end: str
    """Hex digits, in full or abbreviated."""
    start: str = ""

    def __str__(self) -> str:
        return f"{self.start}..{self.end}" if self.start else self.end


class CommitDenylist(Struct, frozen=True):
    """A check that what was released was not built from one of these commits."""

    repository: str
    denied: tuple[Commits, ...]
    released: str | Unknown | None
    """The commit of that repository that was released, in hex digits; None where it was built from another repository."""


class AlwaysPassing(Struct, frozen=True):
    """A check for trying things out."""


class AlwaysFailing(Struct, frozen=True):
    """A check for trying things out."""

    message: str


class Task(Struct, frozen=True):
    """A check that runs something: Jobs among the instance's objects, with what they need."""

    parameters: Mapping[str, ParameterValue]
    """Those of the service, and those of the protection over them."""
    env: Mapping[str, str | SecretKeyRef]
    injects_env: bool = True
    job: Mapping[str, Any] | None = None
    """The Job of a `taskConfig`, as a manifest would have it; None where there are manifests."""
    manifests: tuple[ManifestFile, ...] = ()
    patches: tuple[Patch, ...] = ()
    attempt: int = 0
    """Counted up by a release that asks for another try: a Job that failed runs again."""


Does = AllowedTimes | CommitDenylist | AlwaysPassing | AlwaysFailing | Task


class Check(Struct, frozen=True):
    """A protection as it is attached: what is asked, and when."""

    name: str
    stage: Stage
    does: Does
    at: Spot
    bake: float = 0.0
    """Seconds for which the instance has to be well before it is called stable: `postDeployment` alone has them."""


class Approvals(Struct, frozen=True):
    """How approvals count."""

    longest: timedelta = timedelta(days=7)
    excludes_author: bool = False
    """True where whoever wrote the change may not approve it."""


class Stability(Struct, frozen=True):
    """Where the word for the stability of an upstream channel comes from."""

    is_recorded: bool = False
    """True where the upstream stack's signed record is taken; False where its cluster is asked, live."""
    longest: timedelta = timedelta(0)
    """How old a record may be."""


class Rollback(Struct, frozen=True):
    """A release that was completed in a channel before, at which somebody holds a service until the entry is lifted."""

    version: str
    manifests: str
    reason: str
    """In their words; may be empty."""
    at: Spot
    """Where the entry is written."""


class Bypass(Struct, frozen=True):
    """What a rollback need not wait for."""

    ordering: bool = False
    approvals: bool = False
    protections: bool = False


Precondition = StableIn | NothingToAwait | ApprovalBy


class ServiceInstance(Struct, frozen=True, kw_only=True):
    """One service in one release channel: flat, frozen, nothing left to look up."""

    application: str
    service: str
    channel: str
    at: Spot
    """Where the service is defined."""
    runtime: Runtime
    stack: str
    """The stack whose file declares the runtime."""
    namespace: str
    owns_namespace: bool
    """True for the generated namespace, which is made and removed with the channel."""
    manifests: tuple[ManifestFile, ...]
    parameters: Mapping[str, ParameterValue]
    constants: Mapping[str, str]
    env: Mapping[str, str | SecretKeyRef]
    injects_env: bool
    patches: tuple[Patch, ...]
    secrets: Secrets = Secrets()
    preconditions: tuple[Precondition, ...]
    checks: tuple[Check, ...] = ()
    approvals: Approvals = Approvals()
    stability: Stability = Stability()
    bypass: Bypass = Bypass()
    """What a rollback of this instance may bypass."""
    rollback: Rollback | None = None
    """Where somebody rolled it back: the release at which it stays, whatever is released."""
    rolls_back: bool = True
    """True where a release that failed gives way to the one before it."""
    progress_deadline: float | None
    """Seconds until a rollout that is not done counts as failed; None leaves the provider's default of 10 minutes."""
    keeps_objects: bool
    """True where removing the service must leave its objects in the cluster."""
    definition: str
    """Canonical JSON of all that makes the version beside the manifests: the same for every channel."""

    @property
    def id(self) -> str:
        """The name under which stack outputs, approvals and people know the instance."""
        return f"{self.application}/{self.channel}/{self.service}"

    @property
    def is_guarded(self) -> bool:
        """True where something has to be true before it moves: Jobs beside it and checks afterwards are no such thing."""
        before = [one for one in self.checks if one.stage is not Stage.POST_DEPLOYMENT and not isinstance(one.does, Task)]
        return bool(self.preconditions or before)
