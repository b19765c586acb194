//! With which tools, at what price and how fast is each shot made?

pub mod constraints;
