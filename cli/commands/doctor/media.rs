//! Can this machine make films: tools, voices, fonts, a soundfont?

use std::path::Path;
use std::process::{Command, Stdio};

use flow_nodes::provider::local::music;

use super::{Area, Finding, Packages, Verdict};

const FFMPEG: Packages = Packages { debian: "ffmpeg", homebrew: "ffmpeg" };
const FESTIVAL: Packages =
    Packages { debian: "festival festvox-us-slt-hts festlex-cmu festlex-poslex", homebrew: "" };
const FLITE: Packages = Packages { debian: "flite", homebrew: "flite" };
const ESPEAK: Packages = Packages { debian: "espeak-ng", homebrew: "espeak-ng" };
const GRAPHVIZ: Packages = Packages { debian: "graphviz", homebrew: "graphviz" };
const SOUNDFONT: Packages = Packages { debian: "timgm6mb-soundfont", homebrew: "" };
const INTER: Packages = Packages { debian: "fonts-inter", homebrew: "font-inter" };
const VOLLKORN: Packages = Packages { debian: "fonts-vollkorn", homebrew: "font-vollkorn" };
const DEJAVU: Packages = Packages { debian: "fonts-dejavu-core", homebrew: "font-dejavu" };

/// Fonts that cards and captions are set in, below [`FONT_FOLDER`], and what their absence means.
const FONTS: [(&str, &str, Packages, Verdict); 6] = [
    ("Vollkorn Bold", "truetype/vollkorn/Vollkorn-Bold.ttf", VOLLKORN, Verdict::Missing),
    ("Inter Display Bold", "opentype/inter/InterDisplay-Bold.otf", INTER, Verdict::Missing),
    ("Inter Semi Bold", "opentype/inter/Inter-SemiBold.otf", INTER, Verdict::Missing),
    ("Inter", "opentype/inter/Inter-Regular.otf", INTER, Verdict::Missing),
    ("DejaVu Sans Bold", "truetype/dejavu/DejaVuSans-Bold.ttf", DEJAVU, Verdict::Optional),
    ("DejaVu Sans", "truetype/dejavu/DejaVuSans.ttf", DEJAVU, Verdict::Optional),
];
const FONT_FOLDER: &str = "/usr/share/fonts";
const FESTIVAL_VOICE: &str = "/usr/share/festival/voices/us/cmu_us_slt_arctic_hts";
const FESTIVAL_LEXICON: &str = "/usr/share/festival/dicts/cmu/cmulex.scm";

pub(super) fn findings() -> Vec<Finding> {
    let ffmpeg = Ffmpeg::look();
    let mut findings = tools(&ffmpeg);
    findings.extend(voices(&ffmpeg));
    findings.extend(fonts());
    findings.push(soundfont());
    findings
}

/// What the ffmpeg of this machine can do.
#[derive(Default)]
struct Ffmpeg {
    version: Option<String>,
    encoders: Vec<String>,
    filters: Vec<String>,
}

impl Ffmpeg {
    fn look() -> Self {
        let Some(version) = version("ffmpeg", &["-version"]) else {
            return Self::default();
        };
        // The second word of each line is a name.
        let names = |list: &str| {
            let text = output("ffmpeg", &["-hide_banner", list]).unwrap_or_default();
            text.lines()
                .filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned))
                .collect()
        };
        Self { version: Some(version), encoders: names("-encoders"), filters: names("-filters") }
    }

    fn encodes(&self, name: &str) -> bool {
        self.encoders.iter().any(|encoder| encoder == name)
    }

    fn filters(&self, name: &str) -> bool {
        self.filters.iter().any(|filter| filter == name)
    }
}

