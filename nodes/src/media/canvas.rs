//! How does a picture of any size fill a frame?

use std::path::Path;

use flow_engine::kind::{Class, Failure};
use flow_pixels::{Camera, Canvas, PictureError, Size, decode};
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

/// A camera over the picture at `path`, fitted into the shape of `frame`.
pub(crate) fn camera(path: &Path, frame: Frame, fill: Fill) -> Result<Camera, Failure> {
    let picture = decode(path).map_err(|error| refused(&error))?;
    let size = Size { width: frame.width(), height: frame.height() };
    let canvas = match fill {
        Fill::Cover => Canvas::cover(&picture, size),
        Fill::Contain => Canvas::contain(&picture, size),
        Fill::Blur => Canvas::blur(&picture, size),
    };
    Ok(Camera::new(canvas.map_err(|error| refused(&error))?, size))
}

/// Why a picture cannot be shown.
pub(crate) fn refused(error: &PictureError) -> Failure {
    let message = format!("the picture cannot be read: {error}");
    match error {
        PictureError::Io(_) => Failure::new(Class::Storage, message),
        PictureError::Decode(_) | PictureError::TooSmall { .. } => {
            Failure::input(message).help("give a PNG, JPEG or WebP picture that opens elsewhere")
        }
        PictureError::Resize(_) | PictureError::Rows => Failure::new(Class::Internal, message),
    }
}
