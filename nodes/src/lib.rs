//! The kinds and providers of `flow`: the table of contents is [`register`].

mod agent;
mod control;
pub mod document;
pub mod generate;
pub mod media;
mod process;
pub mod provider;
#[cfg(test)]
#[expect(dead_code, reason = "kinds of media use the rest of it")]
mod testing;
pub mod text;
pub mod vrd;

use flow_engine::kind::Registry;

/// Every kind of this package, ready to run.
pub fn register() -> Registry {
    let mut registry = Registry::default();
    agent::register(&mut registry);
    control::register(&mut registry);
    media::register(&mut registry);
    document::register(&mut registry);
    text::register(&mut registry);
    generate::register(&mut registry);
    registry
}
