"""`pytest tests/fuzz --hypothesis-profile=fuzz` runs thousands of new cases, else a few seeded ones."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "fuzz",
    max_examples=5000,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
