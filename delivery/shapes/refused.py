"""What the format knows and this program refuses, field by field, each with a reason and a way out.

A field that is set and has no effect is a production that nobody guards, so there is no third state: a field of the
format is either a field of a shape or a line in this table. null, false, 0, "" and [] count as not set.
"""

from collections.abc import Mapping

from msgspec import Struct


class Refusal(Struct, frozen=True):
    """Why a field is refused, and what to do instead."""

    why: str
    """Goes on after "`field` is not supported: "."""
    fix: str


def _backend(kind: str) -> Refusal:
    return Refusal(
        f"{kind} services cannot be deployed, this program renders raw manifests",
        "write Kubernetes manifests and name them in `kubernetesConfig`",
    )


def _without(kind: str) -> Refusal:
    return Refusal(f"a {kind} runtime runs no raw manifests", "declare a Kubernetes runtime in a stack file")


def _addon(name: str) -> Refusal:
    return Refusal(f"this program does not drive {name}", f"install and configure {name} with manifests of your own")


_SIMPLE = Refusal(
    "services are deployed from raw manifests, not from `programs`",
    "write a Deployment, and name it in `kubernetesConfig`",
)
_MANIFEST_SAYS = Refusal("raw manifests say this themselves", "write it in the service's manifests")
_EXTENSIONS = Refusal(
    "delivery extensions do not run here",
    "attach a protection with a `taskConfig`, or put a Job among the manifests",
)
_CAPABILITIES = Refusal("capabilities are deprecated and do nothing", "take it out; use constants and env instead")
_DEPRECATED_BACKEND = Refusal("it is deprecated", "write `kubernetesConfig`")
_CONVERGENCE = Refusal(
    "convergence protections were announced and never shipped",
    "use `protections` or `serviceInstanceProtections`",
)
_STORE = Refusal(
    "there is no secret store here, secret values belong in no file",
    "keep the secret in your cloud's store, or name a Kubernetes Secret: `kubernetesSecret: {secretName: …, key: …}`",
)
_SECRET_PARAMETER = Refusal(
    "a secret value would end up in manifests and state",
    "keep the secret in your cloud's store and reference it from your code, or use `kubernetesSecret` in `env`",
)
_INTERNAL = Refusal("Prodvana itself writes it, authors do not", "take it out")
_CANARY = Refusal("canaries and metric analysis do not run here", "take it out; a `postDeployment` protection can bake")
_PROGRAM_CHANGE = Refusal("it changes `programs`, and services are raw manifests", "use the parameter in a template")

_BACKENDS: Mapping[str, Refusal] = {
    "runtime_extension": _backend("custom runtime"),
    "custom_runtime": _backend("custom runtime"),
    "external_config": _DEPRECATED_BACKEND,
    "helm": Refusal(
        "`helm` services cannot be deployed, this program renders raw manifests",
        "render the chart with `helm template` into a file, and name it in `kubernetesConfig`",
    ),
    "aws_ecs": _backend("ECS"),
    "google_cloud_run": _backend("Cloud Run"),
    "fly": _backend("Fly"),
    "terraform": _backend("Terraform"),
    "pulumi": _backend("Pulumi"),
}

