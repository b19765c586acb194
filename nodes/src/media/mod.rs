//! How are pictures, clips, sound and captions made into a film?
//!
//! Each kind has a file of its own; what it asks of ffmpeg is computed by pure functions and run by [`crate::process`].

use flow_engine::kind::{MediaType, Registry};

pub(crate) fn register(_registry: &mut Registry) {}

macro_rules! media_type {
    ($(#[$doc:meta])* $name:ident, $range:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl MediaType for $name {
            const RANGE: &'static str = $range;
        }
    };
}

media_type!(
    /// Moving pictures, with or without sound.
    Video, "video/*"
);
media_type!(Image, "image/*");
media_type!(Audio, "audio/*");
media_type!(Text, "text/*");
media_type!(
    /// Captions with their times, in one of three formats.
    Subtitles, "application/x-subrip, text/vtt, text/x-ssa"
);
