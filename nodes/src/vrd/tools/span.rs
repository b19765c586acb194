//! Which lengths of clips does a tool make?

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::vrd::milli::Milli;
use crate::vrd::seconds::Seconds;

/// A list of lengths, or a range written `4-15`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Durations {
    /// In order, none of them zero.
    Of(Vec<Seconds>),
    Range(Seconds, Seconds),
}

/// Clips that together are as long as a shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    pub clips: u32,
    /// The length of each, as it is billed.
    pub each: Seconds,
}

impl Billed {
    pub fn total(self) -> Seconds {
        Seconds::from_millis(self.each.millis().saturating_mul(self.clips))
    }
}

impl Durations {
    /// The smallest allowed length that covers `wanted`, or as few clips as can be that do so together.
    pub fn billed(&self, wanted: Seconds, step: Option<Milli>) -> Billed {
        let longest = match self {
            Self::Of(lengths) => lengths.last().copied().unwrap_or(wanted),
            Self::Range(_, longest) => *longest,
        };
        let clips = wanted.millis().div_ceil(longest.millis().max(1)).max(1);
        let part = Seconds::from_millis(wanted.millis().div_ceil(clips));
        let each = match self {
            Self::Of(lengths) => {
                lengths.iter().copied().find(|length| *length >= part).unwrap_or(longest)
            }
            Self::Range(shortest, _) => stepped(*shortest, part.max(*shortest), step).min(longest),
        };
        Billed { clips, each }
    }
}

fn stepped(shortest: Seconds, wanted: Seconds, step: Option<Milli>) -> Seconds {
    let Some(step) = step.and_then(|step| u32::try_from(step.0).ok()).filter(|step| *step > 0)
    else {
        return wanted;
    };
    let over = wanted.millis().saturating_sub(shortest.millis());
    Seconds::from_millis(shortest.millis() + over.div_ceil(step) * step)
}

impl Serialize for Durations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of(lengths) => lengths.serialize(serializer),
            Self::Range(from, to) => format!("{from}-{to}").serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Durations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || {
            serde::de::Error::custom("write a list such as `[4, 6, 8]`, or a range such as `4-15`")
        };
        let read = |text: &str| text.trim().parse().ok().and_then(Seconds::from_f64);
        match Json::deserialize(deserializer)? {
            Json::String(text) => {
                let (from, to) = text.split_once('-').ok_or_else(wrong)?;
                let (from, to) = (read(from).ok_or_else(wrong)?, read(to).ok_or_else(wrong)?);
                if from > to || to == Seconds::ZERO {
                    Err(wrong())
                } else {
                    Ok(Self::Range(from, to))
                }
            }
            list @ Json::Array(_) => {
                let mut lengths: Vec<Seconds> =
                    serde_json::from_value(list).map_err(|_| wrong())?;
                lengths.sort_unstable();
                if lengths.first().is_none_or(|length| *length == Seconds::ZERO) {
                    return Err(wrong());
                }
                Ok(Self::Of(lengths))
            }
            _ => Err(wrong()),
        }
    }
}

impl JsonSchema for Durations {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Durations".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "array", "items": { "type": "number" }, "minItems": 1 },
            { "type": "string", "pattern": "^[0-9.]+-[0-9.]+$" },
        ] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_allowed_length_is_billed_or_several_clips() {
        let read = |text: &str| serde_json::from_str::<Durations>(text).unwrap();
        let billed = |durations: &Durations, millis: u32, step: Option<i64>| {
            let billed = durations.billed(Seconds::from_millis(millis), step.map(Milli));
            (billed.clips, billed.each.to_string())
        };
        let list = read("[8, 4, 6]");
        assert_eq!(billed(&list, 5_400, None), (1, "6".into()));
        assert_eq!(billed(&list, 8_000, None), (1, "8".into()));
        assert_eq!(billed(&list, 9_000, None), (2, "6".into()));
        assert_eq!(billed(&list, 17_000, None), (3, "6".into()));
        let range = read("\"3-10\"");
        assert_eq!(billed(&range, 1_500, None), (1, "3".into()));
        assert_eq!(billed(&range, 5_400, None), (1, "5.4".into()));
        assert_eq!(billed(&range, 5_400, Some(1000)), (1, "6".into()));
        assert_eq!(billed(&range, 15_000, None), (2, "7.5".into()));
        for wrong in ["[]", "[0]", "\"5\"", "\"9-3\"", "5"] {
            assert!(serde_json::from_str::<Durations>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::to_string(&range).unwrap(), "\"3-10\"");
    }
}
