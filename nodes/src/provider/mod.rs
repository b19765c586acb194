//! Who does the work that a capability names?
//!
//! One folder a provider.

pub mod local;
