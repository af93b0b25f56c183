"""What measures speed, memory and scale; `python -m benchmarks` runs it and writes RESULTS.md."""
