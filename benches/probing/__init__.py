"""Servers with every kind of fault, and what other tools say of them: the parts of `benches/probe`."""
