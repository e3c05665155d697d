"""How fast it is, beside floors and peers measured in the same run: `python -m tests.benchmarks`."""
