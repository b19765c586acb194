//! How are findings in pipeline files shown?
//!
//! In the manner of rustc for people, as one document for programs; both from the same data.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use flow_engine::diagnostic::{Diagnostic, Fix, Label, Severity};
use flow_engine::source::{Source, Span};
use serde::Serialize;

/// What programs read of all findings.
#[derive(Serialize)]
pub(crate) struct Findings<'a> {
    pub(crate) diagnostics: Vec<Finding<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Finding<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: Option<&'a str>,
    related: Vec<Spot<'a>>,
}

/// A stretch of a file: lines and columns from 1, columns in characters, the end not included.
#[derive(Serialize)]
struct Spot<'a> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
}

/// What people read of `diagnostics`, in the given order, with colours.
pub(crate) fn text(diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&report(diagnostic)));
        text.push_str("\n\n");
    }
    text
}

/// `2 errors, 1 warning`; `nothing wrong`.
pub(crate) fn summary(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => "nothing wrong".into(),
        (0, warnings) => super::count(warnings, "warning"),
        (errors, 0) => super::count(errors, "error"),
        (errors, warnings) => {
            format!("{}, {}", super::count(errors, "error"), super::count(warnings, "warning"))
        }
    }
}

/// What programs read of `diagnostics`, in the given order.
pub(crate) fn document(diagnostics: &[Diagnostic]) -> Findings<'_> {
    Findings { diagnostics: diagnostics.iter().map(finding).collect() }
}

fn finding(diagnostic: &Diagnostic) -> Finding<'_> {
    let Spot { file, line, column, end_line, end_column, .. } = spot(&diagnostic.at);
    // What is said under the marked place belongs to the finding as much as what is said elsewhere.
    let here = Some(&diagnostic.at).filter(|label| !label.text.is_empty());
    Finding {
        rule: diagnostic.rule.name,
        severity: word(diagnostic.severity),
        message: &diagnostic.message,
        file,
        line,
        column,
        end_line,
        end_column,
        help: diagnostic.help.as_deref(),
        related: here.into_iter().chain(&diagnostic.related).map(spot).collect(),
    }
}

fn report(diagnostic: &Diagnostic) -> Vec<Group<'_>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let at = &diagnostic.at;
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        diagnostic.related.iter().partition(|label| label.source.path == at.source.path);
    let spans = here.iter().map(|label| label.span).chain([at.span]);
    let window = Window::of(&at.source, spans);
    let mut main = window.snippet().annotation(window.annotation(AnnotationKind::Primary, at));
    for label in here {
        main = main.annotation(window.annotation(AnnotationKind::Context, label));
    }
    let mut group =
        level.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.name).element(main);
    for label in elsewhere {
        let window = Window::of(&label.source, [label.span]);
        let other = window.snippet().annotation(window.annotation(AnnotationKind::Context, label));
        group = group.element(other);
    }
    let mut groups = vec![group];
    groups.extend(help(diagnostic));
    groups
}

/// The order that makes the finding go away, with the change that `--fix` would make.
fn help(diagnostic: &Diagnostic) -> Option<Group<'_>> {
    let source = &*diagnostic.at.source;
    let title = Level::HELP.secondary_title(diagnostic.help.as_deref()?);
    Some(match &diagnostic.fix {
        Some(fix) => {
            let window = Window::of(source, [fix.span]);
            title.element(window.snippet().patch(window.patch(fix)))
        }
        None => Group::with_title(title),
    })
}

/// The lines of a file that a finding marks: the renderer looks at all lines that it is given.
struct Window<'s> {
    source: &'s Source,
    text: &'s str,
    /// Where it starts in the file: the byte, and the line.
    start: usize,
    line: usize,
}

impl<'s> Window<'s> {
    fn of(source: &'s Source, spans: impl IntoIterator<Item = Span>) -> Self {
        let text = source.text.as_str();
        let ranges: Vec<_> = spans.into_iter().map(|span| clamped(source, span.range())).collect();
        let first = ranges.iter().map(|range| range.start).min().unwrap_or_default();
        let last = ranges.iter().map(|range| range.end).max().unwrap_or_default();
        // What ends with the file is shown behind its last line.
        let before = if first == text.len() { text.trim_end_matches('\n') } else { &text[..first] };
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
        let line = text[..start].bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self { source, text: &text[start..end], start, line }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'s, T> {
        Snippet::source(self.text)
            .line_start(self.line)
            .path(self.source.path.display().to_string())
    }

    fn annotation<'l>(&self, kind: AnnotationKind, label: &'l Label) -> Annotation<'l> {
        let annotation = kind.span(self.inside(label.span));
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    }

    fn patch<'f>(&self, fix: &'f Fix) -> Patch<'f> {
        Patch::new(self.inside(fix.span), fix.text.as_str())
    }

    fn inside(&self, span: Span) -> Range<usize> {
        let range = clamped(self.source, span.range());
        range.start - self.start..range.end - self.start
    }
}

