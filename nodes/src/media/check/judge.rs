//! Is what was seen of a film allowed?
//!
//! Pure: figures and limits become a verdict for each check that applies.

use super::measure::{Picture, Seen, Sound, rounded};
use super::stretch::{Stretch, longest};
use super::verdict::{Check, Severity, Verdict, closeness};
use super::{Input, Need};

/// How many findings one check tells one by one.
const MOST: usize = 20;

/// Compares what was seen with what `input` allows.
pub(super) fn judge(seen: &Seen, input: &Input) -> Vec<Verdict> {
    let mut verdicts = vec![decodes(seen)];
    let readable = seen.picture.is_some() || seen.sound.is_some();
    if !readable {
        return verdicts;
    }
    verdicts.extend(needs(seen, input));
    verdicts.extend(input.seconds.map(|expected| length(seen, expected, input.tolerance)));
    verdicts.extend(input.sync.zip(seen.sync()).map(|(limit, apart)| sync(apart, limit)));
    if let Some(picture) = &seen.picture {
        verdicts.extend(pictures(picture, input));
    }
    if let Some(sound) = &seen.sound {
        verdicts.extend(sounds(sound, input));
    }
    verdicts.extend(seen.facts.faststart.map(faststart));
    verdicts
}

fn decodes(seen: &Seen) -> Verdict {
    let measured = match &seen.picture {
        Some(picture) => format!("{} frames, {:.1} s", picture.frames, seen.seconds()),
        None if seen.sound.is_none() => "nothing".into(),
        None => format!("{:.1} s", seen.seconds()),
    };
    let verdict = Verdict::new(Check::Decodes, measured, "the whole file");
    if seen.damage.is_empty() {
        return verdict;
    }
    let message = format!("the file cannot be played as a whole: {}", seen.damage.join("; "));
    verdict.find(Severity::Error, 0, message, "make the file again, or copy it again as a whole")
}

fn needs<'a>(seen: &'a Seen, input: &'a Input) -> impl Iterator<Item = Verdict> + 'a {
    let facts = &seen.facts;
    let needs = [
        (Check::Picture, input.picture, seen.picture.is_some(), "add the picture"),
        (Check::Sound, input.sound, seen.sound.is_some(), "add the sound: `media/mix` makes it"),
        (
            Check::Captions,
            input.captions,
            !facts.subtitles.is_empty(),
            "give `srt` of `media/captions` to `media/render` as `subtitles`",
        ),
        (
            Check::Chapters,
            input.chapters,
            !facts.chapters.is_empty(),
            "give `media/render` the `scenes` of the film, with titles",
        ),
    ];
    needs.into_iter().filter_map(|(check, need, there, help)| {
        let measured = if there { "there" } else { "none" };
        let what = match check {
            Check::Captions => "caption track",
            check => check.name(),
        };
        match (need, check, there) {
            (Need::Required, _, true) => Some(Verdict::new(check, measured, "required")),
            (Need::Required, _, false) => {
                let message = format!("the film has no {what}");
                let verdict = Verdict::new(check, measured, "required");
                Some(verdict.find(Severity::Error, 0, message, help))
            }
            (Need::Optional, Check::Picture | Check::Sound, false) => {
                let message = format!("the film has no {what}, so none was judged");
                let help = format!("write `{}: required` if it must have it", check.name());
                let verdict = Verdict::new(check, measured, "optional");
                Some(verdict.find(Severity::Note, 100, message, &help))
            }
            (Need::Optional, ..) => None,
        }
    })
}

fn length(seen: &Seen, expected: f64, tolerance: f64) -> Verdict {
    let seconds = seen.seconds();
    let off = seconds - expected;
    let verdict = Verdict::new(
        Check::Seconds,
        format!("{seconds:.1} s"),
        format!("{expected:.1} ± {tolerance:.1} s"),
    );
    if exceeds(off.abs(), tolerance) {
        let how = if off > 0.0 { "longer" } else { "shorter" };
        let message = format!("the film is {:.1} s {how} than {expected:.1} s", off.abs());
        let help = "look for a scene that is missing or doubled, or allow more with `tolerance`";
        return verdict.find(Severity::Error, closeness(off.abs(), tolerance), message, help);
    }
    verdict
}

fn sync(apart: f64, limit: f64) -> Verdict {
    let verdict =
        Verdict::new(Check::Sync, format!("{:.2} s", apart.abs()), format!("{limit:.2} s"));
    if exceeds(apart.abs(), limit) {
        let (first, last) = if apart > 0.0 { ("sound", "picture") } else { ("picture", "sound") };
        let message = format!("the {first} ends {:.2} s before the {last}", apart.abs());
        let help = "make both equally long before they are joined: pad the one, or cut the other";
        return verdict.find(Severity::Error, closeness(apart.abs(), limit), message, help);
    }
    verdict
}

