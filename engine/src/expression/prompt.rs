//! What does a prompt read, which is filled in later, by another hand?
//!
//! `{{ topic }}` in a prompt is none of ours: it is minijinja's, and read when the prompt is sent. Here it is only asked
//! which variables must be there then.

use minijinja::Environment;

/// A prompt that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BrokenPrompt {
    /// From 1.
    pub line: usize,
    pub message: String,
}

/// What every prompt may call, bound to nothing.
const GIVEN: [&str; 4] = ["debug", "dict", "namespace", "range"];

/// The variables that the prompt `text` reads, each with the fields read off it as far as they are written out; sorted.
pub fn prompt_variables(text: &str) -> Result<Vec<Vec<String>>, BrokenPrompt> {
    let environment = Environment::new();
    let template = environment.template_from_str(text).map_err(|error| BrokenPrompt {
        line: error.line().unwrap_or(1),
        message: error.detail().map_or_else(|| error.to_string(), str::to_owned),
    })?;
    let mut paths: Vec<Vec<String>> = template
        .undeclared_variables(true)
        .into_iter()
        .map(|path| path.split('.').map(str::to_owned).collect())
        .filter(|path: &Vec<String>| {
            path.first().is_some_and(|name| !GIVEN.contains(&name.as_str()))
        })
        .collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let paths =
            prompt_variables(text).map_err(|broken| format!("{}: {broken}", broken.line))?;
        Ok(paths.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_prompt_tells_what_must_be_bound() {
        assert_eq!(
            read("{{ scene.mood }} {{ topic | upper }}, ${{ x }}"),
            Ok("scene.mood topic x".into())
        );
        assert_eq!(
            read(
                "{% for shot in shots %}{{ shot.text }}{{ loop.index }}{% endfor %}{% set a = b %}{{ a }}"
            ),
            Ok("b shots".into())
        );
        assert_eq!(read("{{ range(3) }} nothing"), Ok(String::new()));
    }

    #[test]
    fn a_prompt_that_cannot_be_read_tells_its_line() {
        let broken = prompt_variables("fine\n{% if x %}").expect_err("the block is open");
        assert_eq!(broken.line, 2);
    }
}
