//! How do pictures, voices and music come into being?
//!
//! The kinds that generate: each names a capability and leaves the work to the provider that was chosen for it.

pub mod image;
pub mod music;
pub mod speech;

use flow_engine::kind::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add(image::Generate);
    registry.add(speech::Synthesize);
    registry.add(music::Compose);
}
