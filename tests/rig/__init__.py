"""Real brokers and small clients for the scripts of the project: `benches/run` and `tests/loss`.

Standard library only. The clients speak just what the scripts need and share no code with flowgate, so that they can
be held against it.
"""
