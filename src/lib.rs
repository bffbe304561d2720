//! Flowgate: from an Azure IoT Operations dataflow manifest to proof, and to the line to change.

pub mod diag;
pub mod schema;
