"""AKS clusters and Azure Container Registry, each in the subscription that its settings name."""

from components import packages

# a program would load it for a second, and needs what `sdk` takes out of it
packages.enter("pulumi_azure_native.network")
