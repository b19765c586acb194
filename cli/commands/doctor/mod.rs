//! `flow doctor`: what does this machine have of what pipelines need?
//!
//! Each finding comes with its remedy, and all of them with one line to paste. Nothing is changed, and no key is shown.

mod keys;
mod media;
mod state;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::{self, BAD, BOLD, DIM, GOOD, HINT, WARN};
use crate::setup;

/// One thing that was looked for.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Finding {
    area: Area,
    name: String,
    verdict: Verdict,
    /// What was found, or what its absence means.
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    #[serde(skip)]
    packages: Packages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Area {
    Tools,
    Voices,
    Fonts,
    Music,
    State,
    Keys,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Found,
    /// Nothing that the default pipelines need.
    Optional,
    /// The default pipelines can run, with a loss.
    Warning,
    /// The default pipelines cannot run.
    Missing,
}

/// What to install where, by blanks; empty where nothing helps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Packages {
    debian: &'static str,
    homebrew: &'static str,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    findings: Vec<Finding>,
    install: Install,
}

/// The lines that install just what is missing; null where nothing is, or nothing can.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Install {
    debian: Option<String>,
    homebrew: Option<String>,
}

pub(crate) fn doctor(global: &Global) -> Result<Exit, Problem> {
    let mut findings = media::findings();
    let project = setup::project(global);
    findings.extend(state::findings(&project.state));
    if global.state.is_some() {
        findings.extend(state::examine(&project.state)?);
    }
    findings.extend(keys::findings(&project.environment));
    let install = install(&findings);
    let ok = findings.iter().all(|finding| finding.verdict != Verdict::Missing);
    let report = Report { ok, findings, install };
    if global.json {
        render::print_json(&report)?;
    } else {
        render::print(&text(&report))?;
    }
    Ok(if ok { Exit::Succeeded } else { Exit::Failed })
}

/// One line a package manager, with each package once.
fn install(findings: &[Finding]) -> Install {
    let wanted = |of: fn(&Packages) -> &'static str| {
        let lacking = findings.iter().filter(|finding| finding.verdict != Verdict::Found);
        lacking
            .flat_map(|finding| of(&finding.packages).split_whitespace())
            .collect::<BTreeSet<_>>()
    };
    let line = |command: &str, packages: BTreeSet<&str>| {
        let packages = packages.into_iter().collect::<Vec<_>>().join(" ");
        (!packages.is_empty()).then(|| format!("{command} {packages}"))
    };
    Install {
        debian: line(
            "sudo apt-get install --no-install-recommends",
            wanted(|packages| packages.debian),
        ),
        homebrew: line("brew install", wanted(|packages| packages.homebrew)),
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    let mut area = None;
    for finding in &report.findings {
        if area != Some(finding.area) {
            let gap = if area.is_some() { "\n" } else { "" };
            text.push_str(&format!("{gap}{BOLD}{}{BOLD:#}\n", title(finding.area)));
            area = Some(finding.area);
        }
        let (style, mark) = match finding.verdict {
            Verdict::Found => (GOOD, "ok"),
            Verdict::Optional => (DIM, "--"),
            Verdict::Warning => (WARN, "!!"),
            Verdict::Missing => (BAD, "no"),
        };
        text.push_str(&format!(
            "  {style}{mark}{style:#}  {:<24}  {DIM}{}{DIM:#}\n",
            finding.name, finding.detail
        ));
        if let Some(remedy) = &finding.remedy {
            text.push_str(&format!("      {:<24}  {HINT}{remedy}{HINT:#}\n", ""));
        }
    }
    text.push('\n');
    if let Some(line) = &report.install.debian {
        text.push_str(&format!("on Debian or Ubuntu:  {BOLD}{line}{BOLD:#}\n"));
    }
    if let Some(line) = &report.install.homebrew {
        text.push_str(&format!("with Homebrew:        {BOLD}{line}{BOLD:#}\n"));
    }
    text.push_str(if report.ok {
        "the default pipelines can run here\n"
    } else {
        "the default pipelines cannot run here yet: see what is marked `no`\n"
    });
    text
}

fn title(area: Area) -> &'static str {
    match area {
        Area::Tools => "tools",
        Area::Voices => "voices",
        Area::Fonts => "fonts",
        Area::Music => "music",
        Area::State => "state",
        Area::Keys => "keys and settings",
    }
}

impl Finding {
    fn found(area: Area, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(area, name, Verdict::Found, detail)
    }

    fn new(
        area: Area,
        name: impl Into<String>,
        verdict: Verdict,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            area,
            name: name.into(),
            verdict,
            detail: detail.into(),
            remedy: None,
            packages: Packages::default(),
        }
    }

    fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Packages that make it found, with the remedy that says so.
    fn install(self, packages: Packages) -> Self {
        let remedy = format!("install {}", packages.debian);
        Self { packages, ..self.remedy(remedy) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FFMPEG: Packages = Packages { debian: "ffmpeg", homebrew: "ffmpeg" };
    const FONTS: Packages = Packages { debian: "fonts-inter fonts-vollkorn", homebrew: "" };

    #[test]
    fn one_line_installs_just_what_is_missing() {
        let findings = [
            Finding::new(Area::Tools, "ffmpeg", Verdict::Missing, "").install(FFMPEG),
            Finding::new(Area::Tools, "ffprobe", Verdict::Missing, "").install(FFMPEG),
            Finding::new(Area::Fonts, "Inter", Verdict::Warning, "").install(FONTS),
            Finding {
                packages: Packages { debian: "dot", homebrew: "dot" },
                ..Finding::found(Area::Tools, "dot", "")
            },
        ];
        let expected = Install {
            debian: Some(
                "sudo apt-get install --no-install-recommends ffmpeg fonts-inter fonts-vollkorn"
                    .into(),
            ),
            homebrew: Some("brew install ffmpeg".into()),
        };
        assert_eq!(install(&findings), expected);
        assert_eq!(install(&findings[3..]), Install { debian: None, homebrew: None });
    }

    #[test]
    fn a_report_says_what_is_missing_and_how_to_get_it() {
        let findings = vec![
            Finding::found(Area::Tools, "ffprobe", "version 5.1"),
            Finding::new(Area::Tools, "ffmpeg", Verdict::Missing, "no film can be made")
                .install(FFMPEG),
            Finding::new(Area::Keys, "FLOW_X", Verdict::Optional, "not set"),
        ];
        let install = install(&findings);
        let report = Report { ok: false, findings, install };
        let plain = anstream::adapter::strip_str(&text(&report)).to_string();
        insta::assert_snapshot!(plain, @"
        tools
          ok  ffprobe                   version 5.1
          no  ffmpeg                    no film can be made
                                        install ffmpeg

        keys and settings
          --  FLOW_X                    not set

        on Debian or Ubuntu:  sudo apt-get install --no-install-recommends ffmpeg
        with Homebrew:        brew install ffmpeg
        the default pipelines cannot run here yet: see what is marked `no`
        ");
    }
}
