//! Which voices does this machine have, and how do they speak?
//!
//! The best engine that has the voice is asked first; one that is missing or fails makes room for the next.

mod festival;
mod spoken;
mod timing;

use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure};

use crate::generate::speech::{Input, Output};
use crate::media;
use crate::process::{self, Command};
use spoken::Spoken;

/// A voice by the name that the port `voice` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub name: &'static str,
    /// The engine that would speak, the best that is installed; the best there is, if none is.
    pub engine: &'static str,
    pub available: bool,
    /// The Debian packages that bring it.
    pub package: &'static str,
}

/// All voices, the best first.
pub fn voices() -> Vec<Voice> {
    let known = VOICES.iter().map(|(name, engines)| {
        let installed = engines.iter().find(|engine| engine.is_installed());
        let engine = installed.unwrap_or(&engines[0]);
        Voice {
            name,
            engine: engine.name(),
            available: installed.is_some(),
            package: engine.package(),
        }
    });
    known.collect()
}

/// One way to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Engine {
    /// The voice's function, and the folder it is in.
    Festival {
        voice: &'static str,
        folder: &'static str,
    },
    Flite {
        voice: &'static str,
    },
    /// The same voices, built into ffmpeg.
    FfmpegFlite {
        voice: &'static str,
    },
    Espeak {
        language: &'static str,
    },
}

const SLT: Engine = Engine::Festival {
    voice: "voice_cmu_us_slt_arctic_hts",
    folder: "/usr/share/festival/voices/us/cmu_us_slt_arctic_hts",
};
const KAL: Engine = Engine::Festival {
    voice: "voice_kal_diphone",
    folder: "/usr/share/festival/voices/english/kal_diphone",
};
const ESPEAK: Engine = Engine::Espeak { language: "en-us" };

const VOICES: [(&str, &[Engine]); 6] = [
    (
        "narrator",
        &[SLT, Engine::Flite { voice: "rms" }, Engine::FfmpegFlite { voice: "rms" }, ESPEAK],
    ),
    ("slt", &[SLT, Engine::Flite { voice: "slt" }, Engine::FfmpegFlite { voice: "slt" }]),
    ("rms", &[Engine::Flite { voice: "rms" }, Engine::FfmpegFlite { voice: "rms" }]),
    ("awb", &[Engine::Flite { voice: "awb" }, Engine::FfmpegFlite { voice: "awb" }]),
    ("kal", &[KAL, Engine::Flite { voice: "kal" }, Engine::FfmpegFlite { voice: "kal" }]),
    ("espeak", &[ESPEAK]),
];

/// Languages that espeak-ng speaks, by the code that `language` and `espeak-…` take.
const LANGUAGES: [&str; 24] = [
    "cs", "da", "de", "el", "es", "fi", "fr", "hi", "hu", "it", "ja", "ko", "nb", "nl", "pl", "pt",
    "ro", "ru", "sv", "sk", "tr", "uk", "vi", "zh",
];

const INSTALL: &str = "install a voice: `apt-get install --no-install-recommends festival festvox-us-slt-hts \
    festlex-cmu festlex-poslex flite espeak-ng ffmpeg`";

/// What makes the voice pleasant: rumble cut, loudness evened.
const CHAIN: &str = "aresample=48000,aformat=sample_fmts=fltp:channel_layouts=mono,highpass=f=70,\
    acompressor=threshold=-24dB:ratio=2.5:attack=8:release=120:makeup=2,alimiter=limit=0.9:level=false";

