"""Whether the slow sets run: ``NIGHTLY=1`` in the environment (``make nightly``) draws more worlds, and examples by chance."""

import os

from hypothesis import settings

NIGHTLY = os.environ.get("NIGHTLY") == "1"

settings.register_profile("quick", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("nightly", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("nightly" if NIGHTLY else "quick")


def often(quick: int, nightly: int) -> int:
    """How many cases a test looks at."""
    return nightly if NIGHTLY else quick
