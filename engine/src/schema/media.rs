//! Which files may a port take?
//!
//! A file travels as a reference, `{"$artifact": "b3:…", "media_type": "video/mp4", …}`; a schema says `x-media` of it.

use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Json;

/// The key that makes an object a reference to a stored file.
pub const ARTIFACT: &str = "$artifact";
/// The schema keyword that holds a port's media range.
pub const MEDIA: &str = "x-media";

/// Whether `media_type` lies in `range` (`video/*`, `image/png`, `*/*`, or several of them, by commas).
pub fn in_range(media_type: &str, range: &str) -> bool {
    range.split(',').map(str::trim).any(|range| {
        range == "*/*"
            || range == media_type
            || range.strip_suffix("/*").is_some_and(|family| {
                media_type.strip_prefix(family).is_some_and(|rest| rest.starts_with('/'))
            })
    })
}

/// Whether every media type of range `inner` lies in range `outer`.
pub fn range_within(inner: &str, outer: &str) -> bool {
    // A family such as `video/*` lies in a range exactly if the range names it, so it is looked up like a type.
    inner.split(',').map(str::trim).all(|inner| in_range(inner, outer))
}

/// `x-media` as a validator's keyword. Says nothing of what is no file: `type` and `required` do.
pub(super) struct MediaRange(pub(super) String);

impl MediaRange {
    fn refused<'f>(&self, value: &'f Json) -> Option<&'f str> {
        let media_type = value.as_object()?.get("media_type")?.as_str()?;
        (!in_range(media_type, &self.0)).then_some(media_type)
    }
}

impl<'i> Keyword<'i> for MediaRange {
    fn validate(&self, value: &'i Json) -> Result<(), ValidationError<'i>> {
        match self.refused(value) {
            None => Ok(()),
            Some(media_type) => Err(ValidationError::custom(format!(
                "a file of type `{media_type}` is no `{}`",
                self.0
            ))),
        }
    }

    fn is_valid(&self, value: &'i Json) -> bool {
        self.refused(value).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_range_holds_its_family_only() {
        assert!(in_range("video/mp4", "video/*"));
        assert!(in_range("image/png", "video/*, image/png"));
        assert!(in_range("text/plain", "*/*"));
        assert!(!in_range("audio/mpeg", "video/*"));
        assert!(!in_range("videos/mp4", "video/*"));
    }

    #[test]
    fn a_range_lies_in_a_wider_one() {
        assert!(range_within("video/mp4, image/png", "video/*, image/*"));
        assert!(range_within("video/*", "video/*"));
        assert!(range_within("video/*", "*/*"));
        assert!(!range_within("video/*", "video/mp4"));
        assert!(!range_within("*/*", "video/*, image/*"));
        assert!(!range_within("video/*, image/png", "video/*"));
    }
}
