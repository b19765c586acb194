//! What is to be seen and heard in a film?
//!
//! ffmpeg decodes the film once; its detectors look at a small copy of the picture and at the sound.

use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure};
use schemars::JsonSchema;
use serde::Serialize;

use super::dump::{self, BLOCK};
use super::stretch::{self, RATE, Stretch};
use crate::media::frame::{count, whole};
use crate::media::probe::{self, Facts};
use crate::process::{self, Command, Finished};

/// All that was seen of a film.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// What its container says.
    pub(super) facts: Facts,
    /// Why it cannot be decoded, or not all of it.
    pub(super) damage: Vec<String>,
    pub(super) picture: Option<Picture>,
    pub(super) sound: Option<Sound>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub(super) frames: u64,
    pub(super) end: f64,
    pub(super) black: Vec<Stretch>,
    pub(super) frozen: Vec<Stretch>,
    pub(super) blank: Vec<Stretch>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Sound {
    pub(super) end: f64,
    pub(super) silence: Vec<Stretch>,
    pub(super) loudness: Option<f64>,
    pub(super) true_peak: Option<f64>,
}

/// The figures of a film. Null is what it does not have.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Measured {
    /// When the last of picture and sound ends.
    seconds: f64,
    /// How many pictures were decoded.
    frames: Option<u64>,
    /// LUFS over the whole film; null if it is silent, or too short to tell.
    loudness: Option<f64>,
    /// dBTP.
    true_peak: Option<f64>,
    /// The longest black stretch, in seconds.
    black: Option<f64>,
    /// The longest stretch without movement, in seconds.
    frozen: Option<f64>,
    /// The longest stretch of an empty picture, in seconds.
    blank: Option<f64>,
    /// The longest silence, in seconds.
    silence: Option<f64>,
    /// By how many seconds the picture ends after the sound; less than 0 if it ends before it.
    sync: Option<f64>,
    /// Whether players can start before they have all of it; null where the container has no such order.
    faststart: Option<bool>,
    /// The languages of its caption tracks.
    captions: Vec<String>,
    chapters: usize,
}

impl Seen {
    /// When the last of picture and sound ends.
    pub(super) fn seconds(&self) -> f64 {
        let picture = self.picture.as_ref().map_or(0.0, |picture| picture.end);
        let sound = self.sound.as_ref().map_or(0.0, |sound| sound.end);
        picture.max(sound)
    }

    /// By how many seconds the picture ends after the sound.
    pub(super) fn sync(&self) -> Option<f64> {
        Some(self.picture.as_ref()?.end - self.sound.as_ref()?.end)
    }

    pub(super) fn measured(&self) -> Measured {
        let (picture, sound) = (self.picture.as_ref(), self.sound.as_ref());
        let longest = |stretches: &[Stretch]| rounded(stretch::longest(stretches));
        Measured {
            seconds: rounded(self.seconds()),
            frames: picture.map(|picture| picture.frames),
            loudness: sound.and_then(|sound| sound.loudness).map(rounded),
            true_peak: sound.and_then(|sound| sound.true_peak).map(rounded),
            black: picture.map(|picture| longest(&picture.black)),
            frozen: picture.map(|picture| longest(&picture.frozen)),
            blank: picture.map(|picture| longest(&picture.blank)),
            silence: sound.map(|sound| longest(&sound.silence)),
            sync: self.sync().map(rounded),
            faststart: self.facts.faststart,
            captions: self.facts.subtitles.clone(),
            chapters: self.facts.chapters.len(),
        }
    }
}

/// So many milliseconds, and no fraction of one.
pub(super) fn rounded(number: f64) -> f64 {
    // Adding 0 makes a positive zero of a negative one.
    (number * 1000.0).round() / 1000.0 + 0.0
}