/// The range as far as it lies in the text, on the borders of characters: the renderer slices by it.
fn clamped(source: &Source, range: Range<usize>) -> Range<usize> {
    let text = source.text.as_str();
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.min(text.len()));
    start..end.max(start)
}

fn spot(label: &Label) -> Spot<'_> {
    let from = label.source.place(label.span.start);
    let to = label.source.place(label.span.end);
    Spot {
        file: label.source.path.display().to_string(),
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
        message: &label.text,
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use flow_engine::diagnostic::Rule;

    use super::*;

    const RULE: Rule = Rule { name: "unknown-node", explanation: "" };

    const TEXT: &str =
        "flow: 1\nname: film\nnodes:\n  script:\n    use: value\n  narrate:\n    needs: [scrpt]\n";

    fn source(text: &str) -> Arc<Source> {
        Arc::new(Source::new("film.yaml", text))
    }

    fn span(text: &str, word: &str) -> Span {
        let start = text.find(word).unwrap();
        Span::new(start..start + word.len())
    }

    fn plain(diagnostic: &Diagnostic) -> String {
        Renderer::plain().render(&report(diagnostic))
    }

    #[test]
    fn a_finding_shows_its_place_its_relatives_and_its_repair() {
        let source = source(TEXT);
        let finding = Diagnostic::error(
            &RULE,
            &source,
            span(TEXT, "scrpt"),
            "`narrate` needs `scrpt`, which no node is called",
        )
        .label("no node has this name")
        .related(&source, span(TEXT, "script"), "this one is near")
        .help("write `script`")
        .fix(span(TEXT, "scrpt"), "script");
        insta::assert_snapshot!(plain(&finding), @"
        error[unknown-node]: `narrate` needs `scrpt`, which no node is called
         --> film.yaml:7:13
          |
        4 |   script:
          |   ------ this one is near
        ...
        7 |     needs: [scrpt]
          |             ^^^^^ no node has this name
          |
        help: write `script`
          |
        7 |     needs: [script]
          |                +
        ");
        let elsewhere = finding.related(
            &Arc::new(Source::new("part.yaml", "flow: 1\n")),
            Span::new(0..4),
            "and in this file",
        );
        insta::assert_snapshot!(plain(&elsewhere), @"
        error[unknown-node]: `narrate` needs `scrpt`, which no node is called
         --> film.yaml:7:13
          |
        4 |   script:
          |   ------ this one is near
        ...
        7 |     needs: [scrpt]
          |             ^^^^^ no node has this name
          |
         ::: part.yaml:1:1
          |
        1 | flow: 1
          | ---- and in this file
          |
        help: write `script`
          |
        7 |     needs: [script]
          |                +
        ");
    }

    #[test]
    fn a_finding_without_help_ends_with_its_place() {
        let source = source(TEXT);
        let finding =
            Diagnostic::error(&RULE, &source, span(TEXT, "use"), "`use` is old").warning();
        insta::assert_snapshot!(plain(&finding), @"
        warning[unknown-node]: `use` is old
         --> film.yaml:5:5
          |
        5 |     use: value
          |     ^^^
        ");
    }

    #[test]
    fn programs_get_lines_and_columns_of_characters() {
        let text = "näme: x\nnodes: y\n";
        let finding = Diagnostic::error(&RULE, &source(text), span(text, "nodes"), "no").related(
            &source(text),
            span(text, "x"),
            "here",
        );
        insta::assert_json_snapshot!(document(&[finding]), @r#"
            {
              "diagnostics": [
                {
                  "rule": "unknown-node",
                  "severity": "error",
                  "message": "no",
                  "file": "film.yaml",
                  "line": 2,
                  "column": 1,
                  "end_line": 2,
                  "end_column": 6,
                  "help": null,
                  "related": [
                    {
                      "file": "film.yaml",
                      "line": 1,
                      "column": 7,
                      "end_line": 1,
                      "end_column": 8,
                      "message": "here"
                    }
                  ]
                }
              ]
            }
        "#);
    }

    #[test]
    fn no_span_makes_the_renderer_panic() {
        let texts = ["", "\n", "é", "a: é\r\n\tb: ñandú\n\n", "no end of line", "\u{202e}\u{0}x\n"];
        for text in texts {
            let source = source(text);
            let offsets = u32::try_from(text.len()).unwrap() + 3;
            for start in 0..offsets {
                for end in 0..offsets {
                    let finding = Diagnostic::error(&RULE, &source, Span { start, end }, "a\nb")
                        .label("here")
                        .related(&source, Span { start: end, end: start }, "there")
                        .help("do")
                        .fix(Span { start, end }, "new\ntext");
                    assert!(text.len() > 1_000 || !plain(&finding).is_empty());
                    document(&[finding]);
                }
            }
        }
    }
}
