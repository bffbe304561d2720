//! What must hold for every message.
