"""GKE clusters and Artifact Registry, each in the project that its settings name."""
