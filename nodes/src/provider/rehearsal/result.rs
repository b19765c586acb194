//! What does a rehearsed job give?
//!
//! Small files of the right type: a plain picture, a silent voice. Their bytes follow from the job's id.

use std::io::Cursor;

use flow_engine::name::Digest;
use serde_json::{Value as Json, json};

use super::script::Results;

pub(super) struct Result {
    pub(super) media_type: &'static str,
    pub(super) extension: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) facts: Json,
}

/// The result of the job `id`; none, if what it gives is no file.
pub(super) fn of(capability: &str, id: &str, results: Results) -> Option<Result> {
    let (media_type, extension) = match capability {
        "image" => ("image/png", "png"),
        "video" => ("video/mp4", "mp4"),
        "speech" | "music" => ("audio/wav", "wav"),
        _ => return None,
    };
    let bytes = match (results, capability) {
        (Results::Files, "image") => picture(id),
        (Results::Files, "speech" | "music") => silence(),
        _ => format!("rehearsed {capability} {id}").into_bytes(),
    };
    let facts = match capability {
        "image" => json!({ "width": SIDE, "height": SIDE }),
        _ => Json::Null,
    };
    Some(Result { media_type, extension, bytes, facts })
}

const SIDE: u32 = 16;

/// One colour, that of the job.
fn picture(id: &str) -> Vec<u8> {
    let hash = Digest::of(id.as_bytes());
    let [red, green, blue] = [0, 1, 2].map(|at| hash.as_bytes()[at]);
    let picture = image::RgbImage::from_pixel(SIDE, SIDE, image::Rgb([red, green, blue]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("memory takes a small picture");
    bytes.into_inner()
}

/// Half a second.
fn silence() -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("memory takes a header");
    for _ in 0..24_000 {
        writer.write_sample(0i16).expect("memory takes a sample");
    }
    writer.finalize().expect("memory takes a length");
    bytes.into_inner()
}
