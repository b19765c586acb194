//! Stage 2: a document and a catalog become a plan.

pub mod graph;
