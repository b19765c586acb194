//! The planning chain: from requirements to a costed plan, as data and rules.
//!
//! `requirements` (what must this video do?) → `script` (what is told, when, to what effect?) → `shots` (what does the
//! camera see?) → `production` (with which tools, at what price?). Each is a pure function of its input: equal inputs
//! give equal outputs, byte for byte. No kind, no clock, no file.

pub mod camera;
pub mod dollars;
pub mod issue;
pub mod light;
pub mod milli;
pub mod production;
pub mod requirements;
pub mod script;
pub mod seconds;
pub mod shots;
pub mod tools;
pub(crate) mod word;
