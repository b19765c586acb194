//! The binary as its users meet it: one file a concern.

mod architecture;
mod doctor;
mod kinds;
mod project;
mod usage;
