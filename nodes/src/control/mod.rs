//! Which kinds of work belong to no vendor and no medium?

mod command;
mod value;

use flow_engine::kind::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add_pure(value::Value);
    registry.add(command::Command);
}
