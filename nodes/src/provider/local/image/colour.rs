//! Which colour is it, and how do two of them mix?

use std::fmt;

/// A colour of the screen (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

/// The colour that `0xRRGGBB` names.
pub(super) const fn rgb(code: u32) -> Colour {
    let [_, red, green, blue] = code.to_be_bytes();
    Colour(red, green, blue)
}

impl Colour {
    /// So much of `other` in this one, from 0 to 1.
    pub(super) fn mix(self, other: Self, part: f64) -> Self {
        let part = part.clamp(0.0, 1.0);
        let channel = |a: u8, b: u8| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between two bytes"
            )]
            let mixed = (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
            mixed
        };
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    pub(super) fn lighter(self, part: f64) -> Self {
        self.mix(rgb(0xFFFFFF), part)
    }

    pub(super) fn darker(self, part: f64) -> Self {
        self.mix(rgb(0x05060A), part)
    }

    /// How bright it is, from 0 to 1 (WCAG 2.2, relative luminance).
    pub(super) fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// How well it can be told from `other`, from 1 to 21 (WCAG 2.2, contrast ratio).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_and_compare() {
        assert_eq!(rgb(0x102030).to_string(), "#102030");
        assert_eq!(rgb(0).mix(rgb(0xFFFFFF), 0.5), Colour(128, 128, 128));
        assert!((rgb(0).contrast(rgb(0xFFFFFF)) - 21.0).abs() < 1e-9);
    }
}
