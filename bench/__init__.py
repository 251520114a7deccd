"""Benchmarks: each prints a ratio against a baseline measured in the same run, and fails if a request was lost."""
