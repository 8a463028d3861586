"""`kubernetes_config`: where manifests come from and what is done to them."""

from typing import Annotated, Literal

from delivery.shapes.base import OneOf, Shape, enum
from delivery.shapes.values import NonEmpty, WholeText


class LocalConfig(Shape):
    """Files beside the .pvn.yaml file."""

    one_of = (OneOf(("path", "paths"), needed=False),)

    path: str = ""
    """A file, a directory (not recursive) or `dir/...` (recursive), relative to the folder of the .pvn.yaml file."""
    paths: tuple[NonEmpty, ...] = ()
    """Several of these, one after the other; excludes `path`."""
    sub_path: str = ""
    """A place below `path`, which then is a directory. A template that each channel fills in."""
    exclude_patterns: tuple[str, ...] = ()
    """Gitignore patterns of kustomizations to skip, where `sub_path` is set."""
    include_patterns: tuple[str, ...] = ()
    """Gitignore patterns; the format's own client ignores them for manifests, and so does this program."""


class PatchTarget(Shape):
    """Which objects a patch changes; an empty part matches all."""

    group: str = ""
    version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""


class PatchReplace(Shape):
    """The value that replaces another one."""

    one_of = (OneOf(("string", "int_as_string")),)

    path: str = ""
    """A JSON pointer, such as /spec/replicas."""
    string: str | None = None
    int_as_string: WholeText | None = None
    """A whole number, in quotes."""


class KubernetesPatch(Shape):
    """A replacement in rendered objects."""

    target: PatchTarget | None = None
    replace: PatchReplace


class KubernetesConfig(Shape):
    """Manifests and how they are treated. Inside `per_release_channel` it is laid over the service's, field by field."""

    one_of = (OneOf(("inlined", "local"), needed=False),)

    type: Annotated[Literal["KUBERNETES", "KUSTOMIZE"] | None, enum("UNKNOWN", "KUBERNETES", "KUSTOMIZE")] = None
    """Required once a channel's config is laid over the service's."""
    inlined: NonEmpty | None = None
    """The manifests themselves."""
    local: LocalConfig | None = None
    env_injection_mode: Annotated[
        Literal["ENV_INJECT_DISABLED", "ENV_INJECT_NON_SECRET_ENV"] | None,
        enum("ENV_INJECT_UNKNOWN", "ENV_INJECT_DISABLED", "ENV_INJECT_NON_SECRET_ENV"),
    ] = None
    """Unset means ENV_INJECT_NON_SECRET_ENV."""
    patches: tuple[KubernetesPatch, ...] = ()
