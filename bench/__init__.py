"""Measures of speed and size, each as a ratio to a raw floor timed in the same run. Never timed tests.

`python -m bench [row…]` prints the table in French and, when every row was asked for, writes `bench/results.json`.
docs/performances.md says what each row measures and how to read it.
"""
