//! How are the pixels of a frame computed?
//!
//! A picture is kept as the three planes that encoders take; frames are windows onto it, placed to fractions of a pixel,
//! so that slow movements stay smooth. A package of its own, because the generic loops of the resizer are compiled where
//! they are called: unoptimised, they take a hundred times as long. They are asked for by the type of their pixels, since
//! the ones that find it out are compiled for every type there is, for minutes.

use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, ResizeAlg, ResizeError, ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, RgbImage, imageops};

/// A picture in planes of brightness and colour (BT.709, limited range, 4:2:0).
pub struct Canvas {
    width: u32,
    height: u32,
    luma: Vec<u8>,
    blue: Vec<u8>,
    red: Vec<u8>,
}

/// A part of a canvas, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// Width and height in pixels; both even for frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// Makes frames of one size out of a canvas.
///
/// The canvas is kept lying on its side: rows are mixed many times as fast as the pixels within a row, so a frame is mixed
/// from rows, turned, and mixed from rows again.
pub struct Camera {
    canvas: Canvas,
    size: Size,
    resizer: Resizer,
    strip: Vec<u8>,
    turned: Vec<u8>,
}

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("cannot read the file: {0}")]
    Io(#[source] std::io::Error),
    #[error("{0}")]
    Decode(#[source] ImageError),
    #[error("it has only {width}×{height} pixels")]
    TooSmall { width: u32, height: u32 },
    #[error("cannot resize it: {0}")]
    Resize(#[source] ResizeError),
    #[error("its rows and its size do not agree")]
    Rows,
}

/// A canvas is at most so many times as wide as the frame: zooms stay sharp, and frames cheap.
const FINEST: f64 = 1.25;

/// Reads the picture at `path`, turned as its camera was held.
pub fn decode(path: &Path) -> Result<RgbImage, PictureError> {
    let mut decoder = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .map_err(PictureError::Io)?
        .into_decoder()
        .map_err(PictureError::Decode)?;
    let orientation = decoder.orientation().map_err(PictureError::Decode)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(PictureError::Decode)?;
    picture.apply_orientation(orientation);
    let (width, height) = (picture.width(), picture.height());
    if width < 16 || height < 16 {
        return Err(PictureError::TooSmall { width, height });
    }
    Ok(picture.to_rgb8())
}

impl Canvas {
    /// The middle of `picture` that has the shape of `size`.
    pub fn cover(picture: &RgbImage, size: Size) -> Result<Self, PictureError> {
        Ok(Self::planes(&cover(picture, size, FINEST)?))
    }

    /// All of `picture`, between black bars.
    pub fn contain(picture: &RgbImage, size: Size) -> Result<Self, PictureError> {
        let bars = RgbImage::new(size.width, size.height);
        Ok(Self::planes(&contain(picture, bars)?))
    }

    /// All of `picture`, in front of a blurred copy of itself.
    pub fn blur(picture: &RgbImage, size: Size) -> Result<Self, PictureError> {
        Ok(Self::planes(&contain(picture, blurred(picture, size)?)?))
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
}

impl Window {
    /// The part of it that lies on a canvas of this size: rounding may have put an edge beyond.
    fn within(self, width: f64, height: f64) -> Self {
        const SLACK: f64 = 1e-6;
        let (left, top) = (self.left.max(0.0), self.top.max(0.0));
        Self {
            left,
            top,
            width: self.width.min(width - left - SLACK),
            height: self.height.min(height - top - SLACK),
        }
    }
}

impl Camera {
    pub fn new(canvas: Canvas, size: Size) -> Self {
        let Canvas { width, height, luma, blue, red } = canvas;
        let (columns, rows) = (width as usize, height as usize);
        let canvas = Canvas {
            width,
            height,
            luma: turned(&luma, columns, rows),
            blue: turned(&blue, columns / 2, rows / 2),
            red: turned(&red, columns / 2, rows / 2),
        };
        Self { canvas, size, resizer: Resizer::new(), strip: Vec::new(), turned: Vec::new() }
    }

    /// Width and height of the canvas, in its pixels.
    pub fn canvas(&self) -> (f64, f64) {
        (f64::from(self.canvas.width), f64::from(self.canvas.height))
    }

    /// The frame that shows `window`, as ffmpeg's `yuv420p`: brightness, then blue, then red.
    pub fn shoot(&mut self, window: Window) -> Result<Vec<u8>, PictureError> {
        let Self { canvas, size, resizer, strip, turned } = self;
        let Canvas { width, height, luma, blue, red } = &*canvas;
        let (wide, high) = (size.width, size.height);
        let mut shot = vec![0; (wide * high + wide * high / 2) as usize];
        let (bright, colours) = shot.split_at_mut((wide * high) as usize);
        let (blues, reds) = colours.split_at_mut((wide * high / 4) as usize);
        let window = window.within(f64::from(*width), f64::from(*height));
        let half = Window {
            left: window.left / 2.0,
            top: window.top / 2.0,
            width: window.width / 2.0,
            height: window.height / 2.0,
        };
        for (lying, to, shrink, window) in
            [(luma, bright, 1, window), (blue, blues, 2, half), (red, reds, 2, half)]
        {
            let (columns, rows) = (width / shrink, height / shrink);
            let (wide, high) = (wide / shrink, high / shrink);
            strip.resize((wide * rows) as usize, 0);
            turned.resize((wide * rows) as usize, 0);
            let across = (window.left, window.width);
            mix(resizer, lying, (rows, columns), strip, wide, across)?;
            turn(strip, turned, rows as usize, wide as usize);
            let down = (window.top, window.height);
            mix(resizer, turned, (wide, rows), to, high, down)?;
        }
        Ok(shot)
    }
}

/// Mixes the rows of a plane into `rows` new ones, which show its `length` from `start`.
fn mix(
    resizer: &mut Resizer,
    plane: &[u8],
    (width, height): (u32, u32),
    to: &mut [u8],
    rows: u32,
    (start, length): (f64, f64),
) -> Result<(), PictureError> {
    let from =
        TypedImageRef::<U8>::from_buffer(width, height, plane).map_err(|_| PictureError::Rows)?;
    let mut to = TypedImage::<U8>::from_buffer(width, rows, to).map_err(|_| PictureError::Rows)?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(0.0, start, f64::from(width), length);
    resizer.resize_typed(&from, &mut to, &options).map_err(PictureError::Resize)
}

fn turned(plane: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut turned = vec![0; plane.len()];
    turn(plane, &mut turned, width, height);
    turned
}

/// Turns a plane of `width` × `height` so that its columns become rows, in squares that stay in the cache.
fn turn(plane: &[u8], to: &mut [u8], width: usize, height: usize) {
    const SIDE: usize = 16;
    let tall = height - height % SIDE;
    for top in (0..tall).step_by(SIDE) {
        let band = &plane[top * width..(top + SIDE) * width];
        for left in 0..width {
            let mut column = [0; SIDE];
            for (row, pixel) in column.iter_mut().enumerate() {
                *pixel = band[row * width + left];
            }
            to[left * height + top..][..SIDE].copy_from_slice(&column);
        }
    }
    for top in tall..height {
        for left in 0..width {
            to[left * height + top] = plane[top * width + left];
        }
    }
}

/// The middle of `picture` that has the shape of `size`, shrunk to at most `finest` times that size.
fn cover(picture: &RgbImage, size: Size, finest: f64) -> Result<RgbImage, PictureError> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (wide, high) = (f64::from(size.width), f64::from(size.height));
    let scale = (width / wide).min(height / high);
    let (cut_width, cut_height) = (wide * scale, high * scale);
    let cut = Window {
        left: (width - cut_width) / 2.0,
        top: (height - cut_height) / 2.0,
        width: cut_width,
        height: cut_height,
    };
    // Never enlarged here: the camera does that in one step, with the window's exact place.
    let kept = scale.min(finest);
    resize(picture, cut, (even(wide * kept), even(high * kept)))
}

/// All of `picture` in the middle of `ground`.
fn contain(picture: &RgbImage, mut ground: RgbImage) -> Result<RgbImage, PictureError> {
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
fn blurred(picture: &RgbImage, size: Size) -> Result<RgbImage, PictureError> {
    let small = cover(picture, size, 0.06)?;
    let mut soft = imageops::blur(&small, 2.0);
    for channel in soft.iter_mut() {
        *channel = *channel / 2 + *channel / 8;
    }
    let (width, height) = (f64::from(soft.width()), f64::from(soft.height()));
    let whole = Window { left: 0.0, top: 0.0, width, height };
    resize(&soft, whole, (size.width, size.height))
}

fn resize(
    picture: &RgbImage,
    cut: Window,
    (width, height): (u32, u32),
) -> Result<RgbImage, PictureError> {
    let from = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture)
        .map_err(|_| PictureError::Rows)?;
    let mut large = RgbImage::new(width, height);
    let mut to = TypedImage::<U8x3>::from_buffer(width, height, &mut large)
        .map_err(|_| PictureError::Rows)?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(cut.left, cut.top, cut.width, cut.height);
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(PictureError::Resize)?;
    Ok(large)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float saturates, and sides are positive"
)]
fn even(side: f64) -> u32 {
    (side.round() as u32 & !1).max(2)
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

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    const SIZE: Size = Size { width: 320, height: 180 };

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
        let canvas = Canvas::cover(&tall, SIZE).unwrap();
        assert_eq!((canvas.width, canvas.height), (320, 180));
        let inner = &canvas.luma[320 * 2..320 * 178];
        assert!(inner.iter().all(|luma| *luma == brightness([200; 3])));
    }

    #[test]
    fn a_large_picture_is_shrunk_to_what_zooms_need() {
        let large = RgbImage::new(3200, 2000);
        let canvas = Canvas::cover(&large, SIZE).unwrap();
        assert_eq!((canvas.width, canvas.height), (400, 224));
    }

    #[test]
    fn all_of_a_contained_picture_is_seen() {
        let tall = RgbImage::from_pixel(100, 200, Rgb([255; 3]));
        let canvas = Canvas::contain(&tall, SIZE).unwrap();
        let row = &canvas.luma[320 * 90..320 * 91];
        assert_eq!(row.iter().map(|luma| u32::from(*luma == 235)).sum::<u32>(), 90);
        assert_eq!((row[0], row[319]), (16, 16));
        let blurred = Canvas::blur(&tall, SIZE).unwrap();
        assert!((100..200).contains(&blurred.luma[320 * 90]));
    }

    #[test]
    fn a_window_is_placed_to_fractions_of_a_pixel() {
        let ramp = RgbImage::from_fn(480, 270, |x, _| Rgb([u8::try_from(x / 2).unwrap(); 3]));
        let canvas = Canvas::cover(&ramp, SIZE).unwrap();
        let mut camera = Camera::new(canvas, SIZE);
        let mut middle = |left| {
            let shot =
                camera.shoot(Window { left, top: 0.0, width: 360.0, height: 202.5 }).unwrap();
            shot[320 * 90..320 * 91].iter().map(|luma| u32::from(*luma)).sum::<u32>()
        };
        assert!(middle(40.000_000_1) > 0, "an edge beyond the canvas is cut");
        let sums: Vec<u32> = (0..8).map(|step| middle(f64::from(step) * 0.25)).collect();
        assert!(sums.is_sorted_by(|a, b| a < b), "{sums:?}");
    }
}
