"""Everyone's cast is known to every test."""

pytest_plugins = ["kexin.core.testing.personas"]