fn pictures(picture: &Picture, input: &Input) -> impl Iterator<Item = Verdict> {
    let black = Rule {
        check: Check::Black,
        severity: Severity::Error,
        what: "the picture is black",
        help: "look for a gap between clips, or allow more with `black`",
    };
    let frozen = Rule {
        check: Check::Frozen,
        severity: Severity::Error,
        what: "the picture does not move",
        help: "let the shot move, as `media/ken-burns` does, or allow more with `frozen`",
    };
    let empty = Rule {
        check: Check::Blank,
        severity: Severity::Warning,
        what: "the picture shows nothing",
        help: "look whether a picture was not drawn, or allow more with `blank`",
    };
    let end = picture.end;
    [
        input.black.map(|limit| black.judge(&picture.black, limit, end)),
        input.frozen.map(|limit| frozen.judge(&picture.frozen, limit, end)),
        input.blank.map(|limit| empty.judge(&picture.blank, limit, end)),
    ]
    .into_iter()
    .flatten()
}

fn sounds(sound: &Sound, input: &Input) -> impl Iterator<Item = Verdict> {
    let silence = Rule {
        check: Check::Silence,
        severity: Severity::Error,
        what: "there is silence",
        help: "look for a voice that is missing, lay music below, or allow more with `silence`",
    };
    let loudness = input.loudness.zip(sound.loudness);
    [
        input.silence.map(|limit| silence.judge(&sound.silence, limit, sound.end)),
        loudness.map(|(target, loudness)| loud(loudness, target, input.loudness_tolerance)),
        input.peak.zip(sound.true_peak).map(|(limit, peak)| peaks(peak, limit)),
    ]
    .into_iter()
    .flatten()
}

fn loud(loudness: f64, target: f64, tolerance: f64) -> Verdict {
    let off = loudness - target;
    let verdict = Verdict::new(
        Check::Loudness,
        format!("{loudness:.1} LUFS"),
        format!("{target:.1} ± {tolerance:.1} LUFS"),
    );
    if exceeds(off.abs(), tolerance) {
        let how = if off > 0.0 { "louder" } else { "softer" };
        let message = format!("the sound is {:.1} LU {how} than {target:.1} LUFS", off.abs());
        let help = "bring it to its target with `media/mix`, or name another with `loudness`";
        return verdict.find(Severity::Error, closeness(off.abs(), tolerance), message, help);
    }
    verdict
}

fn peaks(peak: f64, limit: f64) -> Verdict {
    let verdict = Verdict::new(Check::Peak, format!("{peak:.1} dBTP"), format!("{limit:.1} dBTP"));
    // Peaks come with three digits.
    let over = peak - limit;
    if over > 0.01 {
        let message = format!("the sound's peaks reach {peak:.1} dBTP, {over:.1} dB too high");
        let help = "limit the sound, as `media/mix` does, so that players do not clip it";
        return verdict.find(Severity::Error, closeness(over + 1.0, 1.0), message, help);
    }
    verdict
}

fn faststart(first: bool) -> Verdict {
    let measured = if first { "first" } else { "last" };
    let verdict = Verdict::new(Check::Faststart, measured, "index first");
    if first {
        return verdict;
    }
    let message = "the index stands at the end of the file, so players wait for all of it";
    let help = "write the file with ffmpeg's `-movflags +faststart`, as `media/render` does";
    verdict.find(Severity::Warning, 50, message.into(), help)
}

/// What may not last too long.
struct Rule {
    check: Check,
    severity: Severity,
    what: &'static str,
    help: &'static str,
}

impl Rule {
    /// Judges the `stretches` of a film of length `end`.
    fn judge(&self, stretches: &[Stretch], limit: f64, end: f64) -> Verdict {
        let found = longest(stretches);
        let mut verdict =
            Verdict::new(self.check, format!("{found:.1} s"), format!("{limit:.1} s"));
        let over: Vec<(&Stretch, f64)> = stretches
            .iter()
            .map(|stretch| (stretch, lenient(stretch, limit, end)))
            .filter(|(stretch, limit)| exceeds(stretch.seconds, *limit))
            .collect();
        for (stretch, limit) in over.iter().take(MOST) {
            let message = format!("{} for {:.1} s", self.what, stretch.seconds);
            verdict = verdict.find(self.severity, self.score(stretch, *limit), message, self.help);
            if let Some(finding) = verdict.findings.last_mut() {
                finding.at = Some(rounded(stretch.at));
                finding.seconds = Some(rounded(stretch.seconds));
            }
        }
        let more = over.len().saturating_sub(MOST);
        if more > 0 {
            let message = format!("{} too long {more} more times", self.what);
            verdict = verdict.find(self.severity, 100, message, self.help);
        }
        verdict
    }

    fn score(&self, stretch: &Stretch, limit: f64) -> u8 {
        let score = closeness(stretch.seconds, limit);
        if self.severity == Severity::Error { score } else { 50 + score / 2 }
    }
}

