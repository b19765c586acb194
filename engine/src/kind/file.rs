//! How do files travel between nodes?
//!
//! As a reference by content, with a media type: `{"$artifact": "b3:…", "media_type": "video/mp4", "bytes": 1}`.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use schemars::{JsonSchema, Schema as Generated, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::name::Digest;
pub use crate::schema::{ARTIFACT, MEDIA, in_range};

/// A stored file whose media type lies in the range of `M`.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct File<M> {
    #[serde(rename = "$artifact")]
    pub digest: Digest,
    /// What the content is, such as `video/mp4`.
    pub media_type: String,
    pub bytes: u64,
    /// What people would call the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip)]
    range: PhantomData<fn() -> M>,
}

/// A range of media types, such as `video/*`; a port's `x-media`.
pub trait MediaType: 'static {
    const RANGE: &'static str;
}

/// Every media type.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl MediaType for Anything {
    const RANGE: &'static str = "*/*";
}

pub type AnyFile = File<Anything>;

impl<M> File<M> {
    pub fn new(digest: Digest, media_type: impl Into<String>, bytes: u64) -> Self {
        Self { digest, media_type: media_type.into(), bytes, name: None, range: PhantomData }
    }

    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

// By hand: derives would ask the same of the marker `M`.
impl<M> Clone for File<M> {
    fn clone(&self) -> Self {
        let Self { digest, media_type, bytes, name, range } = self;
        Self {
            digest: *digest,
            media_type: media_type.clone(),
            bytes: *bytes,
            name: name.clone(),
            range: *range,
        }
    }
}

impl<M> std::fmt::Debug for File<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({}, {}, {} bytes)", self.digest, self.media_type, self.bytes)
    }
}

impl<M: MediaType> JsonSchema for File<M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("File<{}>", M::RANGE).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Generated {
        json_schema!({
            "type": "object",
            MEDIA: M::RANGE,
            "properties": {
                ARTIFACT: { "type": "string", "pattern": "^b3:[0-9a-f]{64}$" },
                "media_type": { "type": "string" },
                "bytes": { "type": "integer", "minimum": 0 },
                "name": { "type": "string" },
            },
            "required": [ARTIFACT, "media_type", "bytes"],
        })
    }
}

/// Where the files of attempts come from and go to.
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// A local path with the content of `digest`, to read only.
    async fn open(&self, digest: &Digest) -> Result<PathBuf, StoreError>;
    /// Takes the file at `path` into the store, synced on return. The file at `path` may be gone afterwards.
    async fn keep(&self, path: &Path) -> Result<(Digest, u64), StoreError>;
}

/// Why a file could not be read from the store or taken into it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the stored file {0} is missing")]
    Missing(Digest),
    #[error("the stored file {0} is damaged: its content has another hash")]
    Damaged(Digest),
    #[error("cannot {doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl From<StoreError> for super::Failure {
    fn from(error: StoreError) -> Self {
        let help = match &error {
            StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Some("free some space, then run `flow resume`")
            }
            StoreError::Io { .. } => None,
            StoreError::Missing(_) | StoreError::Damaged(_) => {
                Some("run the pipeline again to make it anew")
            }
        };
        let message = match &error {
            StoreError::Io { source, .. } => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        let failure = Self::new(super::Class::Storage, message);
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}
