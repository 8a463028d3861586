"""The `pvn` command: one module a verb. It reads, explains and signs; only `pulumi up` changes a cluster."""
