//! How does a still picture become a moving clip?

use flow_engine::kind::{Attempt, Class, Failure, File, Kind, Nature};
use flow_engine::name::Digest;
use flow_pixels::{Camera, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::canvas::{self, Fill};
use super::frame::{Aspect, Fps, Frame, Resolution, count};
use super::{Image, Video, encode};
use crate::process::{self, Command, Stdin};

pub(crate) struct KenBurns;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The still picture: PNG, JPEG or WebP.
    image: File<Image>,
    /// How long the clip is: 0.1 to 3600 seconds.
    seconds: f64,
    #[serde(default)]
    aspect: Aspect,
    #[serde(default)]
    resolution: Resolution,
    #[serde(default)]
    fps: Fps,
    /// How the camera moves.
    #[serde(default)]
    motion: Motion,
    /// By how much of its size the picture grows, or which part of it the camera passes; computed from `seconds`
    /// where it is left out.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 0.5))]
    zoom: Option<f64>,
    /// How a picture of another shape is fitted into the frame.
    #[serde(default)]
    fill: Fill,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    video: File<Video>,
    /// Its exact length: the least whole number of frames that covers what was asked for.
    seconds: f64,
    frames: u64,
    /// How the camera moved.
    motion: Motion,
}

/// How the camera moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Motion {
    /// One of the four movements, by the picture's content.
    #[default]
    Auto,
    ZoomIn,
    ZoomOut,
    PanLeft,
    PanRight,
    Still,
}

impl Kind for KenBurns {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/ken-burns";
    const VERSION: u32 = 3;
    const DOCS: &'static str = "\
Makes a clip out of a still picture, by a slow zoom or pan that never jitters.

```yaml
nodes:
  clip:
    use: media/ken-burns
    with:
      image: ${{ picture.image }}
      seconds: ${{ voice.seconds + 0.9 }}     # the voice, and a pause after it
      aspect: '9:16'
```

| port | | |
|---|---|---|
| `image` | in | PNG, JPEG or WebP, of any size; best at least 1.15 times as large as the frame |
| `seconds` | in | 0.1 to 3600 |
| `aspect` | in, `16:9` | `16:9`, `9:16`, `1:1` or `4:5` |
| `resolution` | in, 720 | the shorter side in pixels, even, 90 to 2160 |
| `fps` | in, 30 | pictures in a second, whole, 10 to 60 |
| `motion` | in, `auto` | `zoom-in`, `zoom-out`, `pan-left`, `pan-right`, `still`; `auto` chooses by the picture's content |
| `zoom` | in, optional | 0 to 0.5: 0.08 grows the picture by 8 %. Left out: 0.6 % a second, from 3 % to 8 %, to 5 % for a pan |
| `fill` | in, `cover` | for pictures of another shape: `cover` cuts, `contain` adds bars, `blur` a blurred copy behind |
| `video` | out | a silent MP4, light to make and nearly lossless; `media/concat` joins such clips without encoding them again |
| `seconds`, `frames` | out | the exact length: the least whole number of frames that covers `seconds` |
| `motion` | out | how the camera moved |

Equal pictures and ports give equal clips.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg"])
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let frame = Frame::new(input.aspect, input.resolution, input.fps)?;
        if !(0.1..=3600.0).contains(&input.seconds) {
            return Err(Failure::input(format!(
                "`seconds` is {}, and must be from 0.1 to 3600",
                input.seconds
            )));
        }
        let frames = frame.frames(input.seconds);
        let seconds = frame.seconds(frames);
        let motion = input.motion.settle(&input.image.digest);
        let path = Move { motion, amount: input.zoom.unwrap_or_else(|| motion.amount(seconds)) };

        let picture = attempt.artifacts().open(&input.image.digest).await?;
        let (sender, chunks) = mpsc::channel(2);
        let fill = input.fill;
        let drawing = tokio::task::spawn_blocking(move || {
            draw(canvas::camera(&picture, frame, fill)?, path, frames, &sender)
        });
        let command = Command::ffmpeg(Some(seconds))
            .folder(attempt.folder())
            .arguments(command(frame))
            .stdin(Stdin::Chunks(chunks));
        let encoded = process::succeed(attempt, command).await;
        // A picture that cannot be read is why ffmpeg had nothing to encode.
        drawing.await.map_err(|error| {
            Failure::new(Class::Internal, format!("drawing the frames failed: {error}"))
        })??;
        encoded?;
        let video = super::keep(attempt, &attempt.folder().join("clip.mp4"), "video/mp4").await?;
        Ok(Output { video, seconds, frames, motion })
    }
}

impl Motion {
    /// The movement that `Auto` stands for.
    fn settle(self, picture: &Digest) -> Self {
        const MOVES: [Motion; 4] =
            [Motion::ZoomIn, Motion::PanRight, Motion::ZoomOut, Motion::PanLeft];
        match self {
            Self::Auto => MOVES[usize::from(picture.as_bytes()[0]) % MOVES.len()],
            chosen => chosen,
        }
    }

    /// What grows on the viewer, not at them: 3 % in five seconds. A pan takes all of it from one side, where words may
    /// stand; so it goes less far.
    fn amount(self, seconds: f64) -> f64 {
        let most = match self {
            Self::PanLeft | Self::PanRight => 0.05,
            _ => 0.08,
        };
        (0.006 * seconds).clamp(0.03, most)
    }
}

/// A movement of the camera and how far it goes.
#[derive(Clone, Copy, Debug)]
struct Move {
    motion: Motion,
    amount: f64,
}

