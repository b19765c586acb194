//! How are pictures, clips, sound and captions made into a film?
//!
//! Each kind has a file of its own; what it asks of ffmpeg is computed by pure functions and run by [`crate::process`].
//! Clips on the way are light (`encode`), so that the film is encoded only once, at its end.

mod canvas;
mod captions;
mod check;
mod concat;
mod encode;
mod fit;
pub mod frame;
mod ken_burns;
mod loudness;
mod mix;
mod probe;
mod render;
pub mod timeline;
pub mod words;

use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure, File, Known, MediaType, Registry};
use flow_engine::schema::Schema;
use serde_json::json;

pub(crate) fn register(registry: &mut Registry) {
    registry.add(ken_burns::KenBurns);
    registry.add(fit::Fit);
    registry.add(concat::Concat);
    registry.add(mix::Mix);
    registry.add(captions::Captions);
    registry.add(render::Render);
    registry.add(check::Check);
    registry.add(probe::Probe);
}

macro_rules! media_type {
    ($(#[$doc:meta])* $name:ident, $range:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl MediaType for $name {
            const RANGE: &'static str = $range;
        }
    };
}

media_type!(
    /// Moving pictures, with or without sound.
    Video, "video/*"
);
media_type!(Image, "image/*");
media_type!(Audio, "audio/*");
media_type!(Text, "text/*");
media_type!(
    /// Captions with their times, in one of three formats.
    Subtitles, "application/x-subrip, text/vtt, text/x-ssa"
);

/// Takes the file at `path` into the store, as what its node gives.
pub(crate) async fn keep<M: MediaType>(
    attempt: &dyn Attempt,
    path: &Path,
    media_type: &str,
) -> Result<File<M>, Failure> {
    let (digest, bytes) = attempt.artifacts().keep(path).await?;
    let file = File::new(digest, media_type, bytes);
    Ok(match path.file_name() {
        Some(name) => file.named(name.to_string_lossy()),
        None => file,
    })
}

/// `schema`, whose field `video` is a film where the port `video` is given, and null where it is not.
fn with_film_if_given(schema: &Schema, known: &Known) -> Schema {
    let mut json = schema.as_json().clone();
    json["properties"]["video"] = if known.ports.contains_key("video") {
        let mut film = Schema::of::<File<Video>>().as_json().clone();
        if let Some(film) = film.as_object_mut() {
            film.retain(|key, _| key != "$schema" && key != "title");
        }
        film
    } else {
        json!({ "type": "null" })
    };
    Schema::new(json)
}

/// Writes `text` to a file of the attempt's folder.
async fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    tokio::fs::write(path, text).await.map_err(|error| {
        Failure::new(Class::Storage, format!("cannot write {}: {error}", path.display()))
    })
}

/// What a message calls `file`.
pub(crate) fn called<M>(file: &File<M>) -> String {
    match &file.name {
        Some(name) => format!("`{name}`"),
        None => format!("the file {}", file.digest),
    }
}

#[cfg(test)]
mod tests {
    use flow_engine::kind::Port;

    use super::*;

    #[test]
    fn a_film_comes_out_where_one_goes_in() {
        let mut registry = Registry::default();
        register(&mut registry);
        for kind in ["media/mix", "media/captions"] {
            let (card, _) = registry.get(kind).unwrap();
            let nothing = (card.output_of)(&Known::default());
            assert_eq!(nothing.as_json()["properties"]["video"], json!({ "type": "null" }));
            let port = Port { schema: Schema::anything(), constant: None };
            let film = Known { ports: [("video".to_owned(), port)].into() };
            let film = (card.output_of)(&film);
            assert_eq!(film.as_json()["properties"]["video"]["x-media"], json!("video/*"));
        }
    }

    #[test]
    fn every_kind_says_in_a_sentence_what_it_does_and_shows_an_example() {
        let mut registry = Registry::default();
        register(&mut registry);
        for (name, card) in registry.catalog().kinds {
            assert!(card.summary().ends_with('.'), "{name}");
            assert!(card.docs.contains(&format!("use: {name}")), "{name}");
            let ports = card.input.as_json()["properties"].as_object().unwrap().clone();
            for port in ports.keys() {
                assert!(
                    card.docs.contains(&format!("`{port}`")),
                    "{name} does not tell of `{port}`"
                );
            }
        }
    }
}
