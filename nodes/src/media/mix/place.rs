//! Where in the film does each voice stand?

use std::path::PathBuf;

use flow_engine::kind::Failure;

use crate::media::encode;
use crate::media::frame::whole;
use crate::media::timeline::{self, Scene};

/// What is said, and when.
pub(super) struct Said {
    pub(super) slots: Vec<Slot>,
    pub(super) scenes: Vec<Scene>,
}

/// A sound that starts at a sample and may last until the next one starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot {
    pub(super) path: PathBuf,
    pub(super) start: u64,
}

pub(super) struct Voice {
    pub(super) path: PathBuf,
    pub(super) seconds: f64,
}

/// Seconds between voices where no scene says when they start.
const PAUSE: f64 = 0.6;

/// Puts each voice at its scene's start, or after the former one where there are no scenes.
pub(super) fn place(
    voices: Vec<Option<Voice>>,
    scenes: &[Scene],
    lead: f64,
    seconds: Option<f64>,
) -> Result<(Said, f64), Failure> {
    let mut scenes = match scenes {
        [] => in_turn(&voices, lead),
        given if given.len() == voices.len() || voices.is_empty() => given.to_vec(),
        given => {
            let (voices, scenes) = (voices.len(), given.len());
            return Err(Failure::input(format!("there are {voices} voices for {scenes} scenes"))
                .help("give one voice for each scene, null where nobody speaks"));
        }
    };
    let seconds = seconds.unwrap_or_else(|| timeline::end(&scenes));
    if seconds <= 0.0 {
        return Err(Failure::input("there is no sound to mix")
            .help("give `voices`, a `video`, or `music` with `seconds`"));
    }
    let mut slots: Vec<Slot> = Vec::new();
    let mut free = 0.0;
    for (number, (voice, scene)) in voices.into_iter().zip(&mut scenes).enumerate() {
        let Some(voice) = voice else { continue };
        let start = scene.voice.unwrap_or(scene.start + lead);
        if start + 0.001 < free {
            return Err(Failure::input(format!(
                "the voice before scene {} ends {:.2} s after the scene's own voice starts",
                number + 1,
                free - start
            ))
            .help("make the clip of each scene longer than its voice, or `lead` shorter"));
        }
        scene.voice = Some(start);
        free = start + voice.seconds;
        slots.push(Slot { path: voice.path, start: samples(start) });
    }
    if free > seconds + 0.05 {
        return Err(Failure::input(format!(
            "the last voice ends {:.2} s after the film",
            free - seconds
        ))
        .help("make the clip of each scene longer than its voice, or `lead` shorter"));
    }
    Ok((Said { slots, scenes }, seconds))
}

/// Scenes for voices that follow one another.
fn in_turn(voices: &[Option<Voice>], lead: f64) -> Vec<Scene> {
    let mut start = 0.0;
    let mut scenes = Vec::new();
    for voice in voices {
        let seconds = voice.as_ref().map_or(0.0, |voice| lead + voice.seconds + PAUSE);
        scenes.push(Scene { start, seconds, title: None, voice: None });
        start += seconds;
    }
    scenes
}

pub(super) fn samples(seconds: f64) -> u64 {
    whole((seconds * f64::from(encode::SAMPLE_RATE)).round())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(start: f64, seconds: f64) -> Scene {
        Scene { start, seconds, title: None, voice: None }
    }

    fn spoken(seconds: f64) -> Voice {
        Voice { path: "v".into(), seconds }
    }

    #[test]
    fn voices_stand_where_their_scenes_do() {
        let scenes = [scene(0.0, 3.0), scene(3.0, 1.0), scene(4.0, 3.0)];
        let (said, seconds) =
            place(vec![Some(spoken(2.5)), None, Some(spoken(2.0))], &scenes, 0.25, None).unwrap();
        let starts: Vec<u64> = said.slots.iter().map(|slot| slot.start).collect();
        assert_eq!((starts, seconds), (vec![12_000, 204_000], 7.0));
        let (said, seconds) =
            place(vec![Some(spoken(1.0)), Some(spoken(2.0))], &[], 0.3, None).unwrap();
        assert_eq!(said.slots[1].start, samples(0.3 + 1.0 + PAUSE + 0.3));
        assert!((seconds - (2.0 * (0.3 + PAUSE) + 3.0)).abs() < 1e-9);
    }

    #[test]
    fn voices_that_would_speak_at_once_are_refused() {
        let scenes = [scene(0.0, 2.0), scene(2.0, 2.0)];
        let at_once = place(vec![Some(spoken(2.5)), Some(spoken(1.0))], &scenes, 0.3, None);
        let message = at_once.err().map(|failure| failure.message);
        let expected = "the voice before scene 2 ends 0.50 s after the scene's own voice starts";
        assert_eq!(message.as_deref(), Some(expected));
        assert!(place(vec![Some(spoken(1.0)), Some(spoken(2.5))], &scenes, 0.3, None).is_err());
        assert!(place(vec![Some(spoken(1.0))], &scenes, 0.3, None).is_err());
        assert!(place(vec![], &[], 0.3, None).is_err());
    }
}
