//! How does a picture of any size fill a frame?
//!
//! The picture is decoded once and kept as the three planes that encoders take; frames are windows onto it, placed to
//! fractions of a pixel, so that slow movements stay smooth.

use std::path::Path;

use fast_image_resize::images::{Image as Pixels, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use flow_engine::kind::{Class, Failure};
use image::{DynamicImage, ImageDecoder, ImageReader, RgbImage, imageops};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::frame::Frame;

/// How a picture of another shape is fitted into the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fill {
    /// It fills the frame; what does not fit is cut off on both sides.
    #[default]
    Cover,
    /// All of it is seen, between black bars.
    Contain,
    /// All of it is seen, in front of a blurred copy of itself.
    Blur,
}

/// A picture of the frame's shape, in planes of brightness and colour (BT.709, limited range, 4:2:0).
pub(crate) struct Canvas {
    width: u32,
    height: u32,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

/// A part of a canvas, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Makes frames of one size out of a canvas.
pub(crate) struct Camera {
    canvas: Canvas,
    frame: Frame,
    resizer: Resizer,
}

/// A canvas is at most so many times as wide as the frame: zooms stay sharp, and frames cheap.
const FINEST: f64 = 1.5;

impl Canvas {
    /// Reads the picture at `path` and fits it into the shape of `frame`.
    pub(crate) fn open(path: &Path, frame: Frame, fill: Fill) -> Result<Self, Failure> {
        let picture = decode(path)?;
        Self::of(&picture, frame, fill)
    }

    pub(crate) fn of(picture: &RgbImage, frame: Frame, fill: Fill) -> Result<Self, Failure> {
        let size = (f64::from(frame.width()), f64::from(frame.height()));
        let picture = match fill {
            Fill::Cover => cover(picture, size, FINEST)?,
            Fill::Contain => {
                let bars = RgbImage::new(frame.width(), frame.height());
                contain(picture, bars)?
            }
            Fill::Blur => {
                let behind = blurred(picture, frame)?;
                contain(picture, behind)?
            }
        };
        Ok(Self::planes(&picture))
    }

    /// Cuts odd edges off: two by two pixels share a colour.
    fn planes(picture: &RgbImage) -> Self {
        let (width, height) = (picture.width() & !1, picture.height() & !1);
        let capacity = (width * height) as usize;
        let mut luma = Vec::with_capacity(capacity);
        let mut blue = Vec::with_capacity(capacity / 4);
        let mut red = Vec::with_capacity(capacity / 4);
        let pixels = picture.as_raw();
        let row_length = picture.width() as usize * 3;
        for rows in pixels.chunks_exact(row_length * 2).take(height as usize / 2) {
            let (upper, lower) = rows.split_at(row_length);
            let used = width as usize * 3;
            for row in [upper, lower] {
                luma.extend(row[..used].chunks_exact(3).map(|rgb| brightness(sum(rgb, &[0]))));
            }
            for (above, below) in upper[..used].chunks_exact(6).zip(lower[..used].chunks_exact(6)) {
                let four = [sum(above, &[0, 3]), sum(below, &[0, 3])];
                let mean = [0, 1, 2].map(|i| (four[0][i] + four[1][i] + 2) / 4);
                let (b, r) = colour(mean);
                blue.push(b);
                red.push(r);
            }
        }
        Self { width, height, luma, blue, red }
    }

    pub(crate) fn width(&self) -> f64 {
        f64::from(self.width)
    }

    pub(crate) fn height(&self) -> f64 {
        f64::from(self.height)
    }
}

impl Camera {
    pub(crate) fn new(canvas: Canvas, frame: Frame) -> Self {
        Self { canvas, frame, resizer: Resizer::new() }
    }

