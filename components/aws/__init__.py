"""EKS clusters and ECR registries, each in the account that its settings name."""

from components import packages

# a program would load it for a second, and needs what `sdk` takes out of it
packages.enter("pulumi_aws.ec2")
