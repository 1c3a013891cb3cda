"""Everyone's cast is known to every test."""

pytest_plugins = ["tests.personas", "tests.template"]
