"""What people type, as shapes: one module a noun."""

from delivery.shapes.application import ApplicationConfig, BypassSettings, ReleaseChannelGroup, ReleaseSettings
from delivery.shapes.aws import AwsAccount, AwsNetwork, EcrRegistry, EksNodes, EksRuntime
from delivery.shapes.base import OneOf, Shape
from delivery.shapes.channel import (
    ContainerOrchestrationRuntime,
    K8s,
    ManualApproval,
    Policy,
    Precondition,
    ReleaseChannelConfig,
    ReleaseChannelRuntimeConfig,
    ReleaseChannelStable,
    SharedManualApproval,
)
from delivery.shapes.config import ProdvanaConfig
from delivery.shapes.infrastructure import GitHubPush, RegistrySettings, RuntimeSettings
from delivery.shapes.kubernetes import KubernetesConfig, KubernetesPatch, LocalConfig, PatchReplace, PatchTarget
from delivery.shapes.linked import ExternalRegistry, KubeconfigRuntime
from delivery.shapes.local import LocalRuntime
from delivery.shapes.metadata import ApplicationUserMetadata, ServiceUserMetadata
from delivery.shapes.parameters import (
    Constant,
    DockerImageParameterDefinition,
    EnvValue,
    ImageRegistryInfo,
    IntParameterDefinition,
    KubernetesSecret,
    LabelDefinition,
    ParameterDefinition,
    ParameterValue,
    StringConstant,
    StringParameterDefinition,
)
from delivery.shapes.protection import (
    AllowedTimes,
    AlwaysFailing,
    AlwaysPassing,
    BuiltinProtectionConfig,
    CommitDefinition,
    CommitDenylist,
    CommitRange,
    OnDeployment,
    OnPostDeployment,
    ProtectionAttachmentConfig,
    ProtectionConfig,
    ProtectionLifecycle,
    ProtectionReference,
    TimeWindow,
)
from delivery.shapes.release import ChannelRelease, Release, ReleaseFile, ServiceRelease, Source
from delivery.shapes.runtime import AutoRollbackConfig, ClusterConfig
from delivery.shapes.service import PerReleaseChannelConfig, ServiceConfig
from delivery.shapes.stack import ApprovalSettings, Stack
from delivery.shapes.task import (
    ProgramConfig,
    ResourceList,
    ResourceRequirements,
    RetryConfig,
    TaskConfig,
    TaskK8s,
    Volume,
    VolumeMount,
    VolumeSource,
)
from delivery.shapes.template import ReleaseChannelTemplate

__all__ = [
    "AllowedTimes", "AlwaysFailing", "AlwaysPassing", "ApplicationConfig", "ApplicationUserMetadata",
    "ApprovalSettings", "AutoRollbackConfig", "AwsAccount", "AwsNetwork", "BuiltinProtectionConfig", "BypassSettings",
    "ChannelRelease", "ClusterConfig", "CommitDefinition", "CommitDenylist", "CommitRange", "Constant",
    "ContainerOrchestrationRuntime", "DockerImageParameterDefinition", "EcrRegistry", "EksNodes", "EksRuntime",
    "EnvValue", "ExternalRegistry", "GitHubPush", "ImageRegistryInfo", "IntParameterDefinition", "K8s",
    "KubeconfigRuntime", "KubernetesConfig", "KubernetesPatch", "KubernetesSecret", "LabelDefinition", "LocalConfig",
    "LocalRuntime", "ManualApproval", "OnDeployment", "OnPostDeployment", "OneOf", "ParameterDefinition",
    "ParameterValue", "PatchReplace", "PatchTarget", "PerReleaseChannelConfig", "Policy", "Precondition",
    "ProdvanaConfig", "ProgramConfig", "ProtectionAttachmentConfig", "ProtectionConfig", "ProtectionLifecycle",
    "ProtectionReference", "RegistrySettings", "Release", "ReleaseChannelConfig", "ReleaseChannelGroup",
    "ReleaseChannelRuntimeConfig", "ReleaseChannelStable", "ReleaseChannelTemplate", "ReleaseFile", "ReleaseSettings",
    "ResourceList", "ResourceRequirements", "RetryConfig", "RuntimeSettings", "ServiceConfig", "ServiceRelease",
    "ServiceUserMetadata", "Shape", "SharedManualApproval", "Source", "Stack", "StringConstant",
    "StringParameterDefinition", "TaskConfig", "TaskK8s", "TimeWindow", "Volume", "VolumeMount", "VolumeSource",
]  # fmt: skip
