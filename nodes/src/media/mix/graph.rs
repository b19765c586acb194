//! What is ffmpeg told, to mix sounds?

use std::fmt::Write as _;

use super::place::Slot;
use crate::media::frame::seconds_text;
use crate::media::loudness::METER;

pub(super) fn speech_graph(slots: &[Slot], length: u64) -> String {
    let mut graph = String::new();
    for (number, slot) in slots.iter().enumerate() {
        // The first slot begins with the film; the others where their voices do.
        let (from, delay) = if number == 0 {
            (0, format!("adelay=delays={}S:all=1,", slot.start))
        } else {
            (slot.start, String::new())
        };
        let to = slots.get(number + 1).map_or(length, |next| next.start);
        let room = to.saturating_sub(from);
        let _ = write!(
            graph,
            "[{number}:a:0]{HEAD},{delay}apad=whole_len={room},atrim=end_sample={room},\
             asetpts=N/SR/TB[v{number}];"
        );
    }
    for number in 0..slots.len() {
        let _ = write!(graph, "[v{number}]");
    }
    let _ = write!(graph, "concat=n={}:v=0:a=1,{METER}[speech]", slots.len());
    graph
}

/// At the head of every chain: without a layout, later filters refuse some sounds.
pub(super) const HEAD: &str =
    "aresample=48000:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo";

pub(super) fn sum_graph(
    speech: Option<f64>,
    music: Option<f64>,
    length: u64,
    seconds: f64,
) -> String {
    let voice = speech.map(|gain| format!("[0:a:0]{HEAD},volume={gain:.2}dB"));
    let bed = music.map(|gain| {
        let input = u8::from(speech.is_some());
        let fade_in = 1.5_f64.min(seconds / 4.0);
        let fade_out = 2.5_f64.min(seconds / 4.0);
        format!(
            "[{input}:a:0]{HEAD},volume={gain:.2}dB,apad=whole_len={length},\
             atrim=end_sample={length},asetpts=N/SR/TB,afade=t=in:d={},afade=t=out:st={}:d={}",
            seconds_text(fade_in),
            seconds_text(seconds - fade_out),
            seconds_text(fade_out),
        )
    });
    match (voice, bed) {
        (Some(voice), Some(bed)) => format!(
            "{bed}[bed];{voice},asplit=2[voice][key];\
             [bed][key]sidechaincompress=threshold=0.03:ratio=5:attack=20:release=500:knee=4[low];\
             [voice][low]amix=inputs=2:normalize=0:duration=first,{METER}[sum]"
        ),
        (Some(one), None) | (None, Some(one)) => format!("{one},{METER}[sum]"),
        (None, None) => format!(
            "anullsrc=r=48000:cl=stereo,atrim=end_sample={length},asetpts=N/SR/TB,{METER}[sum]"
        ),
    }
}

pub(super) fn level_filter(gain: f64, limit: Option<f64>) -> String {
    let limiter = limit.map_or(String::new(), |limit| {
        // Peaks between samples are seen at four times the rate; a tenth of a decibel covers what is left of them.
        let most = 10_f64.powf((limit - 0.1) / 20.0);
        format!(
            "aresample=192000,alimiter=limit={most:.5}:level=false:attack=5:release=50,\
             aresample=48000,"
        )
    });
    format!(
        "{HEAD},volume={gain:.2}dB,{limiter}aformat=sample_fmts=s16:channel_layouts=stereo,{METER}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_lasts_until_the_next_voice() {
        let slot = |start| Slot { path: "v".into(), start };
        let graph = speech_graph(&[slot(14_400), slot(96_000)], 240_000);
        assert!(graph.contains("adelay=delays=14400S:all=1,apad=whole_len=96000,"), "{graph}");
        assert!(graph.contains("apad=whole_len=144000,atrim=end_sample=144000"), "{graph}");
    }

    #[test]
    fn peaks_are_limited_only_where_they_would_be_too_high() {
        assert!(!level_filter(3.0, None).contains("alimiter"));
        assert!(level_filter(3.0, Some(-1.5)).contains("alimiter=limit=0.83176"));
    }
}
