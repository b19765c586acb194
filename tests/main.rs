//! The binary as its users meet it: one file a concern.

mod architecture;
mod check;
mod doctor;
mod kinds;
mod project;
mod run;
mod usage;
