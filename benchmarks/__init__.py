"""How fast the pages and the reader are, each beside a peer: `python -m benchmarks`."""
