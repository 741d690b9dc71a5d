"""Benches, by hand: ``python -m tests.bench.<name>``. They print a table and are never timed tests of the suite."""
