//! What can this machine do by itself?
//!
//! Real voices, pictures and music without a key, an account or a network.

mod chance;
pub mod image;
pub mod music;
pub mod speech;

pub(crate) const NAME: &str = "local";
