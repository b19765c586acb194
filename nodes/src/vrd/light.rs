//! Which light tells which mood?

use super::word::words;

words! {
    /// A lighting set-up of the library.
    Preset("lighting preset") {
        HighKey = "high_key",
        ThreePoint = "three_point",
        ProductSoftbox = "product_softbox",
        NaturalWindow = "natural_window",
        GoldenHour = "golden_hour",
        LowKey = "low_key",
        PracticalNight = "practical_night",
        ScreenGlow = "screen_glow",
        Silhouette = "silhouette",
    }
}

/// A preset's starting values.
pub struct Setup {
    pub preset: Preset,
    /// How much brighter the key is than the fill, in tenths.
    pub ratio_tenths: u16,
    pub kelvin: u16,
    pub key_light: &'static str,
    pub practicals: &'static [&'static str],
    /// How it looks, for prompts.
    pub look: &'static str,
    /// The words that select it.
    pub moods: &'static [&'static str],
}

/// The library, in the order in which words are looked up.
pub const SETUPS: [Setup; 9] = [
    Setup {
        preset: Preset::HighKey,
        ratio_tenths: 15,
        kelvin: 5600,
        key_light: "soft_front_right",
        practicals: &["background_accent"],
        look: "bright high-key light",
        moods: &["bright", "clean", "playful", "friendly", "energetic", "excited"],
    },
    Setup {
        preset: Preset::ThreePoint,
        ratio_tenths: 30,
        kelvin: 5000,
        key_light: "soft_front_right",
        practicals: &[],
        look: "balanced three-point light",
        moods: &["professional", "neutral", "confident", "educational", "curious"],
    },
    Setup {
        preset: Preset::ProductSoftbox,
        ratio_tenths: 20,
        kelvin: 5600,
        key_light: "overhead_softbox",
        practicals: &[],
        look: "soft product light without hard shadows",
        moods: &["product", "detail", "commercial"],
    },
    Setup {
        preset: Preset::NaturalWindow,
        ratio_tenths: 30,
        kelvin: 5600,
        key_light: "window_left",
        practicals: &[],
        look: "natural window light",
        moods: &["authentic", "calm", "morning", "relieved"],
    },
    Setup {
        preset: Preset::GoldenHour,
        ratio_tenths: 40,
        kelvin: 3500,
        key_light: "low_sun_back_left",
        practicals: &[],
        look: "warm golden-hour light",
        moods: &["hopeful", "inspired", "inspiring", "aspirational", "empowering", "emotional"],
    },
    Setup {
        preset: Preset::LowKey,
        ratio_tenths: 80,
        kelvin: 4300,
        key_light: "hard_side_left",
        practicals: &[],
        look: "dark low-key light",
        moods: &["tense", "dramatic", "urgent"],
    },
    Setup {
        preset: Preset::PracticalNight,
        ratio_tenths: 60,
        kelvin: 3200,
        key_light: "practical_lamp",
        practicals: &["desk_lamp", "street_light"],
        look: "warm practical lamps at night",
        moods: &["intimate", "late", "city"],
    },
    Setup {
        preset: Preset::ScreenGlow,
        ratio_tenths: 80,
        kelvin: 7000,
        key_light: "screen_front",
        practicals: &["laptop_screen"],
        look: "cold glow of a screen",
        moods: &["frustrated", "alone"],
    },
    Setup {
        preset: Preset::Silhouette,
        ratio_tenths: 160,
        kelvin: 5000,
        key_light: "back_light",
        practicals: &[],
        look: "silhouette against the light",
        moods: &["mystery", "reveal"],
    },
];

/// The set-up of `preset`.
pub fn setup(preset: Preset) -> &'static Setup {
    SETUPS.iter().find(|setup| setup.preset == preset).unwrap_or(&SETUPS[0])
}

/// The preset that `words` name or whose mood they hold; the first word decides.
pub fn chosen_by(words: &str) -> Option<Preset> {
    let words = words.trim().to_lowercase();
    if let Ok(preset) = words.parse() {
        return Some(preset);
    }
    words.split(|c: char| !c.is_alphanumeric()).find_map(|word| {
        SETUPS.iter().find(|setup| setup.moods.contains(&word)).map(|setup| setup.preset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mood_or_a_name_selects_a_light() {
        assert_eq!(chosen_by("golden_hour"), Some(Preset::GoldenHour));
        assert_eq!(chosen_by("professional, educational"), Some(Preset::ThreePoint));
        assert_eq!(chosen_by("a tense evening"), Some(Preset::LowKey));
        assert_eq!(chosen_by("beige"), None);
        assert!(Preset::ALL.iter().all(|preset| setup(*preset).preset == *preset));
    }
}