impl Engine {
    fn name(&self) -> &'static str {
        match self {
            Self::Festival { .. } => "festival",
            Self::Flite { .. } => "flite",
            Self::FfmpegFlite { .. } => "ffmpeg flite",
            Self::Espeak { .. } => "espeak-ng",
        }
    }

    fn voice(&self) -> &'static str {
        match self {
            Self::Festival { voice, .. } => voice.strip_prefix("voice_").unwrap_or(voice),
            Self::Flite { voice } | Self::FfmpegFlite { voice } => voice,
            Self::Espeak { language } => language,
        }
    }

    fn package(&self) -> &'static str {
        match self {
            Self::Festival { folder, .. } if folder.contains("slt") => {
                "festival festvox-us-slt-hts festlex-cmu festlex-poslex"
            }
            Self::Festival { .. } => "festival festvox-kallpc16k",
            Self::Flite { .. } => "flite",
            Self::FfmpegFlite { .. } => "ffmpeg",
            Self::Espeak { .. } => "espeak-ng",
        }
    }

    /// What brings the engine's own speed to that of a narrator, 155 to 160 words a minute.
    fn pace(&self) -> f64 {
        match self {
            Self::Festival { .. } | Self::Espeak { .. } => 0.94,
            Self::Flite { .. } | Self::FfmpegFlite { .. } => 1.0,
        }
    }

    fn program(&self) -> &'static str {
        match self {
            Self::Festival { .. } => "text2wave",
            Self::Flite { .. } => "flite",
            Self::FfmpegFlite { .. } => "ffmpeg",
            Self::Espeak { .. } => "espeak-ng",
        }
    }

    fn is_installed(&self) -> bool {
        let has_voice = match self {
            Self::Festival { folder, .. } => Path::new(folder).is_dir(),
            _ => true,
        };
        has_voice && which::which(self.program()).is_ok()
    }
}

/// What a fingerprint should know: the programs, and when the voices were installed.
pub(crate) fn revision() -> String {
    let age = |engine: &Engine| match engine {
        Engine::Festival { folder, .. } => {
            let data = Path::new(folder).metadata().ok()?;
            let age = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(format!("{folder} {}", age.as_secs()))
        }
        _ => None,
    };
    let programs = process::identity(&["festival", "text2wave", "flite", "espeak-ng", "ffmpeg"]);
    let folders = [&SLT, &KAL].map(|engine| age(engine).unwrap_or_default());
    format!("{programs}; {}", folders.join("; "))
}

