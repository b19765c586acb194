//! The kinds and providers of `flow`: the table of contents is [`register`].

mod agent;
mod control;
pub mod document;
pub mod generate;
pub mod media;
mod price;
mod process;
pub mod provider;
mod storyboard;
pub mod studio;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tool_stack;
pub mod vrd;

use std::sync::Arc;

use flow_engine::kind::Registry;

use crate::generate::market::Market;
use crate::provider::llm::Models;
use crate::vrd::tools::{Shipped, Stacks};

/// Every kind of this package, ready to run: agents write by rules, plan with the tools that ship, and nothing is bought.
pub fn register() -> Registry {
    let stacks: Arc<dyn Stacks> = Arc::new(Shipped);
    register_with(&Models::default(), &stacks, &Market::default())
}

/// The same, with the models that agents may ask, the tools that they plan with, and where paid work is bought.
pub fn register_with(models: &Models, stacks: &Arc<dyn Stacks>, market: &Market) -> Registry {
    let mut registry = Registry::default();
    agent::register(&mut registry, models, stacks);
    control::register(&mut registry);
    media::register(&mut registry);
    document::register(&mut registry);
    text::register(&mut registry);
    generate::register(&mut registry, market);
    storyboard::register(&mut registry);
    registry
}
