"""GKE clusters and Artifact Registry, each in the project that its settings name."""

from components import packages

# a program would load it for a second, and needs what `sdk` takes out of it
packages.enter("pulumi_gcp.compute")