pub(crate) async fn synthesize(attempt: &dyn Attempt, input: &Input) -> Result<Output, Failure> {
    let engines = engines(&input.voice, input.language.as_deref())?;
    let spoken = Spoken::of(&input.text);
    if spoken.is_empty() {
        return Err(Failure::input("the text holds nothing that can be said")
            .help("give at least one word"));
    }
    let mut last = None;
    for engine in engines.iter().filter(|engine| engine.is_installed()) {
        match speak(attempt, engine, input, &spoken).await {
            Ok(output) => return Ok(output),
            // An engine without its voice or lexicon fails as a command does; the next may have both.
            Err(failure) if failure.class == Class::Command => last = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    Err(last.unwrap_or_else(|| {
        Failure::new(
            Class::Missing,
            format!("no engine for the voice `{}` is installed", input.voice),
        )
        .help(INSTALL)
    }))
}

/// The ways to speak with `voice`, the best first.
fn engines(voice: &str, language: Option<&str>) -> Result<Vec<Engine>, Failure> {
    let code = language.map(|tag| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase());
    let foreign = code.filter(|code| !matches!(code.as_str(), "en" | "und" | ""));
    let wanted = match (voice, foreign) {
        ("narrator" | "espeak", Some(code)) => Some(code),
        _ => voice.strip_prefix("espeak-").filter(|code| *code != "en").map(str::to_owned),
    };
    if let Some(code) = wanted {
        let known = LANGUAGES.iter().find(|known| **known == code);
        return known.map(|language| vec![Engine::Espeak { language }]).ok_or_else(|| {
            Failure::input(format!("no local voice speaks the language `{code}`"))
                .help(format!("the languages are en, {}", LANGUAGES.join(", ")))
        });
    }
    let found =
        VOICES.iter().find(|(name, _)| *name == voice || voice == "espeak-en" && *name == "espeak");
    found.map(|(_, engines)| engines.to_vec()).ok_or_else(|| {
        let names: Vec<&str> =
            voices().into_iter().filter(|v| v.available).map(|v| v.name).collect();
        let names = if names.is_empty() {
            INSTALL.to_owned()
        } else {
            format!("available here: {}", names.join(", "))
        };
        Failure::input(format!("there is no local voice `{voice}`")).help(names)
    })
}

async fn speak(
    attempt: &dyn Attempt,
    engine: &Engine,
    input: &Input,
    spoken: &Spoken,
) -> Result<Output, Failure> {
    let folder = attempt.folder();
    let raw = folder.join("raw.wav");
    let written = folder.join("text.txt");
    let text = match engine {
        Engine::Espeak { .. } => input.text.clone(),
        _ => spoken.ascii(),
    };
    if !text.contains(char::is_alphanumeric) {
        return Err(Failure::input(
            "the voice speaks English, and the text has no letter of its alphabet",
        )
        .help("say the language, as in `language: ja`"));
    }
    tokio::fs::write(&written, text).await.map_err(|error| storage(&error))?;
    let exact = match engine {
        Engine::Festival { voice, .. } => Some(festival::speak(attempt, voice).await?),
        Engine::Flite { voice } => {
            let arguments = ["-voice", voice, "-f", "text.txt", "-o", "raw.wav"];
            process::succeed(attempt, Command::new("flite").arguments(arguments).folder(folder))
                .await?;
            None
        }
        Engine::FfmpegFlite { voice } => {
            let source = format!("flite=textfile=text.txt:voice={voice}");
            let command =
                Command::ffmpeg(None).arguments(["-f", "lavfi", "-i", &source, "raw.wav"]);
            process::succeed(attempt, command.folder(folder)).await?;
            None
        }
        Engine::Espeak { language } => {
            let arguments = ["-v", language, "-s", "160", "-f", "text.txt", "-w", "raw.wav"];
            process::succeed(
                attempt,
                Command::new("espeak-ng").arguments(arguments).folder(folder),
            )
            .await?;
            None
        }
    };
    let voice = folder.join("voice.wav");
    let rate = input.rate * engine.pace();
    refine(attempt, &raw, &voice, rate).await?;
    let sound = timing::Sound::open(&voice)?;
    let (words, estimated) = match exact {
        Some(tokens) => spoken.timed(&tokens, rate, sound.seconds),
        None => (timing::estimate(spoken.words(), &sound), true),
    };
    Ok(Output {
        audio: media::keep(attempt, &voice, "audio/wav").await?,
        seconds: sound.seconds,
        words,
        estimated,
        provider: super::NAME.to_owned(),
        engine: engine.name().to_owned(),
        voice: engine.voice().to_owned(),
        cost: None,
    })
}

/// Brings the raw voice to 48 kHz mono, evens it, and changes its pace.
async fn refine(attempt: &dyn Attempt, raw: &Path, voice: &Path, rate: f64) -> Result<(), Failure> {
    let pace = if (rate - 1.0).abs() > 1e-3 { format!(",atempo={rate:.4}") } else { String::new() };
    let chain =
        format!("{CHAIN}{pace},aresample=48000,aformat=sample_fmts=s16:channel_layouts=mono");
    let command = Command::ffmpeg(None)
        .arguments(["-i".as_ref(), raw.as_os_str()])
        .arguments([
            "-af",
            &chain,
            "-fflags",
            "+bitexact",
            "-flags:a",
            "+bitexact",
            "-map_metadata",
            "-1",
        ])
        .arguments(["-c:a", "pcm_s16le"])
        .arguments([voice.as_os_str()]);
    process::succeed(attempt, command).await.map(|_| ())
}

fn storage(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Class::Storage, format!("cannot write the text for the voice: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_voice_or_language_is_told_with_those_that_are_known() {
        let failure = engines("morgan", None).unwrap_err();
        assert_eq!(failure.message, "there is no local voice `morgan`");
        assert!(failure.help.is_some());
        let failure = engines("narrator", Some("xx")).unwrap_err();
        assert!(failure.help.unwrap().contains("de"), "the languages are listed");
    }

    #[test]
    fn another_language_needs_another_engine() {
        assert_eq!(
            engines("narrator", Some("de-AT")).unwrap(),
            [Engine::Espeak { language: "de" }]
        );
        assert_eq!(engines("espeak-fr", None).unwrap(), [Engine::Espeak { language: "fr" }]);
        assert_eq!(engines("slt", Some("de")).unwrap()[0], SLT);
        assert_eq!(engines("narrator", Some("en-GB")).unwrap()[0], SLT);
    }
}
