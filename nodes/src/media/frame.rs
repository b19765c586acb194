//! How large is the picture, and how many of them are there in a second?
//!
//! The ports `aspect`, `resolution` and `fps`, which kinds share, and the exact arithmetic of frames.

use flow_engine::kind::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shape of the picture.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Aspect {
    /// As screens lie.
    #[default]
    #[serde(rename = "16:9")]
    Wide,
    /// As telephones are held.
    #[serde(rename = "9:16")]
    Tall,
    #[serde(rename = "1:1")]
    Square,
    #[serde(rename = "4:5")]
    Portrait,
}

/// The length of the picture's shorter side in pixels, an even number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Resolution(#[schemars(range(min = 90, max = 2160))] pub u32);

/// Pictures in a second, a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fps(#[schemars(range(min = 10, max = 60))] pub u32);

/// The picture's size and rate.
///
/// Invariant: both sides are even and from 90 to 4096; the rate is from 10 to 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    fps: u32,
}

impl Default for Resolution {
    fn default() -> Self {
        Self(720)
    }
}

impl Default for Fps {
    fn default() -> Self {
        Self(30)
    }
}

impl Frame {
    pub fn new(aspect: Aspect, resolution: Resolution, fps: Fps) -> Result<Self, Failure> {
        let Resolution(short) = resolution;
        let Fps(fps) = fps;
        if !(90..=2160).contains(&short) || !short.is_multiple_of(2) {
            return Err(Failure::input(format!(
                "`resolution` is {short}, and must be even and from 90 to 2160"
            ))
            .help("write 720 for 1280×720"));
        }
        if !(10..=60).contains(&fps) {
            return Err(Failure::input(format!("`fps` is {fps}, and must be from 10 to 60"))
                .help("write 30"));
        }
        let long = |times: u32, of: u32| (short * times / of).next_multiple_of(2);
        let (width, height) = match aspect {
            Aspect::Wide => (long(16, 9), short),
            Aspect::Tall => (short, long(16, 9)),
            Aspect::Square => (short, short),
            Aspect::Portrait => (short, long(5, 4)),
        };
        Ok(Self { width, height, fps })
    }

    /// The frame of an existing clip, if it is one that we could make.
    pub(crate) fn of_clip(width: u32, height: u32, fps: f64) -> Option<Self> {
        let side = |side: u32| side.is_multiple_of(2) && (90..=4096).contains(&side);
        let whole = (10..=60).find(|whole| (f64::from(*whole) - fps).abs() < 1e-6)?;
        (side(width) && side(height)).then_some(Self { width, height, fps: whole })
    }

    pub fn width(self) -> u32 {
        self.width
    }

    pub fn height(self) -> u32 {
        self.height
    }

    pub fn fps(self) -> u32 {
        self.fps
    }

    /// How many frames cover `seconds`: the last may reach beyond them, none is missing.
    pub(crate) fn frames(self, seconds: f64) -> u64 {
        // The slack forgives what decimal fractions lose: 0.1 s at 30 are 3 frames, not 4.
        whole((seconds * f64::from(self.fps) - 1e-6).ceil())
    }

    /// How many whole frames there are within `seconds`.
    pub(crate) fn within(self, seconds: f64) -> u64 {
        whole((seconds * f64::from(self.fps) + 1e-6).floor())
    }

    /// The frame that is shown nearest to `seconds`.
    pub(crate) fn nearest(self, seconds: f64) -> u64 {
        whole((seconds * f64::from(self.fps)).round())
    }

    /// The exact length of so many frames.
    pub(crate) fn seconds(self, frames: u64) -> f64 {
        count(frames) / f64::from(self.fps)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and lengths are far below 2^53"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// A count as a number to calculate with; exact, for counts are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn count(number: u64) -> f64 {
    number as f64
}

/// Seconds as a command line says them: to the microsecond.
pub(crate) fn seconds_text(seconds: f64) -> String {
    format!("{seconds:.6}")
}

#[cfg(test)]
mod tests {
    use flow_engine::schema::Schema;
    use serde_json::json;

    use super::*;

    fn size(aspect: Aspect, resolution: u32) -> (u32, u32) {
        let frame = Frame::new(aspect, Resolution(resolution), Fps(30)).unwrap();
        (frame.width(), frame.height())
    }

    #[test]
    fn sides_are_even_and_have_the_shape() {
        assert_eq!(size(Aspect::Wide, 720), (1280, 720));
        assert_eq!(size(Aspect::Tall, 720), (720, 1280));
        assert_eq!(size(Aspect::Square, 720), (720, 720));
        assert_eq!(size(Aspect::Portrait, 1080), (1080, 1350));
        assert_eq!(size(Aspect::Wide, 1080), (1920, 1080));
        assert_eq!(size(Aspect::Wide, 180), (320, 180));
        assert_eq!(size(Aspect::Wide, 480), (854, 480));
        assert!(Frame::new(Aspect::Wide, Resolution(7), Fps(30)).is_err());
        assert!(Frame::new(Aspect::Wide, Resolution(720), Fps(0)).is_err());
    }

    #[test]
    fn frames_cover_the_time_and_no_more() {
        let frame = Frame::new(Aspect::Wide, Resolution(720), Fps(30)).unwrap();
        let cases = [(0.1, 3), (0.101, 4), (5.0, 150), (1.0 / 3.0, 10), (0.0, 0), (-1.0, 0)];
        for (seconds, frames) in cases {
            assert_eq!(frame.frames(seconds), frames, "{seconds}");
        }
        assert!((frame.seconds(frame.frames(7.3)) - 7.3).abs() < 1e-9);
    }

    #[test]
    fn the_ports_are_bounded_in_the_schema() {
        let schema = Schema::of_input::<Resolution>();
        assert_eq!(schema.as_json()["maximum"], json!(2160));
        assert!(Schema::of_input::<Aspect>().violations(&json!("9:16")).is_empty());
        assert!(!Schema::of_input::<Aspect>().violations(&json!("3:2")).is_empty());
    }
}
