//! Which words describe what a camera does?

use super::word::words;

words! {
    /// How much of the subject a picture holds.
    ShotType("shot type") {
        ExtremeCloseup = "extreme_closeup",
        Closeup = "closeup",
        MediumCloseup = "medium_closeup",
        Medium = "medium",
        MediumWide = "medium_wide",
        Wide = "wide",
        ExtremeWide = "extreme_wide",
        Insert = "insert",
        OverTheShoulder = "over_the_shoulder",
        TwoShot = "two_shot",
        Graphic = "graphic",
    }
}

impl ShotType {
    /// The place in the order of sizes, from near to far; a graphic has none.
    pub fn size(self) -> Option<u8> {
        match self {
            Self::ExtremeCloseup => Some(0),
            Self::Closeup | Self::Insert => Some(1),
            Self::MediumCloseup => Some(2),
            Self::Medium | Self::OverTheShoulder | Self::TwoShot => Some(3),
            Self::MediumWide => Some(4),
            Self::Wide => Some(5),
            Self::ExtremeWide => Some(6),
            Self::Graphic => None,
        }
    }

    /// Whether a face or a detail fills the picture.
    pub fn is_close(self) -> bool {
        self.size().is_some_and(|size| size <= 2)
    }

    /// Whether the picture can establish a place.
    pub fn is_wide(self) -> bool {
        self.size().is_some_and(|size| size >= 5)
    }

    /// The word as it is spoken.
    pub fn spoken(self) -> &'static str {
        match self {
            Self::ExtremeCloseup => "extreme close-up",
            Self::Closeup => "close-up",
            Self::MediumCloseup => "medium close-up",
            Self::Medium => "medium shot",
            Self::MediumWide => "medium wide shot",
            Self::Wide => "wide shot",
            Self::ExtremeWide => "extreme wide shot",
            Self::Insert => "insert",
            Self::OverTheShoulder => "over-the-shoulder shot",
            Self::TwoShot => "two-shot",
            Self::Graphic => "graphic",
        }
    }
}

words! {
    Angle("camera angle") {
        EyeLevel = "eye_level",
        Low = "low",
        High = "high",
        Overhead = "overhead",
        Ground = "ground",
        Dutch = "dutch",
        Pov = "pov",
        OverShoulder = "over_shoulder",
    }
}

impl Angle {
    pub fn spoken(self) -> &'static str {
        match self {
            Self::EyeLevel => "eye level",
            Self::Low => "low angle",
            Self::High => "high angle",
            Self::Overhead => "overhead view",
            Self::Ground => "ground-level view",
            Self::Dutch => "tilted horizon",
            Self::Pov => "point of view",
            Self::OverShoulder => "over the shoulder",
        }
    }
}

words! {
    Movement("camera movement") {
        Static = "static",
        Pan = "pan",
        Tilt = "tilt",
        Dolly = "dolly",
        Zoom = "zoom",
        Handheld = "handheld",
        PushIn = "push_in" | "slow_push",
        PullOut = "pull_out",
        SlowDolly = "slow_dolly",
        Tracking = "tracking",
        Orbit = "orbit",
        Crane = "crane",
    }
}

impl Movement {
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Static => "static camera",
            Self::Pan => "panning camera",
            Self::Tilt => "tilting camera",
            Self::Dolly => "dolly move",
            Self::Zoom => "zoom",
            Self::Handheld => "handheld camera",
            Self::PushIn => "slow push in",
            Self::PullOut => "slow pull out",
            Self::SlowDolly => "slow dolly move",
            Self::Tracking => "tracking camera",
            Self::Orbit => "orbiting camera",
            Self::Crane => "crane move",
        }
    }
}

words! {
    TimeOfDay("time of day") {
        Dawn = "dawn",
        Day = "day",
        GoldenHour = "golden_hour",
        Dusk = "dusk",
        Night = "night",
        InteriorNeutral = "interior_neutral",
    }
}

impl TimeOfDay {
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Dawn => "dawn",
            Self::Day => "day",
            Self::GoldenHour => "golden hour",
            Self::Dusk => "dusk",
            Self::Night => "night",
            Self::InteriorNeutral => "interior",
        }
    }
}
