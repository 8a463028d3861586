"""Parameters: what a release fills in; constants; labels; environment values."""

from typing import Annotated

from delivery.shapes.base import METADATA, OneOf, Shape
from delivery.shapes.values import Int64, LabelKey, LabelText, NonEmpty, TagOrDigest


class ImageRegistryInfo(Shape):
    """The repository that an image lives in."""

    container_registry: NonEmpty
    """The name of a registry that a stack file declares."""
    image_repository: NonEmpty
    """Everything after the registry's host."""


class StringParameterDefinition(Shape):
    """A parameter that is text."""

    default_value: str = ""
    """Empty equals none."""


class DockerImageParameterDefinition(Shape):
    """A parameter that is an image; its value is a tag or a digest."""

    default_tag: str = ""
    """Empty equals none."""
    image_registry_info: ImageRegistryInfo


class IntParameterDefinition(Shape):
    """A parameter that is a whole number."""

    default_value: Int64 = 0
    """0 equals none."""


class ParameterDefinition(Shape):
    """A value that a release gives to a service."""

    one_of = (OneOf(("string", "docker_image", "int"), why="the parameter needs a type"),)

    name: NonEmpty
    description: Annotated[str, METADATA] = ""
    string: StringParameterDefinition | None = None
    docker_image: DockerImageParameterDefinition | None = None
    int: IntParameterDefinition | None = None
    required: bool = False
    """Refuse to release without a value; without it, text is empty and a number is 0."""


class ParameterValue(Shape):
    """A value given to a protection's parameter."""

    one_of = (OneOf(("string", "int", "docker_image_tag"), why="the parameter needs a value"),)

    name: NonEmpty
    string: str | None = None
    docker_image_tag: TagOrDigest | None = None
    int: Int64 | None = None


class StringConstant(Shape):
    """The text of a constant."""

    value: str = ""


class Constant(Shape):
    """A named text that templates may use."""

    name: NonEmpty
    string: StringConstant


class LabelDefinition(Shape):
    """A label and its value, for selectors and templates."""

    label: LabelKey
    value: LabelText = ""


class KubernetesSecret(Shape):
    """A key of a Kubernetes Secret, which the container reads when it starts."""

    secret_name: NonEmpty
    key: NonEmpty


class EnvValue(Shape):
    """The value of an environment variable."""

    one_of = (OneOf(("value", "kubernetes_secret"), why="write `value: …`"),)

    value: str | None = None
    kubernetes_secret: KubernetesSecret | None = None
