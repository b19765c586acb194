//! Which colours does a film keep?
//!
//! Five roles: two grounds, the text, and two accents. A theme is named, or found by the hash of any text, so that all
//! pictures of a film that give the same text have the same colours.

use super::super::chance::Chance;
use super::colour::{Colour, rgb};

/// The colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Theme {
    pub name: &'static str,
    /// Where the text stands.
    pub ground: Colour,
    /// What the ground turns into.
    pub ground2: Colour,
    pub accent: Colour,
    pub accent2: Colour,
    pub text: Colour,
}

const fn theme(name: &'static str, roles: [u32; 5]) -> Theme {
    let [ground, ground2, accent, accent2, text] = roles;
    Theme {
        name,
        ground: rgb(ground),
        ground2: rgb(ground2),
        accent: rgb(accent),
        accent2: rgb(accent2),
        text: rgb(text),
    }
}

pub(super) const THEMES: [Theme; 12] = [
    theme("midnight", [0x0B1026, 0x1B2A5C, 0x6EC1FF, 0xFF7A59, 0xF3F6FF]),
    theme("ember", [0x1C0B0E, 0x4A1520, 0xFF8A3D, 0xFFD166, 0xFFF4EA]),
    theme("forest", [0x0A1A14, 0x14412F, 0x7BD389, 0xF2C14E, 0xF1FAF3]),
    theme("ocean", [0x04202B, 0x0B4F63, 0x4FD6C9, 0xF6AE5B, 0xEAFBFA]),
    theme("plum", [0x1A0D26, 0x43205F, 0xF28BC2, 0x7FB7FF, 0xFBF1FF]),
    theme("slate", [0x12161C, 0x2D3947, 0xF4C95D, 0x7AA5C9, 0xF4F6F8]),
    theme("rose", [0x24101A, 0x6B2138, 0xFFB3A7, 0xFFE08A, 0xFFF3F0]),
    theme("aurora", [0x07171F, 0x143A44, 0x7CF29C, 0xB28DFF, 0xEFFFF8]),
    theme("paper", [0xF6F0E4, 0xE7DCC6, 0xC8452D, 0x2F5D73, 0x1E1A16]),
    theme("dawn", [0xFDEBDD, 0xF7C9B4, 0xD1495B, 0x3D5A80, 0x2B1B2E]),
    theme("mint", [0xEAF5EE, 0xC7E5D5, 0x1E7F5C, 0xD9733A, 0x10261D]),
    theme("ink", [0x101012, 0x2A2A30, 0xEDEAE2, 0xE4572E, 0xFAFAF7]),
];

impl Theme {
    /// The theme of that name, else the one that the text is given by its hash.
    pub(super) fn called(name: &str) -> Self {
        let wanted = name.trim().to_lowercase();
        let named = THEMES.iter().find(|theme| theme.name == wanted);
        *named.unwrap_or_else(|| Chance::of(&["theme", &wanted]).pick(&THEMES))
    }

    pub(super) fn is_light(self) -> bool {
        self.ground.luminance() > 0.4
    }

    /// An accent that reads as text on the ground.
    pub(super) fn readable_accent(self) -> Colour {
        let mut accent = self.accent;
        for _ in 0..12 {
            if accent.contrast(self.ground) >= 4.5 {
                break;
            }
            accent = accent.mix(self.text, 0.15);
        }
        accent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_on_every_theme() {
        for theme in THEMES {
            assert!(theme.text.contrast(theme.ground) >= 10.0, "{}", theme.name);
            assert!(theme.text.contrast(theme.ground2) >= 4.5, "{}", theme.name);
            assert!(theme.readable_accent().contrast(theme.ground) >= 4.5, "{}", theme.name);
        }
    }

    #[test]
    fn a_name_is_a_theme_and_any_text_always_the_same_one() {
        assert_eq!(Theme::called("Paper").name, "paper");
        assert_eq!(Theme::called("City council votes"), Theme::called("City council votes"));
    }
}
