//! The kinds and providers of `flow`: the table of contents is [`register`].

use flow_engine::kind::Registry;

/// Every kind of this package, ready to run.
pub fn register() -> Registry {
    Registry::default()
}
