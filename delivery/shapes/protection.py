"""Protections: checks that hold a release back, and where they attach."""

from typing import Annotated, Literal

from pydantic import Field

from delivery.shapes.base import METADATA, NeverNull, OneOf, Shape, enum
from delivery.shapes.kubernetes import KubernetesConfig
from delivery.shapes.parameters import EnvValue, ParameterDefinition, ParameterValue
from delivery.shapes.task import TaskConfig
from delivery.shapes.values import (
    SOME,
    Commit,
    Days,
    Duration,
    EnvKey,
    Hours,
    Name,
    NameOrEmpty,
    NonEmpty,
    PositiveDuration,
    Zone,
)


class PreApproval(Shape):
    """Checked before approvals are asked for."""


class PostApproval(Shape):
    """Checked after approvals, last before the deployment."""


class OnDeployment(Shape):
    """Checked while deploying."""

    failure_behavior: Annotated[
        Literal["BLOCK", "FAIL"] | None, enum("UNKNOWN_PROTECTION_FAILURE_BEHAVIOR", "BLOCK", "FAIL")
    ] = None
    """BLOCK checks only before deploying; FAIL marks the instance failed."""


class OnPostDeployment(Shape):
    """Checked once pods are healthy; being stable waits for it."""

    delay_check_duration: Duration | None = None
    """Seconds to wait before the check counts."""
    check_duration: PositiveDuration
    """Seconds for which the check has to hold."""


class ProtectionLifecycle(Shape):
    """When a protection is checked."""

    one_of = (OneOf(("pre_approval", "post_approval", "deployment", "post_deployment"), why="say when to check"),)

    pre_approval: Annotated[PreApproval | None, NeverNull("{}")] = None
    post_approval: Annotated[PostApproval | None, NeverNull("{}")] = None
    deployment: Annotated[OnDeployment | None, NeverNull("{failureBehavior: BLOCK}")] = None
    post_deployment: Annotated[OnPostDeployment | None, NeverNull("{checkDuration: 600s}")] = None


class ProtectionReference(Shape):
    """Which protection, and its parameters."""

    name: Name
    parameters: tuple[ParameterValue, ...] = ()


class ProtectionAttachmentConfig(Shape):
    """A protection attached to a channel or to a service in a channel."""

    name: NameOrEmpty = ""
    """Unset means the protection's own name."""
    ref: ProtectionReference
    lifecycle: Annotated[tuple[ProtectionLifecycle, ...], SOME, NeverNull("at least one item")]
    """When to check: at least one item."""


class CommitRange(Shape):
    """Commits after the start, up to and with the end."""

    start_commit: Commit
    end_commit: Commit


class CommitDefinition(Shape):
    """A commit, or a range of them."""

    one_of = (OneOf(("commit", "range")),)

    commit: Commit | None = None
    range: CommitRange | None = None


class CommitDenylist(Shape):
    """Commits that must not be released."""

    repository: NonEmpty
    commits: Annotated[tuple[CommitDefinition, ...], NeverNull("the commits, or []")] = ()


class TimeWindow(Shape):
    """When releases may go out."""

    days: Days
    """`weekdays`, `weekends`, `mon-thu`, `monday,friday`."""
    hours: Hours
    """`10-20` (closes at 20:00), `22-4` (into the next day), `5,6,7`."""
    tz: Zone = "UTC"
    """An IANA zone, in any case."""


class AllowedTimes(Shape):
    """The windows in which releases may go out."""

    windows: Annotated[tuple[TimeWindow, ...], SOME, NeverNull("at least one item")]
    """At least one: without any, nobody could tell whether all times are meant or none."""


class AlwaysPassing(Shape):
    """Passes; for trying things out."""


class AlwaysFailing(Shape):
    """Never passes; for trying things out."""

    message: str = ""


class BuiltinProtectionConfig(Shape):
    """A check that needs no program."""

    one_of = (OneOf(("commit_denylist", "allowed_times", "always_passing", "always_failing")),)

    commit_denylist: CommitDenylist | None = None
    allowed_times: AllowedTimes | None = None
    always_passing: AlwaysPassing | None = None
    always_failing: AlwaysFailing | None = None


class ProtectionConfig(Shape):
    """A check that can hold a release back."""

    one_of = (OneOf(("task_config", "kubernetes_config", "builtin"), why="say what the protection does"),)

    name: Name
    task_config: TaskConfig | None = None
    kubernetes_config: KubernetesConfig | None = None
    builtin: BuiltinProtectionConfig | None = None
    poll_interval: Annotated[Duration | None, METADATA] = None
    """Seconds between two checks. Nothing polls here: a check is asked at each update, a Job runs once."""
    timeout: Annotated[Duration | None, METADATA] = None
    parameters: tuple[ParameterDefinition, ...] = ()
    env: dict[EnvKey, EnvValue] = Field(default_factory=dict)
