"""How hard the property tests try: `--hypothesis-profile thorough` is what `make test` asks of the gates."""

from hypothesis import settings

settings.register_profile("default", max_examples=100, deadline=None)
settings.register_profile("thorough", max_examples=10_000, deadline=None)
settings.load_profile("default")
