//! With which tools, at what price and how fast is each shot made?
//!
//! Every way to make a shot is an option with a cost, a time and a quality; which option each shot takes is one problem
//! for all shots, solved exactly. Limits that nothing keeps are answered with the way out, never with a plan over them.

pub mod build;
pub mod candidate;
pub mod chart;
pub mod choose;
pub mod compile;
pub mod constraints;
pub mod figures;
pub mod kit;
pub mod matrix;
pub mod model;
pub mod plan;
pub mod project;
pub mod report;
pub mod schedule;
pub mod solve;
pub mod timeline;
pub mod workflow;

pub use build::{Order, plan};
pub use plan::ProductionPlan;

#[cfg(test)]
mod tests;