impl Move {
    /// What is seen of a canvas of `width` × `height` at `time`, from 0 to 1.
    fn window(self, (width, height): (f64, f64), time: f64) -> Window {
        let eased = time * time * (3.0 - 2.0 * time);
        let (zoom, across) = match self.motion {
            Motion::Auto | Motion::Still => (1.0, 0.5),
            Motion::ZoomIn => (1.0 + self.amount * eased, 0.5),
            Motion::ZoomOut => (1.0 + self.amount * (1.0 - eased), 0.5),
            Motion::PanRight => (1.0 + self.amount, eased),
            Motion::PanLeft => (1.0 + self.amount, 1.0 - eased),
        };
        let (wide, high) = (width / zoom, height / zoom);
        Window {
            left: (width - wide) * across,
            top: (height - high) / 2.0,
            width: wide,
            height: high,
        }
    }
}

/// Sends one frame after the other, until the encoder is gone.
fn draw(
    mut camera: Camera,
    path: Move,
    frames: u64,
    sender: &mpsc::Sender<Vec<u8>>,
) -> Result<(), Failure> {
    let size = camera.canvas();
    let still = path.motion == Motion::Still;
    let mut look =
        |time| camera.shoot(path.window(size, time)).map_err(|error| canvas::refused(&error));
    let first = look(0.0)?;
    for number in 0..frames {
        let shot = if still {
            first.clone()
        } else {
            look(count(number) / count(frames.saturating_sub(1).max(1)))?
        };
        if sender.blocking_send(shot).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn command(frame: Frame) -> Vec<String> {
    let (size, fps) = (format!("{}x{}", frame.width(), frame.height()), frame.fps().to_string());
    let mut arguments = encode::words(&["-f", "rawvideo", "-pix_fmt", "yuv420p"]);
    arguments.extend(encode::words(&["-s", &size, "-framerate", &fps, "-i", "pipe:0"]));
    arguments.extend(encode::clip(frame));
    arguments.push("clip.mp4".into());
    arguments
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};
    use serde_json::json;

    use super::*;
    use crate::media::probe;
    use crate::testing::TestAttempt;

    fn picture() -> Vec<u8> {
        let picture = RgbImage::from_fn(640, 480, |x, y| {
            let inside = (x / 40 + y / 40) % 2 == 0;
            if inside { Rgb([230, 120, 60]) } else { Rgb([20, 40, 80]) }
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    async fn clip(attempt: &TestAttempt, seconds: f64, motion: &str) -> Output {
        let image: File<Image> = attempt.store(picture(), "image/png");
        let input = json!({
            "image": image, "seconds": seconds, "resolution": 180, "motion": motion, "fps": 25,
        });
        KenBurns.run(attempt, serde_json::from_value(input).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_clip_has_every_frame_that_its_time_needs() {
        let attempt = TestAttempt::new();
        let output = clip(&attempt, 1.01, "auto").await;
        assert_eq!(output.frames, 26);
        let facts = probe::probe(&attempt, &output.video).await.unwrap();
        let video = facts.video.unwrap();
        assert_eq!((video.width, video.height, video.frames), (320, 180, 26));
        assert!((facts.seconds - 1.04).abs() < 1e-6);
        assert_eq!(video.pixel_format, "yuv420p");
        assert!(attempt.reported().iter().any(|done| *done > 0.5));
    }

    #[tokio::test]
    async fn equal_inputs_give_equal_clips() {
        let attempt = TestAttempt::new();
        let first = clip(&attempt, 0.5, "zoom-in").await;
        let second = clip(&attempt.next(), 0.5, "zoom-in").await;
        assert_eq!(first.video.digest, second.video.digest);
        let other = clip(&attempt.next(), 0.5, "pan-left").await;
        assert_ne!(first.video.digest, other.video.digest);
    }

    #[tokio::test]
    async fn a_broken_picture_is_the_input_s_fault() {
        let attempt = TestAttempt::new();
        let image: File<Image> = attempt.store("no picture", "image/png");
        let input = serde_json::from_value(json!({ "image": image, "seconds": 1 })).unwrap();
        let failure = KenBurns.run(&attempt, input).await.unwrap_err();
        assert_eq!(failure.class, Class::Input);
        assert!(failure.message.starts_with("the picture cannot be read"), "{}", failure.message);
    }

    #[test]
    fn what_stands_a_tenth_inside_a_picture_stays_a_twentieth_inside_the_frame() {
        for motion in [Motion::ZoomIn, Motion::ZoomOut, Motion::PanLeft, Motion::PanRight] {
            let path = Move { motion, amount: motion.amount(60.0) };
            for step in 0..=100 {
                let window = path.window((1.0, 1.0), f64::from(step) / 100.0);
                let (left, right) = (0.1 - window.left, window.left + window.width - 0.9);
                assert!(
                    left.min(right) >= 0.05 * window.width,
                    "{motion:?} at {step} %: {window:?}"
                );
            }
        }
    }

    #[test]
    fn the_window_stays_on_the_canvas_and_moves_one_way() {
        let size = (1920.0, 1080.0);
        for motion in [Motion::ZoomIn, Motion::ZoomOut, Motion::PanLeft, Motion::PanRight] {
            let path = Move { motion, amount: 0.08 };
            let windows: Vec<Window> =
                (0..=100).map(|step| path.window(size, f64::from(step) / 100.0)).collect();
            for window in &windows {
                assert!(window.left >= 0.0 && window.top >= 0.0);
                assert!(window.left + window.width <= size.0 + 1e-9);
                assert!((window.width / window.height - 16.0 / 9.0).abs() < 1e-9);
            }
            let way = |window: &Window| match motion {
                Motion::ZoomIn => -window.width,
                Motion::ZoomOut => window.width,
                Motion::PanLeft => -window.left,
                _ => window.left,
            };
            assert!(windows.is_sorted_by(|a, b| way(a) <= way(b)), "{motion:?}");
        }
    }
}
