//! Which kinds of work belong to no vendor and no medium?

mod command;
mod reallocate;
mod value;

use flow_engine::kind::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add_pure(value::Value);
    registry.add_pure(reallocate::Reallocate);
    registry.add(command::Command);
}
