//! The binary as its users meet it: one file a concern.

mod architecture;
mod bad_input;
mod call;
mod check;
mod doctor;
mod driver;
mod faults;
mod fmt;
mod graph;
mod kinds;
mod library;
mod new;
mod planning;
mod project;
mod readme;
mod replay;
mod resume;
mod rules;
mod run;
mod running;
mod schema;
mod show;
mod syscalls;
mod tools;
mod usage;
mod why;
