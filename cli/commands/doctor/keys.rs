//! Which keys and settings are there? Their names are shown, never their values.

use super::{Area, Finding, Verdict};
use crate::environment::{Environment, Origin};

pub(super) fn findings(environment: &Environment) -> Vec<Finding> {
    let told = environment.names().filter(|name| is_ours(name));
    let mut findings: Vec<Finding> = told
        .filter_map(|name| {
            let place = match environment.origin(name)? {
                Origin::Process => "set in the environment",
                Origin::File => "set in .env",
            };
            Some(Finding::found(Area::Keys, name, place))
        })
        .collect();
    if findings.is_empty() {
        let detail = "none are set, and local parts need none";
        findings.push(Finding::new(Area::Keys, "keys", Verdict::Optional, detail));
    }
    findings
}

/// Our own settings, and what providers of media and language call their keys.
fn is_ours(name: &str) -> bool {
    const PROVIDERS: [&str; 14] = [
        "ANTHROPIC",
        "ELEVENLABS",
        "FAL",
        "GEMINI",
        "GOOGLE",
        "KLING",
        "LUMA",
        "LUMAAI",
        "OPENAI",
        "PIKA",
        "REPLICATE",
        "RUNWAY",
        "RUNWAYML",
        "STABILITY",
    ];
    if name.starts_with("FLOW_") {
        return true;
    }
    let key = ["_API_KEY", "_API_TOKEN", "_API_SECRET", "_ACCESS_KEY", "_SECRET_KEY", "_KEY"];
    key.iter().any(|ending| {
        name.strip_suffix(ending).is_some_and(|provider| PROVIDERS.contains(&provider))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_told_apart_from_other_variables() {
        for name in ["OPENAI_API_KEY", "FAL_KEY", "REPLICATE_API_TOKEN", "FLOW_STATE"] {
            assert!(is_ours(name), "{name}");
        }
        for name in ["PATH", "MY_API_KEY", "OPENAI_BASE", "SSH_KEY"] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
