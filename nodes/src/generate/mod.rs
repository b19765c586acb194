//! How do pictures, voices and music come into being?
//!
//! The kinds that generate: each names a capability and leaves the work to the provider that was chosen for it.

pub mod image;
pub mod market;
pub mod music;
pub mod speech;
pub mod video;

use flow_engine::kind::Registry;

use market::Market;

pub(crate) fn register(registry: &mut Registry, market: &Market) {
    registry.add(image::Generate { market: market.clone() });
    registry.add(video::Generate { market: market.clone() });
    registry.add(speech::Synthesize { market: market.clone() });
    registry.add(music::Compose);
}
