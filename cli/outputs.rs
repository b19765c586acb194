//! Where do outputs go, and what are their files called?
//!
//! Each output becomes a file named after it: a stored file is copied, text is written as it is, all else as JSON. The
//! copy shares the disk's blocks with the store where the file system can, and can be edited without harm to it.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flow_engine::kind::file::ARTIFACT;
use flow_engine::name::Digest;
use serde_json::{Map, Value as Json};

use crate::exit::Problem;
use crate::media_type;

/// One output as it lies in the folder: what it is called, and its files, several for a list of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) files: Vec<PathBuf>,
}

/// Writes each of `outputs` into `folder`; `stored` finds the content of an artifact. Every artifact in `outputs` gets a
/// `path`: of its copy, or deep in a value, of its place in the store.
pub(crate) fn write(
    outputs: &mut Map<String, Json>,
    folder: &Path,
    stored: &dyn Fn(&Digest) -> PathBuf,
) -> Result<Vec<Written>, Problem> {
    make_folder(folder)?;
    let mut written = Vec::new();
    for (name, value) in outputs.iter_mut() {
        let files = one(name, value, folder, stored)?;
        written.push(Written { name: name.clone(), files });
    }
    Ok(written)
}

pub(crate) fn make_folder(folder: &Path) -> Result<(), Problem> {
    make(folder, || std::fs::create_dir_all(folder))
}

fn one(
    name: &str,
    value: &mut Json,
    folder: &Path,
    stored: &dyn Fn(&Digest) -> PathBuf,
) -> Result<Vec<PathBuf>, Problem> {
    match value {
        Json::Null => Ok(Vec::new()),
        Json::Object(object) if digest(object).is_some() => {
            Ok(vec![copy(name, object, folder, stored)?])
        }
        Json::Array(items) if !items.is_empty() && items.iter().all(is_artifact) => {
            let width = items.len().to_string().len();
            let numbered = items.iter_mut().enumerate().filter_map(|(at, item)| {
                let name = format!("{name}-{:0width$}", at + 1);
                item.as_object_mut().map(|object| copy(&name, object, folder, stored))
            });
            numbered.collect()
        }
        Json::String(text) => Ok(vec![save(&folder.join(format!("{name}.txt")), text)?]),
        other => {
            locate(other, stored);
            let text = format!("{other:#}\n");
            Ok(vec![save(&folder.join(format!("{name}.json")), &text)?])
        }
    }
}

/// Notes in each artifact deep in a value where its content lies.
fn locate(value: &mut Json, stored: &dyn Fn(&Digest) -> PathBuf) {
    match value {
        Json::Object(fields) => match digest(fields) {
            Some(digest) => {
                let path = stored(&digest).display().to_string();
                fields.insert("path".into(), Json::String(path));
            }
            None => fields.values_mut().for_each(|field| locate(field, stored)),
        },
        Json::Array(items) => items.iter_mut().for_each(|item| locate(item, stored)),
        _ => {}
    }
}

/// Copies the artifact that `reference` names, and notes in it where to.
fn copy(
    name: &str,
    reference: &mut Map<String, Json>,
    folder: &Path,
    stored: &dyn Fn(&Digest) -> PathBuf,
) -> Result<PathBuf, Problem> {
    let Some(digest) = digest(reference) else {
        return Err(Problem::failed(format!("the output `{name}` is no stored file")));
    };
    let path = folder.join(format!("{name}.{}", ending(reference)));
    let from = stored(&digest);
    replace(&path, |new| std::fs::copy(&from, new).map(drop))?;
    reference.insert("path".into(), Json::String(path.display().to_string()));
    Ok(path)
}

fn save(path: &Path, text: &str) -> Result<PathBuf, Problem> {
    replace(path, |new| std::fs::write(new, text))?;
    Ok(path.into())
}

/// Fills a new file beside `path` and puts it in its place: who reads `path` never sees a part of it.
fn replace(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Problem> {
    make(path, || {
        let folder = path.parent().unwrap_or(Path::new("."));
        let new = tempfile::Builder::new().prefix(".flow-").tempfile_in(folder)?;
        fill(new.path())?;
        // A temporary file is its owner's alone, and the store's are not to be written: outputs are ordinary files.
        std::fs::set_permissions(new.path(), Permissions::from_mode(0o644))?;
        new.persist(path)?;
        Ok(())
    })
}

fn make(path: &Path, effect: impl FnOnce() -> io::Result<()>) -> Result<(), Problem> {
    effect().map_err(|error| {
        Problem::failed(format!("cannot write `{}`: {error}", path.display()))
            .help("name a folder that can be written: --out DIR")
    })
}

pub(crate) fn is_artifact(value: &Json) -> bool {
    value.as_object().is_some_and(|object| digest(object).is_some())
}

fn digest(object: &Map<String, Json>) -> Option<Digest> {
    object.get(ARTIFACT)?.as_str()?.parse().ok()
}

/// What the file's media type asks for; for an unknown one, what its own name ends in.
fn ending(reference: &Map<String, Json>) -> &str {
    let media_type = reference.get("media_type").and_then(Json::as_str).unwrap_or_default();
    let name = reference.get("name").and_then(Json::as_str).map(Path::new);
    let named = || name.and_then(Path::extension).and_then(OsStr::to_str);
    media_type::ending(media_type).or_else(named).unwrap_or("bin")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_output_becomes_a_file_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let content = folder.path().join("content");
        std::fs::write(&content, "bytes").unwrap();
        let digest = Digest::of(b"bytes").to_string();
        let file = |media: &str| json!({ ARTIFACT: digest, "media_type": media, "bytes": 5 });
        let mut outputs = json!({
            "film": file("video/mp4"),
            "pictures": [file("image/png"), file("image/png")],
            "odd": { ARTIFACT: digest, "media_type": "model/gltf", "bytes": 5, "name": "a.glb" },
            "title": "A title",
            "scores": { "a": 1 },
            "scenes": [{ "clip": file("video/mp4") }],
            "none": null,
            "nothing": [],
        });
        let out = folder.path().join("out/film");
        let written = write(outputs.as_object_mut().unwrap(), &out, &|_| content.clone()).unwrap();
        let names: Vec<String> = written
            .iter()
            .flat_map(|output| &output.files)
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            names,
            [
                "film.mp4",
                "pictures-1.png",
                "pictures-2.png",
                "odd.glb",
                "title.txt",
                "scores.json",
                "scenes.json",
                "nothing.json"
            ]
        );
        assert_eq!(std::fs::read(out.join("film.mp4")).unwrap(), b"bytes");
        assert_eq!(std::fs::read(out.join("title.txt")).unwrap(), b"A title");
        assert_eq!(outputs["film"]["path"], out.join("film.mp4").display().to_string());
        let path = outputs["scenes"][0]["clip"]["path"].as_str();
        assert_eq!(path, content.to_str(), "one deep in a value stays in the store");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), names.len());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let out = folder.path().join("file/out");
        let problem = write(&mut Map::new(), &out, &|_| PathBuf::new()).unwrap_err();
        assert!(problem.message.contains("file/out"), "{}", problem.message);
    }
}
