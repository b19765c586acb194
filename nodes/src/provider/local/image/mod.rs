//! How does this machine draw?
//!
//! A prompt becomes a drawing in SVG, the drawing pixels, and the pixels get a grain, which hides the steps that
//! video makes of smooth colours. Everything follows from the input: equal inputs, equal bytes.

#![expect(clippy::unreadable_literal, reason = "colours are read as RRGGBB")]

mod card;
mod colour;
mod letters;
mod motif;
mod scene;
mod svg;
mod theme;

use std::io::BufWriter;
use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure, File};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use crate::generate::image::{Input, Output};
use crate::media::frame::{Aspect, Fps, Frame, Resolution};
use crate::media::{self, Image};
use letters::Fonts;
use svg::Svg;

pub use letters::missing as missing_fonts;

/// The picture is larger than the film, so that a camera can move over it and stay sharp.
const ROOM: (u32, u32) = (5, 4);
/// How far the grain moves a channel at most.
const GRAIN: i32 = 4;
const MODEL: &str = "drawing-1";

pub(crate) fn revision() -> String {
    letters::revision()
}

pub(crate) async fn generate(attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
    if let Some(reference) = input.reference {
        return as_given(attempt, reference).await;
    }
    let (width, height) = size(input.aspect, input.resolution)?;
    let drawn = drawn(attempt, (width, height), move || draw(&input, width, height));
    Ok(Output {
        image: drawn.await?,
        width,
        height,
        provider: super::NAME.to_owned(),
        model: MODEL.to_owned(),
        cost: None,
    })
}

/// How many pixels a picture for such a film has.
pub(crate) fn size(aspect: Aspect, resolution: Resolution) -> Result<(u32, u32), Failure> {
    let frame = Frame::new(aspect, resolution, Fps::default())?;
    let larger = |side: u32| (side * ROOM.0 / ROOM.1).next_multiple_of(2);
    Ok((larger(frame.width()), larger(frame.height())))
}

/// A drawing of one's own, as a picture of `size`; its words are set in the faces of this machine.
pub(crate) async fn trace(
    attempt: &dyn Attempt,
    svg: String,
    size: (u32, u32),
) -> Result<File<Image>, Failure> {
    drawn(attempt, size, move || pixels(&svg, &Fonts::load()?.options(), size)).await
}

/// Keeps what `draw` gives. It draws beside the other work of this process.
async fn drawn(
    attempt: &dyn Attempt,
    (width, height): (u32, u32),
    draw: impl FnOnce() -> Result<Vec<u8>, Failure> + Send + 'static,
) -> Result<File<Image>, Failure> {
    let path = attempt.folder().join("picture.png");
    let to = path.clone();
    let drawing = tokio::task::spawn_blocking(move || save(&to, &draw()?, width, height));
    drawing.await.map_err(|error| internal(&error))??;
    media::keep(attempt, &path, "image/png").await
}

/// A picture of one's own, as it is.
async fn as_given(attempt: &dyn Attempt, image: File<Image>) -> Result<Output, Failure> {
    let path = attempt.artifacts().open(&image.digest).await?;
    let size = image::ImageReader::open(&path)
        .and_then(image::ImageReader::with_guessed_format)
        .map_err(image::ImageError::IoError)
        .and_then(image::ImageReader::into_dimensions);
    let (width, height) = size.map_err(|error| {
        Failure::input(format!("the picture cannot be read: {error}"))
            .help("give a PNG, JPEG or WebP file")
    })?;
    Ok(Output {
        image,
        width,
        height,
        provider: super::NAME.to_owned(),
        model: "as given".to_owned(),
        cost: None,
    })
}

/// The pixels of the picture, three bytes each.
fn draw(input: &Input, width: u32, height: u32) -> Result<Vec<u8>, Failure> {
    let mut svg = Svg::new(f64::from(width), f64::from(height));
    let mut options = usvg::Options::default();
    if input.title.is_some() || input.number.is_some() {
        let fonts = Fonts::load()?;
        card::check(input, fonts)?;
        options = fonts.options();
        card::draw(&mut svg, input, fonts);
    } else {
        scene::draw(&mut svg, input);
    }
    pixels(&svg.finish(), &options, (width, height))
}

/// The pixels of a drawing that is as large as the picture.
fn pixels(
    svg: &str,
    options: &usvg::Options<'_>,
    (width, height): (u32, u32),
) -> Result<Vec<u8>, Failure> {
    let tree = usvg::Tree::from_str(svg, options).map_err(|error| internal(&error))?;
    let mut pixmap =
        Pixmap::new(width, height).ok_or_else(|| internal(&"the picture is too large"))?;
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    Ok(grained(pixmap.data(), width))
}

/// Opaque pixels with a fine grain: the difference of two noises, so that most of it is small.
fn grained(pixels: &[u8], width: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len() / 4 * 3);
    for (index, pixel) in pixels.chunks_exact(4).enumerate() {
        let noise = noise(u32::try_from(index).unwrap_or(0), width);
        out.extend(pixel[..3].iter().map(|channel| {
            u8::try_from((i32::from(*channel) + noise).clamp(0, 255)).unwrap_or(u8::MAX)
        }));
    }
    out
}

fn noise(index: u32, width: u32) -> i32 {
    let mut hash = index.wrapping_mul(0x9E37_79B1) ^ width;
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x85EB_CA77);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xC2B2_AE3D);
    hash ^= hash >> 16;
    let [a, b, ..] = hash.to_le_bytes();
    (i32::from(a) - i32::from(b)) * GRAIN / 255
}

fn save(path: &Path, pixels: &[u8], width: u32, height: u32) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Class::Storage, format!("cannot write the picture: {error}"))
    };
    let file = std::fs::File::create(path).map_err(|error| failed(&error))?;
    PngEncoder::new_with_quality(BufWriter::new(file), CompressionType::Fast, FilterType::Up)
        .write_image(pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| failed(&error))
}

fn internal(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Class::Internal, format!("the picture cannot be drawn: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(prompt: &str) -> Input {
        Input { prompt: prompt.to_owned(), theme: "auto".to_owned(), ..Input::default() }
    }

    #[test]
    fn equal_inputs_give_equal_pixels_and_another_seed_others() {
        let draw = |input: &Input| draw(input, 320, 180).unwrap();
        let fox = input("a red fox in the snow at dawn");
        assert_eq!(draw(&fox), draw(&fox));
        assert_ne!(draw(&fox), draw(&Input { seed: 1, ..fox.clone() }));
        assert_ne!(draw(&fox), draw(&input("a city at night")));
    }

    #[test]
    fn any_prompt_gives_a_picture() {
        for prompt in ["x", "🦊", "<&\"'>", "風がやんだ", &"long ".repeat(4000), "0"] {
            for (width, height) in [(160, 90), (90, 160), (90, 90)] {
                let pixels = draw(&input(prompt), width, height).unwrap();
                assert!(
                    pixels.iter().any(|byte| *byte != pixels[0]),
                    "{prompt} is not one flat colour"
                );
            }
        }
    }

    #[test]
    fn the_grain_is_fine_and_even() {
        let noises: Vec<i32> = (0..100_000).map(|index| noise(index, 1600)).collect();
        assert!(noises.iter().all(|noise| noise.abs() <= GRAIN));
        assert!(noises.iter().sum::<i32>().abs() < 2_000);
    }
}
