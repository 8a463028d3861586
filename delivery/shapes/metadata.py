"""What is read strictly and kept, but changes nothing that is deployed."""

from delivery.shapes.base import Shape
from delivery.shapes.values import NonEmpty


class Link(Shape):
    """A web page about an application or a service."""

    url: NonEmpty
    display_name: NonEmpty


class ApplicationUserMetadata(Shape):
    """What people should know of an application."""

    description: str = ""
    links: tuple[Link, ...] = ()
    service_links: tuple[Link, ...] = ()


class ServiceUserMetadata(Shape):
    """What people should know of a service."""

    description: str = ""
    links: tuple[Link, ...] = ()


class Slack(Shape):
    """Channels of a chat."""

    channel: str = ""
    error_channel: str = ""


class NotificationConfig(Shape):
    """Who is told."""

    slack: Slack | None = None


class Notification(Shape):
    """A message to send."""

    config_override: NotificationConfig | None = None
    message: NonEmpty


class Last9(Shape):
    """Deployment markers."""

    data_source: NonEmpty


class AppAnnotations(Shape):
    """Deployment markers of an application."""

    last9: Last9 | None = None


class Honeycomb(Shape):
    """Deployment markers."""

    environment: NonEmpty
    dataset: str = ""


class DeployAnnotations(Shape):
    """Deployment markers of a channel or a service."""

    honeycomb: Honeycomb | None = None


class PagerDuty(Shape):
    """Paging, deprecated."""

    service: NonEmpty


class AlertingConfig(Shape):
    """Paging, deprecated."""

    pagerduty: PagerDuty | None = None


class GKEClusterMetadata(Shape):
    """Where a GKE cluster is."""

    project_name: str = ""
    cluster_location: str = ""
    cluster_name: str = ""


class ClusterMetadata(Shape):
    """What people say of a cluster."""

    gke: GKEClusterMetadata | None = None
