"""Tree in, plan out: everything that is decided, and nothing that acts.

No module of this package imports pulumi, opens a socket or asks a clock. See docs/architecture.md.
"""
