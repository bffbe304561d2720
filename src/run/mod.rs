//! `flowgate run`: one message through a dataflow, between two real brokers.
