//! Which stretches of a film stand still, or show nothing?

use schemars::JsonSchema;
use serde::Serialize;

/// Pictures in a second that are compared with each other.
pub(super) const RATE: f64 = 4.0;
/// Less movement than this between two samples is none: slow zooms over bare cards have 0.3, stills at most 0.1.
const MOVEMENT: f64 = 0.25;
/// What a key frame changes in an encoded still, at most.
const KEY_FRAME: f64 = 1.5;
/// Less detail than this is none: a plain colour with noise has 4, two small words on a card 14.
const DETAIL: f64 = 5.0;

/// A part of the film, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Stretch {
    pub(super) at: f64,
    pub(super) seconds: f64,
}

/// One of the pictures that are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    pub(super) at: f64,
    /// Spatial information: the standard deviation of the picture's edges.
    pub(super) detail: f64,
    /// Temporal information: the standard deviation of what changed since the last sample.
    pub(super) movement: f64,
}

impl Stretch {
    pub(super) fn between(start: f64, end: f64) -> Self {
        let start = start.max(0.0);
        Self { at: start, seconds: (end - start).max(0.0) }
    }

    pub(super) fn end(self) -> f64 {
        self.at + self.seconds
    }

    /// Whether most of it lies in one of `others`.
    fn is_within(self, others: &[Self]) -> bool {
        others.iter().any(|other| {
            let shared = self.end().min(other.end()) - self.at.max(other.at);
            shared > self.seconds / 2.0
        })
    }
}

/// How long the longest of `stretches` is; 0 if there are none.
pub(super) fn longest(stretches: &[Stretch]) -> f64 {
    stretches.iter().map(|stretch| stretch.seconds).fold(0.0, f64::max)
}

/// The stretches of a film of length `end` in which nothing moves, but those that are `black`.
pub(super) fn frozen(samples: &[Sample], black: &[Stretch], end: f64) -> Vec<Stretch> {
    let moves: Vec<f64> = samples.iter().skip(1).map(|sample| sample.movement).collect();
    let still = |index: usize| moves.get(index).is_none_or(|moved| *moved < MOVEMENT);
    let alone = |index: usize| index > 0 && still(index - 1) && still(index + 1);
    let quiet: Vec<bool> = (0..moves.len())
        .map(|index| still(index) || moves[index] < KEY_FRAME && alone(index))
        .collect();
    let starts = samples.windows(2).map(|pair| Stretch::between(pair[0].at, pair[1].at));
    joined(starts.zip(quiet), black, end)
}

/// The stretches of a film of length `end` in which there is nothing to see, but those that are `black`.
pub(super) fn blank(samples: &[Sample], black: &[Stretch], end: f64) -> Vec<Stretch> {
    let parts = samples.iter().map(|sample| {
        (Stretch::between(sample.at, sample.at + 1.0 / RATE), sample.detail < DETAIL)
    });
    joined(parts, black, end)
}

/// The marked parts, neighbours made one. The last sample stands for all that follows it.
fn joined(
    parts: impl Iterator<Item = (Stretch, bool)>,
    black: &[Stretch],
    end: f64,
) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut to_the_last = false;
    for (part, marked) in parts {
        to_the_last = marked && !part.is_within(black);
        match stretches.last_mut() {
            _ if !to_the_last => {}
            Some(last) if part.at - last.end() < 1e-3 => {
                *last = Stretch::between(last.at, part.end());
            }
            _ => stretches.push(part),
        }
    }
    if let Some(last) = stretches.last_mut().filter(|_| to_the_last) {
        *last = Stretch::between(last.at, end);
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(movements: &[f64]) -> Vec<Sample> {
        let at = (0..).map(|index| f64::from(index) / RATE);
        at.zip(movements)
            .map(|(at, movement)| Sample { at, detail: 50.0, movement: *movement })
            .collect()
    }

    /// Start and length of the frozen stretches of a film as long as its samples.
    fn frozen_in(movements: &[f64], black: &[Stretch]) -> Vec<(f64, f64)> {
        let samples = samples(movements);
        let end = samples.last().map_or(0.0, |last| last.at) + 0.2;
        frozen(&samples, black, end).iter().map(|found| (found.at, found.seconds)).collect()
    }

    #[test]
    fn what_does_not_move_is_frozen() {
        assert_eq!(frozen_in(&[0.0, 9.0, 9.0, 9.0], &[]), []);
        assert_eq!(frozen_in(&[0.0, 9.0, 0.1, 0.0, 9.0, 9.0], &[]), [(0.25, 0.5)]);
        assert_eq!(frozen_in(&[0.0, 0.0, 0.0], &[]), [(0.0, 0.7)]);
        assert_eq!(frozen_in(&[0.0], &[]), []);
        assert_eq!(frozen_in(&[], &[]), []);
    }

    #[test]
    fn a_key_frame_does_not_thaw_a_still_and_a_cut_does() {
        assert_eq!(frozen_in(&[0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 9.0], &[]), [(0.0, 1.25)]);
        assert_eq!(frozen_in(&[0.0, 0.0, 30.0, 0.0, 9.0], &[]), [(0.0, 0.25), (0.5, 0.25)]);
        assert_eq!(frozen_in(&[0.0, 0.9, 0.9, 0.9, 9.0], &[]), []);
    }

    #[test]
    fn what_is_black_is_not_frozen_too() {
        let black = [Stretch::between(0.5, 1.0)];
        assert_eq!(frozen_in(&[0.0, 9.0, 9.0, 0.0, 0.0, 9.0, 9.0], &black), []);
    }

    #[test]
    fn a_picture_without_detail_is_blank() {
        let mut samples = samples(&[9.0, 9.0, 9.0, 9.0]);
        samples[1].detail = 3.0;
        samples[2].detail = 0.0;
        assert_eq!(blank(&samples, &[], 1.0), [Stretch { at: 0.25, seconds: 0.5 }]);
        samples[3].detail = 1.0;
        assert_eq!(blank(&samples, &[], 0.9), [Stretch { at: 0.25, seconds: 0.65 }]);
        assert_eq!(blank(&samples, &[Stretch::between(0.0, 5.0)], 0.9), []);
    }
}
