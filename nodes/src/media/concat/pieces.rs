//! Which frames are copied, and which are encoded?
//!
//! All arithmetic is in whole frames; nothing is rounded twice.

use crate::media::encode;
use crate::media::frame::Frame;
use crate::media::timeline::Scene;

/// A stretch of the film, in frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The frames of a clip from `from` up to, not including, `to`.
    Copy {
        clip: usize,
        from: u64,
        to: u64,
    },
    Fade(Fade),
}

/// The end of clip `clip` and the start of the next one, over each other for `overlap` frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fade {
    pub(super) clip: usize,
    /// The clip's frames from here on.
    pub(super) from: u64,
    /// How many frames that is.
    pub(super) tail: u64,
    /// The first frames of the next clip.
    pub(super) head: u64,
    pub(super) overlap: u64,
}

impl Piece {
    pub(super) fn frames(&self) -> u64 {
        match self {
            Self::Copy { from, to, .. } => to - from,
            Self::Fade(fade) => fade.tail + fade.head - fade.overlap,
        }
    }
}

/// By how many frames each clip reaches into the next: `wanted`, or none where one of them is too short.
pub(super) fn overlaps(lengths: &[u64], wanted: u64) -> Vec<u64> {
    let enough = 2 * (wanted + encode::GROUP);
    let joints = lengths.windows(2);
    joints
        .map(|pair| if pair.iter().all(|length| *length >= enough) { wanted } else { 0 })
        .collect()
}

/// The film in stretches: what can be copied is cut where frames stand alone.
pub(super) fn pieces(lengths: &[u64], overlaps: &[u64]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (clip, length) in lengths.iter().enumerate() {
        let overlap = overlaps.get(clip).copied().unwrap_or_default();
        if overlap == 0 {
            pieces.push(Piece::Copy { clip, from, to: *length });
            from = 0;
            continue;
        }
        let to = (length - overlap) / encode::GROUP * encode::GROUP;
        let head = overlap.next_multiple_of(encode::GROUP);
        if to > from {
            pieces.push(Piece::Copy { clip, from, to });
        }
        pieces.push(Piece::Fade(Fade { clip, from: to, tail: length - to, head, overlap }));
        from = head;
    }
    pieces
}

pub(super) fn scenes(
    lengths: &[u64],
    overlaps: &[u64],
    titles: &[Option<String>],
    frame: Frame,
) -> Vec<Scene> {
    let mut at = 0;
    let mut scenes = Vec::new();
    for (number, length) in lengths.iter().enumerate() {
        scenes.push(Scene {
            start: frame.seconds(at),
            seconds: frame.seconds(*length),
            title: titles.get(number).cloned().flatten(),
            voice: None,
        });
        at += length - overlaps.get(number).copied().unwrap_or_default();
    }
    scenes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_copied_but_for_its_fades() {
        let lengths = [75, 63, 20, 90];
        assert_eq!(overlaps(&lengths, 12), [12, 0, 0]);
        let found = pieces(&lengths, &[12, 0, 0]);
        let expected = [
            Piece::Copy { clip: 0, from: 0, to: 60 },
            Piece::Fade(Fade { clip: 0, from: 60, tail: 15, head: 15, overlap: 12 }),
            Piece::Copy { clip: 1, from: 15, to: 63 },
            Piece::Copy { clip: 2, from: 0, to: 20 },
            Piece::Copy { clip: 3, from: 0, to: 90 },
        ];
        assert_eq!(found, expected);
        assert_eq!(found.iter().map(Piece::frames).sum::<u64>(), 75 + 63 + 20 + 90 - 12);
    }

    #[test]
    fn every_frame_of_every_length_is_kept_once() {
        for length in 54..200 {
            let lengths = [length, length + 7, length];
            let overlaps = overlaps(&lengths, 12);
            let total: u64 = pieces(&lengths, &overlaps).iter().map(Piece::frames).sum();
            assert_eq!(total, 3 * length + 7 - 24, "{length}");
        }
    }
}