    pub(crate) fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// The frame that shows `window`, as ffmpeg's `yuv420p`: brightness, then blue, then red.
    pub(crate) fn shoot(&mut self, window: Window) -> Result<Vec<u8>, Failure> {
        let Canvas { width, height, luma, blue, red } = &self.canvas;
        let (wide, high) = (self.frame.width(), self.frame.height());
        let mut shot = vec![0; (wide * high + wide * high / 2) as usize];
        let (bright, colours) = shot.split_at_mut((wide * high) as usize);
        let (blues, reds) = colours.split_at_mut((wide * high / 4) as usize);
        let half = Window {
            left: window.left / 2.0,
            top: window.top / 2.0,
            width: window.width / 2.0,
            height: window.height / 2.0,
        };
        for (plane, to, shrink, window) in
            [(luma, bright, 1, window), (blue, blues, 2, half), (red, reds, 2, half)]
        {
            let from = ImageRef::new(width / shrink, height / shrink, plane, PixelType::U8)
                .map_err(|error| internal(&error))?;
            let mut to = Pixels::from_slice_u8(wide / shrink, high / shrink, to, PixelType::U8)
                .map_err(|error| internal(&error))?;
            let options = ResizeOptions::new()
                .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
                .crop(window.left, window.top, window.width, window.height);
            self.resizer.resize(&from, &mut to, &options).map_err(|error| internal(&error))?;
        }
        Ok(shot)
    }
}

fn decode(path: &Path) -> Result<RgbImage, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::input(format!("the picture cannot be read: {error}"))
            .help("give a PNG, JPEG or WebP picture that opens elsewhere")
    };
    let mut decoder = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(|error| Failure::new(Class::Storage, format!("cannot read the picture: {error}")))?
        .into_decoder()
        .map_err(|error| unreadable(&error))?;
    let orientation = decoder.orientation().map_err(|error| unreadable(&error))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    picture.apply_orientation(orientation);
    if picture.width() < 16 || picture.height() < 16 {
        let (width, height) = (picture.width(), picture.height());
        return Err(unreadable(&format!("it has only {width}×{height} pixels")));
    }
    Ok(picture.to_rgb8())
}

/// The middle of `picture` that has the shape of `size`, shrunk to at most `finest` times that size.
fn cover(picture: &RgbImage, size: (f64, f64), finest: f64) -> Result<RgbImage, Failure> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (width / size.0).min(height / size.1);
    let (cut_width, cut_height) = (size.0 * scale, size.1 * scale);
    let cut = Window {
        left: (width - cut_width) / 2.0,
        top: (height - cut_height) / 2.0,
        width: cut_width,
        height: cut_height,
    };
    // Never enlarged here: the camera does that in one step, with the window's exact place.
    let kept = scale.min(finest);
    resize(picture, cut, (even(size.0 * kept), even(size.1 * kept)))
}

/// All of `picture` in the middle of `ground`.
fn contain(picture: &RgbImage, mut ground: RgbImage) -> Result<RgbImage, Failure> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (wide, high) = (f64::from(ground.width()), f64::from(ground.height()));
    let scale = (wide / width).min(high / height);
    let size = (even(width * scale).min(ground.width()), even(height * scale).min(ground.height()));
    let whole = Window { left: 0.0, top: 0.0, width, height };
    let picture = resize(picture, whole, size)?;
    let left = i64::from((ground.width() - picture.width()) / 2);
    let top = i64::from((ground.height() - picture.height()) / 2);
    imageops::replace(&mut ground, &picture, left, top);
    Ok(ground)
}

/// `picture` over the whole frame, so soft and dark that nobody looks at it.
fn blurred(picture: &RgbImage, frame: Frame) -> Result<RgbImage, Failure> {
    let size = (f64::from(frame.width()), f64::from(frame.height()));
    let small = cover(picture, size, 0.06)?;
    let mut soft = imageops::blur(&small, 2.0);
    for channel in soft.iter_mut() {
        *channel = *channel / 2 + *channel / 8;
    }
    let (width, height) = (f64::from(soft.width()), f64::from(soft.height()));
    let whole = Window { left: 0.0, top: 0.0, width, height };
    resize(&soft, whole, (frame.width(), frame.height()))
}

fn resize(
    picture: &RgbImage,
    cut: Window,
    (width, height): (u32, u32),
) -> Result<RgbImage, Failure> {
    let from = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3)
        .map_err(|error| internal(&error))?;
    let mut to = Pixels::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(cut.left, cut.top, cut.width, cut.height);
    Resizer::new().resize(&from, &mut to, &options).map_err(|error| internal(&error))?;
    RgbImage::from_raw(width, height, to.into_vec()).ok_or_else(|| internal(&"a wrong size"))
}

