"""REFUSES: the policy pack. A process of its own that decides the gates anew and holds the program to them.

    evidence ─▶ decision ─▶ rules ─▶ objections ─▶ the engine refuses what is objected to
                              │
                              └─▶ coverage: which rule examined which resource, and which could not

Run it with `pulumi preview|up --policy-pack policy`. It shares `delivery` and `evidence` with the program and nothing else.
"""