REFUSED: Mapping[str, Mapping[str, Refusal]] = {
    "ProdvanaConfig": {
        "delivery_extension": _EXTENSIONS,
        "release_channel": Refusal(
            "release channels live inside an application", "move it to `releaseChannels` of its application"
        ),
        "recipe": Refusal(
            "there are no recipes, channels order themselves", "use `preconditions` with `releaseChannelStable`"
        ),
    },
    "ApplicationConfig": {"capabilities": _CAPABILITIES, "capability_instances": _CAPABILITIES},
    "ReleaseChannelConfig": {
        "order": Refusal("it is deprecated, and would order nothing", "use `preconditions` with `releaseChannelStable`"),
        "maturity": Refusal("it is deprecated and says nothing", "take it out; use `labels`"),
        "convergence_protections": _CONVERGENCE,
    },
    "EnvValue": {"raw_secret": _STORE, "secret": _STORE},
    "ContainerOrchestrationRuntime": {"ecs": _without("ECS")},
    "K8s": {"pvn_managed": _INTERNAL},
    "Precondition": {
        "custom_task": Refusal(
            "programs that approve do not run here", "use `manualApproval`, or attach a protection with a `taskConfig`"
        ),
    },
    "ProgramConfig": {
        "health_check": Refusal("a task is judged by how it ends", "take it out"),
        "ports": Refusal("a task serves nothing", "take it out"),
        "template_complete": _INTERNAL,
    },
    "ImageRegistryInfo": {
        "container_registry_id": Refusal(
            "registries have no ids here", "write `containerRegistry` and the registry's name in the stack file"
        ),
    },
    "ParameterValue": {
        "secret": _SECRET_PARAMETER,
        "commit": Refusal("commit parameters are not resolved here", "use a `string` parameter"),
        "blob": Refusal("there is no blob store here", "use a `string` parameter, or a file among the manifests"),
    },
    "ServiceConfig": {
        **_BACKENDS,
        "programs": _SIMPLE,
        "replicas": _MANIFEST_SAYS,
        "release_strategy": Refusal(
            "the old release pipeline is gone", "use `preconditions` and `protections` of the channels"
        ),
        "capabilities": _CAPABILITIES,
        "delivery_config": _CANARY,
        "volumes": _MANIFEST_SAYS,
        "delivery_extensions": _EXTENSIONS,
        "delivery_extension_instances": _EXTENSIONS,
        "convergence_extensions": _EXTENSIONS,
        "convergence_extension_instances": _EXTENSIONS,
        "convergence_protections": _CONVERGENCE,
        "runtime_specific": _MANIFEST_SAYS,
        "parameter_values": Refusal(
            "values of parameters are no part of a service", "write them with `pvn release`, into releases/"
        ),
        "async_set_desired_state": _INTERNAL,
        "maestro": Refusal("releases are not queued, the newest one counts", "take it out"),
    },
    "PerReleaseChannelConfig": {
        **_BACKENDS,
        "custom_hostnames": _MANIFEST_SAYS,
        "programs": _SIMPLE,
        "cert": _MANIFEST_SAYS,
        "delivery_config": _CANARY,
        "volumes": _MANIFEST_SAYS,
        "replicas": _MANIFEST_SAYS,
        "delivery_extensions": _EXTENSIONS,
        "convergence_extensions": _EXTENSIONS,
        "runtime_specific": _MANIFEST_SAYS,
        "convergence_protections": _CONVERGENCE,
    },
    "KubernetesConfig": {"remote": _INTERNAL},
    "ParameterDefinition": {
        "secret": _SECRET_PARAMETER,
        "commit": Refusal("commit parameters are not resolved here", "use a `string` parameter"),
        "blob": Refusal("there is no blob store here", "use a `string` parameter, or a file among the manifests"),
    },
    "DockerImageParameterDefinition": {"changes": _PROGRAM_CHANGE},
    "IntParameterDefinition": {"changes": _PROGRAM_CHANGE},
    "AutoRollbackConfig": {"internal_disabled_reason": _INTERNAL},
    "ClusterConfig": {
        "kubecost": _addon("Kubecost"),
        "datadog": _addon("Datadog"),
        "alb_ingress": _addon("the ALB ingress controller"),
        "argo_rollouts": _addon("Argo Rollouts"),
        "gke_ingress": _addon("the GKE ingress"),
        "self_managed_gke_ingress": _addon("the GKE ingress"),
        "detected_cluster_metadata": _INTERNAL,
        "fake": _without("fake"),
        "extension": _without("custom"),
        "custom": _without("custom"),
        "terraform_runner": _without("Terraform"),
        "pulumi_runner": _without("Pulumi"),
        "aws_ecs": _without("ECS"),
        "google_cloud_run": _without("Cloud Run"),
        "fly": _without("Fly"),
    },
    "ServiceUserMetadata": {
        "follow_repository": Refusal(
            "nothing here watches registries", "let your CI run `pvn release` after it has pushed an image"
        ),
    },
}


_IN_CHANNELS = Refusal("it belongs into a release channel", "move it into the `releaseChannels` it is meant for")
MISPLACED: Mapping[str, Mapping[str, Refusal]] = {
    "ApplicationConfig": dict.fromkeys(
        ("constants", "runtimes", "preconditions", "protections", "policy", "policies", "env"), _IN_CHANNELS
    ),
    "ServiceConfig": {
        "protections": Refusal(
            "protections attach to channels", "move it into `perReleaseChannel`, or into the application's channels"
        ),
        "preconditions": Refusal("channels have preconditions", "move it into the application's `releaseChannels`"),
        "image": Refusal("the image is in the manifests", "add a `dockerImage` parameter, write {{.Params.<name>}} there"),
    },
    "PerReleaseChannelConfig": {
        "parameters": Refusal(
            "a release gives the values", "move it into releases/, below `perReleaseChannel` of the service"
        ),
        "preconditions": Refusal("channels have preconditions", "move it into the application's `releaseChannels`"),
    },
}
"""Fields that people look for in the wrong place: unknown there, with a better answer than a near name."""