fn tools(ffmpeg: &Ffmpeg) -> Vec<Finding> {
    let mut findings = vec![
        match &ffmpeg.version {
            Some(version) => Finding::found(Area::Tools, "ffmpeg", version),
            None => Finding::new(Area::Tools, "ffmpeg", Verdict::Missing, "no film can be made")
                .install(FFMPEG),
        },
        tool("ffprobe", &["-version"], Verdict::Missing, "no film can be measured", FFMPEG),
    ];
    if ffmpeg.version.is_some() {
        let parts = [
            ("libx264", ffmpeg.encodes("libx264"), "encodes pictures"),
            ("aac", ffmpeg.encodes("aac"), "encodes sound"),
            ("ass (libass)", ffmpeg.filters("ass"), "draws captions"),
        ];
        findings.extend(parts.map(|(name, there, purpose)| {
            let name = format!("ffmpeg with {name}");
            if there {
                return Finding::found(Area::Tools, name, purpose);
            }
            Finding::new(Area::Tools, name, Verdict::Missing, format!("is what {purpose}"))
                .remedy("take an ffmpeg that was built with it")
        }));
    }
    findings.push(tool(
        "dot",
        &["-V"],
        Verdict::Optional,
        "draws what `flow graph` prints",
        GRAPHVIZ,
    ));
    findings
}

/// The first of these that is there speaks; without any, nothing does.
fn voices(ffmpeg: &Ffmpeg) -> Vec<Finding> {
    let mut findings = vec![festival()];
    findings.push(tool("flite", &["--version"], Verdict::Optional, "a second voice", FLITE));
    let built_in = ffmpeg.filters("flite");
    findings.push(if built_in {
        Finding::found(Area::Voices, "ffmpeg with flite", "speaks where no other voice is there")
    } else {
        Finding::new(Area::Voices, "ffmpeg with flite", Verdict::Optional, "a voice of last resort")
    });
    findings.push(tool(
        "espeak-ng",
        &["--version"],
        Verdict::Optional,
        "many languages, a robot's voice",
        ESPEAK,
    ));
    for finding in &mut findings {
        finding.area = Area::Voices;
    }
    if findings.iter().all(|finding| finding.verdict != Verdict::Found) {
        findings[0].verdict = Verdict::Missing;
        findings[0].detail = "nothing here can speak".into();
    }
    findings
}

/// Festival needs its program, its best voice and the lexicon.
fn festival() -> Finding {
    const NAME: &str = "festival, voice slt";
    let program = which::which("festival").is_ok();
    let lacking = |what| {
        let detail = format!("the most natural voice is missing: {what}");
        Finding::new(Area::Voices, NAME, Verdict::Warning, detail).install(FESTIVAL)
    };
    if !program {
        lacking("no festival")
    } else if !Path::new(FESTIVAL_VOICE).is_dir() {
        lacking("no festvox-us-slt-hts")
    } else if !Path::new(FESTIVAL_LEXICON).is_file() {
        lacking("no festlex-cmu")
    } else {
        let version = version("festival", &["--version"]).unwrap_or_else(|| "there".into());
        Finding::found(Area::Voices, NAME, version)
    }
}

fn fonts() -> Vec<Finding> {
    let look = |(name, file, packages, absent): (&str, &str, Packages, Verdict)| {
        let path = Path::new(FONT_FOLDER).join(file);
        if path.is_file() {
            return Finding::found(Area::Fonts, name, path.display().to_string());
        }
        let lost = match absent {
            Verdict::Optional => "some scripts cannot be set",
            _ => "no text can be set in it",
        };
        Finding::new(Area::Fonts, name, absent, lost).install(packages)
    };
    FONTS.into_iter().map(look).collect()
}

/// The one that music is played on.
fn soundfont() -> Finding {
    match music::soundfont() {
        Some(path) => Finding::found(Area::Music, "soundfont", path.display().to_string()),
        None => {
            Finding::new(Area::Music, "soundfont", Verdict::Missing, "no instrument can be played")
                .install(SOUNDFONT)
        }
    }
}

/// A program with its version, or with what it would be good for.
fn tool(
    name: &str,
    asking: &[&str],
    absent: Verdict,
    purpose: &str,
    packages: Packages,
) -> Finding {
    match version(name, asking) {
        Some(version) => Finding::found(Area::Tools, name, version),
        None => Finding::new(Area::Tools, name, absent, purpose).install(packages),
    }
}

/// The first word that looks like a version, of what `program` says about itself.
fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let text = output(program, arguments)?;
    let looks = |word: &&str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits >= 2 && word.contains('.') && !word.contains('/')
    };
    let version = text.split_whitespace().find(looks).unwrap_or("of unknown version");
    Some(version.to_owned())
}

/// What `program` prints, on either channel; none where it is not there or does not start.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let path = which::which(program).ok()?;
    let output = Command::new(path).args(arguments).stdin(Stdio::null()).output().ok()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Some(text)
}
