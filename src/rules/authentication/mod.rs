//! Authentication: which methods go with which endpoint, what they need, and the secrets behind them.

pub mod auth_method_not_allowed;
