//! The engine of `flow`: a pipeline's text becomes a document, the document a plan, the plan a run, and the run
//! outputs. Each stage is one module, and its type is the ticket to the next.

pub mod diagnostic;
pub mod document;
pub mod expression;
pub mod host;
pub mod kind;
pub mod money;
pub mod name;
pub mod plan;
pub mod run;
pub mod schema;
pub mod source;
pub mod time;
