"""AKS clusters and Azure Container Registry, each in the subscription that its settings name."""