fn even(side: f64) -> u32 {
    let side = u32::try_from(super::frame::whole(side.round())).unwrap_or(u32::MAX);
    (side & !1).max(2)
}

/// The sums of the channels of the pixels that start at `starts`.
fn sum(bytes: &[u8], starts: &[usize]) -> [i32; 3] {
    [0, 1, 2].map(|channel| starts.iter().map(|start| i32::from(bytes[start + channel])).sum())
}

/// BT.709 brightness in limited range (ITU-R BT.709-6, 16 to 235), in 16-bit fixed point.
fn brightness([r, g, b]: [i32; 3]) -> u8 {
    clamp(16 + ((11_966 * r + 40_254 * g + 4_064 * b + 32_768) >> 16))
}

/// BT.709 colour differences in limited range (16 to 240), blue first.
fn colour([r, g, b]: [i32; 3]) -> (u8, u8) {
    let blue = 128 + ((-6_596 * r - 22_189 * g + 28_784 * b + 32_768) >> 16);
    let red = 128 + ((28_784 * r - 26_145 * g - 2_640 * b + 32_768) >> 16);
    (clamp(blue), clamp(red))
}

fn clamp(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

fn internal(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Class::Internal, format!("the picture cannot be resized: {error}"))
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::super::frame::{Aspect, Fps, Resolution};
    use super::*;

    fn frame() -> Frame {
        Frame::new(Aspect::Wide, Resolution(180), Fps(30)).unwrap()
    }

    #[test]
    fn colours_have_their_standard_values() {
        assert_eq!((brightness([0; 3]), colour([0; 3])), (16, (128, 128)));
        assert_eq!((brightness([255; 3]), colour([255; 3])), (235, (128, 128)));
        assert_eq!((brightness([255, 0, 0]), colour([255, 0, 0])), (63, (102, 240)));
        assert_eq!((brightness([0, 0, 255]), colour([0, 0, 255])), (32, (240, 118)));
    }

    #[test]
    fn a_cover_keeps_the_middle_and_the_shape() {
        let tall = RgbImage::from_fn(320, 1000, |_, y| {
            if (410..590).contains(&y) { Rgb([200; 3]) } else { Rgb([0; 3]) }
        });
        let canvas = Canvas::of(&tall, frame(), Fill::Cover).unwrap();
        assert_eq!((canvas.width, canvas.height), (320, 180));
        let inner = &canvas.luma[320 * 2..320 * 178];
        assert!(inner.iter().all(|luma| *luma == brightness([200; 3])));
    }

    #[test]
    fn a_large_picture_is_shrunk_to_what_zooms_need() {
        let large = RgbImage::new(3200, 2000);
        let canvas = Canvas::of(&large, frame(), Fill::Cover).unwrap();
        assert_eq!((canvas.width, canvas.height), (480, 270));
    }

    #[test]
    fn all_of_a_contained_picture_is_seen() {
        let tall = RgbImage::from_pixel(100, 200, Rgb([255; 3]));
        let canvas = Canvas::of(&tall, frame(), Fill::Contain).unwrap();
        let row = &canvas.luma[320 * 90..320 * 91];
        assert_eq!(row.iter().map(|luma| u32::from(*luma == 235)).sum::<u32>(), 90);
        assert_eq!((row[0], row[319]), (16, 16));
        let blurred = Canvas::of(&tall, frame(), Fill::Blur).unwrap();
        assert!((100..200).contains(&blurred.luma[320 * 90]));
    }

    #[test]
    fn a_window_is_placed_to_fractions_of_a_pixel() {
        let ramp = RgbImage::from_fn(480, 270, |x, _| Rgb([u8::try_from(x / 2).unwrap(); 3]));
        let canvas = Canvas::of(&ramp, frame(), Fill::Cover).unwrap();
        let mut camera = Camera::new(canvas, frame());
        let mut middle = |left| {
            let shot =
                camera.shoot(Window { left, top: 0.0, width: 440.0, height: 247.5 }).unwrap();
            shot[320 * 90..320 * 91].iter().map(|luma| u32::from(*luma)).sum::<u32>()
        };
        let sums: Vec<u32> = (0..8).map(|step| middle(f64::from(step) * 0.25)).collect();
        assert!(sums.is_sorted_by(|a, b| a < b), "{sums:?}");
    }
}