/// Looks at the whole of the file at `path`. What is wrong with it is no failure.
pub(super) async fn measure(attempt: &dyn Attempt, path: &Path) -> Result<Seen, Failure> {
    if std::fs::metadata(path).is_ok_and(|data| data.len() == 0) {
        return Ok(Seen { damage: vec!["it is empty".into()], ..Seen::default() });
    }
    let facts = match probe::probe_path(attempt, path).await {
        Ok(facts) => facts,
        Err(failure) if failure.class == Class::Command => {
            let damage = complaints(&failure.message, path);
            return Ok(Seen { damage, ..Seen::default() });
        }
        Err(failure) => return Err(failure),
    };
    if facts.video.is_none() && facts.audio.is_none() {
        let damage = vec!["it holds neither picture nor sound".into()];
        return Ok(Seen { facts, damage, ..Seen::default() });
    }
    let decoded = process::run(attempt, command(&facts, attempt.folder(), path)).await?;
    let mut damage = complaints(&decoded.stderr, path);
    let refusal = given_up(decoded)?;
    if damage.is_empty() {
        damage.extend(refusal);
    }
    let read = |name: &str| std::fs::read_to_string(attempt.folder().join(name));
    // A detector that never started has written nothing.
    let [pictures, samples, sound] =
        [PICTURES, SAMPLES, SOUND].map(|name| read(name).unwrap_or_default());
    let picture = facts.video.is_some().then(|| picture(&facts, &pictures, &samples));
    let sound = facts.audio.is_some().then(|| heard(&facts, &sound));
    let mut seen = Seen { facts, damage, picture, sound };
    // What people understand comes before what ffmpeg says.
    seen.damage.splice(0..0, missing(&seen));
    Ok(seen)
}

const PICTURES: &str = "pictures.txt";
const SAMPLES: &str = "samples.txt";
const SOUND: &str = "sound.txt";

/// Decodes all of the film, and nothing twice.
fn command(facts: &Facts, folder: &Path, path: &Path) -> Command {
    let mut graph = Vec::new();
    let mut outputs = Vec::new();
    if facts.video.is_some() {
        // `V` passes over the covers of sound files. The mark makes every frame one that is written down.
        graph.push(format!(
            "[0:V:0]scale=w='min(320,iw)':h=-2:flags=area,\
             blackdetect=d=0.05:pic_th=0.98:pix_th=0.10,metadata=mode=add:key=seen:value=1,\
             metadata=mode=print:file={PICTURES},fps={RATE},siti,\
             metadata=mode=print:file={SAMPLES}[picture]"
        ));
        outputs.extend(["-map", "[picture]"]);
    }
    if facts.audio.is_some() {
        graph.push(format!(
            "[0:a:0]ebur128=peak=true:metadata=1,silencedetect=noise=-45dB:d=0.1,\
             ametadata=mode=add:key=seen:value=1,ametadata=mode=print:file={SOUND}[sound]"
        ));
        outputs.extend(["-map", "[sound]"]);
    }
    Command::ffmpeg(Some(facts.seconds))
        .folder(folder)
        .arguments(["-i"])
        .arguments([path])
        .arguments(["-filter_complex", &graph.join(";")])
        .arguments(outputs)
        .arguments(["-f", "null", "-"])
}

/// What ffmpeg says if it gave up, unless the film is not to blame.
fn given_up(decoded: Finished) -> Result<Option<String>, Failure> {
    let ended = decoded.status.code().is_some();
    let old = decoded.stderr.contains("No such filter");
    match decoded.success() {
        Ok(_) => Ok(None),
        Err(failure) if old => Err(Failure::new(Class::Missing, failure.message)
            .help("install ffmpeg 5.1 or newer, with all its filters")),
        Err(failure) if ended && failure.class == Class::Command => Ok(Some(failure.message)),
        Err(failure) => Err(failure),
    }
}

/// What ffmpeg says of the file at `path`: at most three lines, and nothing that changes from run to run.
fn complaints(stderr: &str, path: &Path) -> Vec<String> {
    let path = path.to_string_lossy();
    let mut complaints: Vec<String> = Vec::new();
    for line in stderr.lines().map(str::trim) {
        let (part, said) = match line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
            Some((part, said)) => (part.split(" @ ").next().unwrap_or(part), said),
            None => ("", line),
        };
        // What the missing muxer thinks of odd times is nobody's concern.
        let noise = part == "null"
            || said.is_empty()
            || said.starts_with("Last message repeated")
            || said.starts_with("`ffprobe` ended");
        let said = said.strip_prefix(&*path).unwrap_or(said).trim_start_matches(": ").to_owned();
        if !noise && !complaints.contains(&said) {
            complaints.push(said);
        }
    }
    complaints.truncate(3);
    complaints
}

