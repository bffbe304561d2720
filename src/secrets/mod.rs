//! Where credentials come from while a command runs: a Secret among the files, `--secret`, directories, the environment,
//! `kubectl`, `az`.
