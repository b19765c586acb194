//! Which settings does the surroundings of a command hold, and where do they come from?
//!
//! The process's environment goes before the project's `.env`. Nothing is ever written into the process's environment:
//! child processes get what is meant for them and no more.

use std::collections::BTreeMap;
use std::path::Path;

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, (String, Origin)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Process,
    File,
}

impl Environment {
    /// The process's variables, and those of `.env` in `project` that it does not have.
    pub(crate) fn of(project: &Path) -> Self {
        let text = std::fs::read_to_string(project.join(".env")).unwrap_or_default();
        let process = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::new(&text, process)
    }

    fn new(file: &str, process: impl Iterator<Item = (String, String)>) -> Self {
        let mut variables = BTreeMap::new();
        for (name, value) in file.lines().filter_map(line) {
            variables.insert(name, (value, Origin::File));
        }
        for (name, value) in process {
            variables.insert(name, (value, Origin::Process));
        }
        Self { variables }
    }

    /// The value of `name`; none where it is not set, or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|(value, _)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Where `name` is set, if it is.
    pub(crate) fn origin(&self, name: &str) -> Option<Origin> {
        self.get(name)?;
        self.variables.get(name).map(|(_, origin)| *origin)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

/// `NAME=value`, also after `export`, the value also in quotes; none for anything else.
fn line(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(fits)
    {
        return None;
    }
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote))
        {
            return Some((name.into(), inner.into()));
        }
    }
    let value = value.split_once(" #").map_or(value, |(value, _)| value.trim_end());
    Some((name.into(), value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_sets_one_variable() {
        let cases = [
            ("A=b", Some(("A", "b"))),
            ("  export A_1 = b c  # why", Some(("A_1", "b c"))),
            ("A=\"b # c\" # why", Some(("A", "b # c"))),
            ("A='b=c'", Some(("A", "b=c"))),
            ("A=", Some(("A", ""))),
            ("# A=b", None),
            ("1A=b", None),
            ("nothing", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(line(text), expected, "{text}");
        }
    }

    #[test]
    fn the_process_goes_before_the_file() {
        let process = [("A".to_owned(), "process".to_owned())];
        let environment = Environment::new("A=file\nB=file\nC=\n", process.into_iter());
        assert_eq!(environment.get("A"), Some("process"));
        assert_eq!(environment.origin("A"), Some(Origin::Process));
        assert_eq!(environment.origin("B"), Some(Origin::File));
        assert_eq!(environment.get("C"), None);
    }
}
