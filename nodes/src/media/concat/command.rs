//! What is ffmpeg told, to join clips?

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::pieces::{Fade, Piece};
use crate::media::encode::{self, words};
use crate::media::frame::{Frame, seconds_text};

/// A clip that can be joined by copying.
#[derive(Clone, Debug)]
pub(super) struct Clip {
    pub(super) path: PathBuf,
    pub(super) frame: Frame,
    pub(super) frames: u64,
    pub(super) sound: Sound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    None,
    Some,
}

pub(super) fn fade_name(number: usize) -> String {
    format!("fade{number}.mp4")
}

pub(super) fn fade_command(fade: &Fade, clips: &[Clip], frame: Frame, name: &str) -> Vec<String> {
    // Half a frame early, so that rounding cannot lose the first one.
    let before =
        |frames: u64| seconds_text((frame.seconds(2 * frames) - frame.seconds(1)).max(0.0) / 2.0);
    let (from, head) = (before(fade.from), before(fade.head));
    let (a, b) = (text(&clips[fade.clip].path), text(&clips[fade.clip + 1].path));
    let duration = seconds_text(frame.seconds(fade.overlap));
    let offset = seconds_text(frame.seconds(fade.tail - fade.overlap));
    let even = format!("settb=1/{},setpts=N,format=yuv420p", frame.fps());
    let graph = format!(
        "[0:v]{even}[a];[1:v]{even}[b];\
         [a][b]xfade=transition=fade:duration={duration}:offset={offset}[v]"
    );
    let mut arguments = words(&["-ss", &from, "-i", &a, "-t", &head, "-i", &b]);
    arguments.extend(words(&["-filter_complex", &graph, "-map", "[v]", "-an"]));
    arguments.extend(encode::clip(frame));
    arguments.push(name.to_owned());
    arguments
}

/// ffmpeg's list of files to copy one after the other.
pub(super) fn list(pieces: &[Piece], clips: &[Clip], frame: Frame) -> String {
    let mut list = "ffconcat version 1.0\n".to_owned();
    let microseconds = |frames: u64| (frame.seconds(frames) * 1e6).round() / 1e6;
    let mut at = 0;
    for (number, piece) in pieces.iter().enumerate() {
        let path = match piece {
            Piece::Copy { clip, .. } => text(&clips[*clip].path),
            Piece::Fade(_) => fade_name(number),
        };
        let _ = writeln!(list, "file '{}'", path.replace('\'', r"'\''"));
        if let Piece::Copy { clip, from, to } = piece {
            if *from > 0 {
                // Not before the frame itself, or the copy would start a group early.
                let inpoint = (frame.seconds(*from) * 1e6).ceil() / 1e6;
                let _ = writeln!(list, "inpoint {}", seconds_text(inpoint));
            }
            if *to < clips[*clip].frames {
                let outpoint = frame.seconds(*to) - frame.seconds(1) / 4.0;
                let _ = writeln!(list, "outpoint {}", seconds_text(outpoint));
            }
        }
        // As the difference of rounded places, so that rounding does not add up.
        let length = microseconds(at + piece.frames()) - microseconds(at);
        let _ = writeln!(list, "duration {}", seconds_text(length));
        at += piece.frames();
    }
    list
}

pub(super) fn join_command(clips: &[Clip], overlaps: &[u64], frame: Frame) -> Vec<String> {
    let mut arguments = words(&["-f", "concat", "-safe", "0", "-i", "list.txt"]);
    let heard: Vec<&Clip> = clips.iter().filter(|clip| clip.sound == Sound::Some).collect();
    for clip in &heard {
        arguments.extend(words(&["-vn", "-i", &text(&clip.path)]));
    }
    if heard.is_empty() {
        arguments.extend(words(&["-map", "0:v:0", "-c:v", "copy", "-an"]));
    } else {
        let graph = sound_graph(clips, overlaps, frame);
        arguments.extend(words(&["-filter_complex", &graph, "-map", "0:v:0", "-map", "[sound]"]));
        arguments.extend(words(&["-c:v", "copy"]));
        arguments.extend(encode::lossless_sound());
    }
    arguments.extend(encode::clip_container());
    arguments.push("joined.mp4".into());
    arguments
}

/// Each clip's sound, made exactly as long as its picture, one after the other.
fn sound_graph(clips: &[Clip], overlaps: &[u64], frame: Frame) -> String {
    let mut graph = String::new();
    let mut input = 0;
    for (number, clip) in clips.iter().enumerate() {
        let samples = samples(clip.frames, frame);
        let source = match clip.sound {
            Sound::None => "anullsrc=r=48000:cl=stereo,".to_owned(),
            Sound::Some => {
                input += 1;
                format!("[{input}:a:0]aresample=48000:first_pts=0,")
            }
        };
        let _ = write!(
            graph,
            "{source}aformat=sample_fmts=fltp:channel_layouts=stereo,apad=whole_len={samples},\
             atrim=end_sample={samples},asetpts=N/SR/TB[s{number}];"
        );
    }
    let mut so_far = "s0".to_owned();
    for (number, overlap) in overlaps.iter().enumerate() {
        let next = number + 1;
        let joined = format!("j{next}");
        let _ = match overlap {
            0 => write!(graph, "[{so_far}][s{next}]concat=n=2:v=0:a=1[{joined}];"),
            _ => write!(
                graph,
                "[{so_far}][s{next}]acrossfade=ns={}:c1=tri:c2=tri[{joined}];",
                samples(*overlap, frame)
            ),
        };
        so_far = joined;
    }
    let _ = write!(graph, "[{so_far}]anull[sound]");
    graph
}

fn samples(frames: u64, frame: Frame) -> u64 {
    let fps = u64::from(frame.fps());
    (frames * u64::from(encode::SAMPLE_RATE) + fps / 2) / fps
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::pieces::pieces;
    use super::*;
    use crate::media::frame::{Aspect, Fps, Resolution};

    fn frame() -> Frame {
        Frame::new(Aspect::Wide, Resolution(180), Fps(30)).unwrap()
    }

    #[test]
    fn the_list_names_places_to_the_microsecond() {
        let clip = |name: &str, frames| Clip {
            path: name.into(),
            frame: frame(),
            frames,
            sound: Sound::None,
        };
        let clips = [clip("/it's", 80), clip("/b", 70)];
        let pieces = pieces(&[80, 70], &[12]);
        insta::assert_snapshot!(list(&pieces, &clips, frame()), @r"
        ffconcat version 1.0
        file '/it'\''s'
        outpoint 1.991667
        duration 2.000000
        file 'fade1.mp4'
        duration 0.766667
        file '/b'
        inpoint 0.500000
        duration 1.833333
        ");
    }
}
