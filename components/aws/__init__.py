"""EKS clusters and ECR registries, each in the account that its settings name."""
