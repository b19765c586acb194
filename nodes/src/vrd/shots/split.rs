//! Into how many shots is a beat cut, and where?
//!
//! As many as the pace asks for, on whole frames, none shorter than 1.5 s, and never inside a spoken sentence.

use crate::vrd::script::Beat;
use crate::vrd::script::subtitle::sentences;
use crate::vrd::script::wording::count;
use crate::vrd::seconds::Seconds;

/// The shortest shot.
pub const SHORTEST: Seconds = Seconds::from_millis(1_500);

/// A shot's place in its beat, and what is spoken in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub start: Seconds,
    pub duration: Seconds,
    pub spoken: Option<String>,
}

/// How a video is cut.
pub struct Cutting {
    /// How long a shot should last.
    pub pace: Seconds,
    pub fps: u32,
}

/// The pieces of `beat`, which starts at `start`; at least `least` of them, where there is room.
pub fn split(beat: &Beat, start: Seconds, cutting: &Cutting, least: u32) -> Vec<Piece> {
    let length = beat.duration_seconds;
    let pace = cutting.pace.max(SHORTEST).millis();
    let wished = ((length.millis() * 2 + pace) / (pace * 2)).max(least).max(1);
    let count_wished = wished.min((length.millis() / SHORTEST.millis()).max(1));
    let spoken = beat.script.dialogue.as_ref().or(beat.script.voiceover.as_ref());
    let sentences = spoken.map(|text| sentences(text)).unwrap_or_default();
    let ends = ends(&sentences, length);
    let cuts = cuts(length, count_wished, &ends);

    let end = start + length;
    let mut edges = vec![start];
    edges.extend(cuts.iter().map(|cut| on_frame(start + *cut, cutting.fps)));
    edges.push(end);
    edges
        .windows(2)
        .map(|pair| {
            let inside = |at: &Seconds| *at > pair[0] - start && *at <= pair[1] - start;
            Piece {
                start: pair[0],
                duration: pair[1] - pair[0],
                spoken: spoken_in(&sentences, &ends, cutting.fps, inside),
            }
        })
        .collect()
}

/// The sentences that end inside a piece; a cut moved to a frame may lie just before its sentence's end.
fn spoken_in(
    sentences: &[String],
    ends: &[Seconds],
    fps: u32,
    inside: impl Fn(&Seconds) -> bool,
) -> Option<String> {
    let frame = Seconds::from_millis(1000_u32.div_ceil(fps.max(1)));
    let middle = |index: usize| {
        let before = index.checked_sub(1).map_or(Seconds::ZERO, |former| ends[former]);
        (before + frame).min(ends[index])
    };
    let said = (0..sentences.len()).filter(|index| inside(&middle(*index)));
    let said: Vec<&str> = said.map(|index| sentences[index].as_str()).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Where each sentence ends, if all are spread over `length` by their words.
fn ends(sentences: &[String], length: Seconds) -> Vec<Seconds> {
    let words: usize = sentences.iter().map(|sentence| count(sentence)).sum();
    let mut before = 0;
    let end = |sentence: &String| {
        before += count(sentence);
        let share = u64::from(length.millis()) * u64::try_from(before).unwrap_or(0);
        let millis = share / u64::try_from(words.max(1)).unwrap_or(1);
        Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
    };
    sentences.iter().map(end).collect()
}

/// The inner cuts: near equal parts, and where sentences end if there are any.
fn cuts(length: Seconds, wished: u32, ends: &[Seconds]) -> Vec<Seconds> {
    let equal = |index: u32| {
        let millis = u64::from(length.millis()) * u64::from(index) / u64::from(wished);
        Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
    };
    if ends.is_empty() {
        return (1..wished).map(equal).collect();
    }
    let mut cuts: Vec<Seconds> = Vec::new();
    for index in 1..wished {
        let last = cuts.last().copied().unwrap_or(Seconds::ZERO);
        // One frame at 24 a second is kept in hand, since the cut still moves to a frame.
        let room = SHORTEST + Seconds::from_millis(42);
        let fits = |end: &&Seconds| **end >= last + room && **end + room <= length;
        let nearest = ends.iter().filter(fits).min_by_key(|end| end.abs_diff(equal(index)));
        if let Some(nearest) = nearest {
            cuts.push(*nearest);
        }
    }
    cuts
}

fn on_frame(moment: Seconds, fps: u32) -> Seconds {
    let fps = u64::from(fps.max(1));
    let frame = (u64::from(moment.millis()) * fps * 2 + 1000) / 2000;
    let millis = (frame * 2000 + fps) / (fps * 2);
    Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(millis: u32, voice: Option<&str>) -> Beat {
        let mut beat = Beat { duration_seconds: Seconds::from_millis(millis), ..Beat::default() };
        beat.script.voiceover = voice.map(str::to_owned);
        beat
    }

    fn pieces(millis: u32, voice: Option<&str>, pace: u32) -> Vec<Piece> {
        let cutting = Cutting { pace: Seconds::whole(pace), fps: 24 };
        split(&beat(millis, voice), Seconds::from_millis(7_500), &cutting, 1)
    }

    #[test]
    fn a_silent_beat_is_cut_evenly_on_frames() {
        let lengths: Vec<String> =
            pieces(7_500, None, 3).iter().map(|piece| piece.duration.to_string()).collect();
        assert_eq!(lengths, ["2.5", "2.5", "2.5"].map(String::from));
        assert_eq!(pieces(5_000, None, 6).len(), 1);
        assert_eq!(pieces(5_000, None, 1).len(), 3);
        for millis in (5_000..10_000).step_by(37) {
            let pieces = pieces(millis, None, 2);
            assert_eq!(
                pieces.iter().map(|piece| piece.duration).sum::<Seconds>(),
                Seconds::from_millis(millis)
            );
            assert!(pieces.iter().all(|piece| piece.duration >= Seconds::from_millis(1_458)));
        }
    }

    #[test]
    fn no_sentence_is_cut() {
        let voice = "One two three four. Five six seven eight. Nine ten eleven twelve.";
        let cut = pieces(7_500, Some(voice), 3);
        let said: Vec<&str> = cut.iter().filter_map(|piece| piece.spoken.as_deref()).collect();
        assert_eq!(
            said,
            ["One two three four.", "Five six seven eight.", "Nine ten eleven twelve."]
        );
        assert_eq!(
            pieces(7_500, Some("One long sentence that goes on and on until it ends"), 2).len(),
            1
        );
        let uneven = pieces(7_500, Some("No. This one is rather long, so it takes its time."), 3);
        assert!(uneven.iter().all(|piece| piece.duration >= SHORTEST), "{uneven:?}");
        assert_eq!(uneven.iter().filter(|piece| piece.spoken.is_some()).count(), uneven.len());
    }
}
