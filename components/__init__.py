"""Pulumi resources: clusters and registries in each cloud, and the objects of every service instance.

One folder per cloud, the same file names in each. `interfaces.py` says what the rest of the program may use of them,
`clouds.py` is the only table of types.
"""
