"""Benchmarks that a user can run: what the tool costs in tokens and time, as ratios against a peer."""
