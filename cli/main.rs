//! `flow`: parses the arguments, calls a command, returns its exit status.

fn main() {}
