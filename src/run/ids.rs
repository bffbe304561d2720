//! Names of runs.

/// A new name for a run: 12 hexadecimal digits.
pub fn run_id() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id.get(..12).unwrap_or(&id).to_owned()
}