fn picture(facts: &Facts, frames: &str, samples: &str) -> Picture {
    let seen = dump::pictures(frames);
    let video = facts.video.clone().unwrap_or_default();
    let shown = if video.fps > 0.0 { 1.0 / video.fps } else { 0.04 };
    let counted = if seen.frames == 0 { 0.0 } else { seen.last + shown };
    // The container knows how long the last frame is shown, if it is there.
    let complete = seen.frames > 0 && seen.frames + 1 >= video.frames;
    let end = if complete { seen.first + video.seconds } else { counted };
    let black: Vec<Stretch> = seen.black.iter().map(|black| black.close(end)).collect();
    let samples = dump::samples(samples);
    Picture {
        frames: seen.frames,
        end,
        frozen: stretch::frozen(&samples, &black, end),
        blank: stretch::blank(&samples, &black, end),
        black,
    }
}

fn heard(facts: &Facts, blocks: &str) -> Sound {
    let heard = dump::sound(blocks);
    let counted = if heard.blocks == 0 { 0.0 } else { heard.last + BLOCK };
    let said = heard.first + facts.audio.as_ref().map_or(0.0, |audio| audio.seconds);
    // Blocks are coarse; the container is exact, if it is right.
    let end = if (said - counted).abs() < 1.5 * BLOCK { said } else { counted };
    Sound {
        end,
        silence: heard.silence.iter().map(|silence| silence.close(end)).collect(),
        loudness: heard.loudness,
        true_peak: heard.true_peak,
    }
}

/// What the container promises and the film does not hold.
fn missing(seen: &Seen) -> Option<String> {
    let promised = seen.facts.seconds;
    let lost =
        seen.facts.video.as_ref().zip(seen.picture.as_ref()).is_none_or(|(video, picture)| {
            let promised = video.frames.min(whole(promised * video.fps));
            count(picture.frames) < 0.98 * count(promised)
        });
    (lost && seen.seconds() + 0.5 < promised)
        .then(|| format!("it ends after {:.1} s of {promised:.1} s", seen.seconds()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::probe::{AudioFacts, VideoFacts};

    fn film(frames: u64, seconds: f64) -> Facts {
        let video = VideoFacts { fps: 25.0, frames, seconds, ..VideoFacts::default() };
        let audio = AudioFacts { seconds, ..AudioFacts::default() };
        Facts { seconds, video: Some(video), audio: Some(audio), ..Facts::default() }
    }

    fn frames(number: u32) -> String {
        let line =
            |index| format!("frame:{index} pts:{index} pts_time:{}\n", f64::from(index) / 25.0);
        (0..number).map(line).collect()
    }

    #[test]
    fn the_end_is_what_the_container_says_if_all_is_there() {
        assert!((picture(&film(50, 2.0), &frames(50), "").end - 2.0).abs() < 1e-9);
        assert!((picture(&film(50, 2.0), &frames(25), "").end - 1.0).abs() < 1e-9);
        assert!(picture(&film(50, 2.0), "", "").end.abs() < 1e-9);
        let blocks = "frame:0 pts_time:0\nframe:1 pts_time:0.1\n";
        assert!((heard(&film(0, 0.17), blocks).end - 0.17).abs() < 1e-9);
        assert!((heard(&film(0, 2.0), blocks).end - 0.2).abs() < 1e-9);
    }

    #[test]
    fn what_was_promised_and_is_not_there_is_missing() {
        let seen = |frames: u64, end: f64| Seen {
            facts: film(250, 10.0),
            picture: Some(Picture { frames, end, ..Picture::default() }),
            ..Seen::default()
        };
        assert_eq!(missing(&seen(250, 10.0)), None);
        assert_eq!(missing(&seen(100, 4.0)).as_deref(), Some("it ends after 4.0 s of 10.0 s"));
        // One picture that is shown for long.
        assert_eq!(missing(&seen(250, 8.0)), None);
    }

    #[test]
    fn complaints_are_the_same_in_every_run() {
        let said = "[h264 @ 0x55b6f667e080] Invalid NAL unit size (12015 > 2662).\n\
                    [null @ 0x1] Application provided invalid dts\n\
                    Last message repeated 3 times\n\n\
                    [h264 @ 0x55b6f6691300] Invalid NAL unit size (12015 > 2662).\n\
                    /store/ab12: Invalid data found when processing input\n";
        assert_eq!(
            complaints(said, Path::new("/store/ab12")),
            ["Invalid NAL unit size (12015 > 2662).", "Invalid data found when processing input",]
        );
    }
}
