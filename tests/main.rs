//! The binary as its users meet it: one file a concern.
