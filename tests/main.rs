//! The binary as its users meet it: one file a concern.

mod architecture;
mod bad_input;
mod call;
mod check;
mod doctor;
mod graph;
mod kinds;
mod project;
mod readme;
mod resume;
mod run;
mod show;
mod usage;
