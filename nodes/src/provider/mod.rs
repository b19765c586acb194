//! Who does the work that a capability names?
//!
//! One folder a provider; a capability that several share is a trait of its own.

pub mod llm;
pub mod local;
pub mod rehearsal;