/// What is allowed of a stretch: twice as much at the very head or tail, where people expect it.
fn lenient(stretch: &Stretch, limit: f64, end: f64) -> f64 {
    const AT_THE_END: f64 = 0.1;
    let (head, tail) = (stretch.at < AT_THE_END, stretch.end() > end - AT_THE_END);
    if head == tail { limit } else { 2.0 * limit }
}

/// Forgives what rounding adds.
fn exceeds(measured: f64, limit: f64) -> bool {
    measured > limit + 1e-3
}

#[cfg(test)]
mod tests {
    use flow_engine::kind::File;
    use flow_engine::name::Digest;
    use serde_json::{Value as Json, json};

    use super::super::verdict::{findings, total};
    use super::*;

    /// A film of 60 s in which nothing is wrong.
    fn film() -> Seen {
        let sound =
            Sound { end: 60.0, loudness: Some(-16.4), true_peak: Some(-1.5), ..Sound::default() };
        let picture = Picture { frames: 1800, end: 60.0, ..Picture::default() };
        Seen { picture: Some(picture), sound: Some(sound), ..Seen::default() }
    }

    fn allowing(ports: &Json) -> Input {
        let video: File<super::super::Media> = File::new(Digest::of(b"film"), "video/mp4", 4);
        let mut input = json!({ "video": video });
        input.as_object_mut().unwrap().extend(ports.as_object().unwrap().clone());
        serde_json::from_value(input).unwrap()
    }

    /// The score of the film after `change`, and the checks that found something.
    fn judged(ports: &Json, change: impl FnOnce(&mut Picture, &mut Sound)) -> (u8, Vec<Check>) {
        let mut seen = film();
        if let (Some(picture), Some(sound)) = (&mut seen.picture, &mut seen.sound) {
            change(picture, sound);
        }
        let verdicts = judge(&seen, &allowing(ports));
        let checks = findings(&verdicts).iter().map(|finding| finding.check).collect();
        (total(&verdicts), checks)
    }

    fn silences(stretches: &[(f64, f64)]) -> Vec<Check> {
        let stretches = stretches.iter().map(|(at, end)| Stretch::between(*at, *end)).collect();
        judged(&json!({}), |_, sound| sound.silence = stretches).1
    }

    #[test]
    fn head_and_tail_may_last_twice_as_long() {
        assert_eq!(silences(&[(10.0, 12.0), (20.0, 21.0)]), []);
        assert_eq!(silences(&[(10.0, 12.1), (20.0, 22.1)]), [Check::Silence, Check::Silence]);
        assert_eq!(silences(&[(-0.01, 3.9), (56.1, 60.0)]), []);
        assert_eq!(silences(&[(0.0, 4.1)]), [Check::Silence]);
        assert_eq!(silences(&[(55.9, 60.0)]), [Check::Silence]);
    }

    #[test]
    fn a_limit_is_not_exceeded_by_what_equals_it() {
        let cases = [
            (json!({}), -17.0, -1.0, 0.1, vec![]),
            (json!({}), -17.1, -1.0, 0.1, vec![Check::Loudness]),
            (json!({}), -14.9, -0.9, 0.1, vec![Check::Loudness, Check::Peak]),
            (json!({}), -16.0, -1.0, -0.11, vec![Check::Sync]),
            (json!({ "loudness": -14 }), -14.4, -1.0, 0.0, vec![]),
            (json!({ "loudness": null, "peak": null, "sync": null }), -40.0, 3.0, 9.0, vec![]),
            (json!({ "seconds": 59 }), -16.0, -1.0, 0.0, vec![Check::Seconds]),
            (json!({ "seconds": 59, "tolerance": 1 }), -16.0, -1.0, 0.0, vec![]),
        ];
        for (ports, loudness, peak, apart, expected) in cases {
            let (_, found) = judged(&ports, |picture, sound| {
                sound.loudness = Some(loudness);
                sound.true_peak = Some(peak);
                sound.end = picture.end - apart;
            });
            assert_eq!(found, expected, "{ports} {loudness} {peak} {apart}");
        }
    }

    #[test]
    fn the_farther_from_the_limit_the_fewer_points() {
        let score = |loudness| judged(&json!({}), |_, sound| sound.loudness = Some(loudness)).0;
        assert_eq!(score(-16.0), 100);
        let (near, far) = (score(-18.0), score(-40.0));
        assert!(far < near && near < 75, "{far} {near}");
    }

    #[test]
    fn many_findings_of_one_check_end_in_a_sum() {
        let black = |index: u32| Stretch::between(f64::from(index), f64::from(index) + 0.9);
        let (_, found) = judged(&json!({}), |picture, _| {
            picture.black = (1..51).map(black).collect();
        });
        assert_eq!(found.len(), MOST + 1);
    }
}
