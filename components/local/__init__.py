"""A runtime on this machine: real Kubernetes control planes whose nodes and pods are simulated by kwok."""
