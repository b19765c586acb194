//! How do findings reach code-scanning services? As SARIF 2.1.0.

use std::collections::BTreeMap;

use flow_engine::diagnostic::{Diagnostic, Fix, Label, Rule, Severity};
use flow_engine::source::{Source, Span};
use serde::Serialize;
use serde_json::{Value as Json, json};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log of one run of this program.
#[derive(Serialize)]
pub(crate) struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Json; 1],
}

/// What `diagnostics` are as a log, in the given order.
pub(crate) fn log(diagnostics: &[Diagnostic]) -> Log {
    let rules: BTreeMap<&str, &Rule> =
        diagnostics.iter().map(|finding| (finding.rule.name, finding.rule)).collect();
    let index = |name: &str| rules.keys().position(|rule| *rule == name);
    let results: Vec<Json> =
        diagnostics.iter().map(|finding| result(finding, index(finding.rule.name))).collect();
    let rules: Vec<Json> = rules.into_values().map(rule).collect();
    let driver = json!({ "name": "flow", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let run = json!({
        "tool": { "driver": driver },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn rule(rule: &Rule) -> Json {
    json!({
        "id": rule.name,
        "help": { "text": rule.explanation, "markdown": rule.explanation },
    })
}

fn result(finding: &Diagnostic, rule: Option<usize>) -> Json {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let said = [Some(&finding.message), finding.help.as_ref()];
    let text: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text.join("; ") },
        "locations": [place(&finding.at)],
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = finding.related.iter().map(place).collect();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([change(&finding.at.source, fix, finding.help.as_deref())]);
    }
    result
}

fn place(label: &Label) -> Json {
    let mut place = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&label.source) },
        "region": region(&label.source, label.span),
    } });
    if !label.text.is_empty() {
        place["message"] = json!({ "text": label.text });
    }
    place
}

fn change(source: &Source, fix: &Fix, help: Option<&str>) -> Json {
    json!({
        "description": { "text": help.unwrap_or("write it so") },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(source) },
            "replacements": [{
                "deletedRegion": region(source, fix.span),
                "insertedContent": { "text": fix.text },
            }],
        }],
    })
}

fn region(source: &Source, span: Span) -> Json {
    let (from, to) = (source.place(span.start), source.place(span.end));
    json!({
        "startLine": from.line,
        "startColumn": from.column,
        "endLine": to.line,
        "endColumn": to.column,
    })
}

/// The path as a reference: what has a meaning in one is written by its number.
fn uri(source: &Source) -> String {
    let path = source.path.to_string_lossy();
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                uri.push(byte.into());
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const RULE: Rule = Rule { name: "unknown-key", explanation: "Only keys of the language." };

    #[test]
    #[expect(clippy::too_many_lines, reason = "a whole report, as a service takes it")]
    fn a_finding_is_a_result_with_its_places_and_its_fix() {
        let text = "flow: 1\n# ñ\nnam: x\n";
        let source = Arc::new(Source::new("my films/ñ.yaml", text));
        let at = Span::new(13..16);
        let finding = Diagnostic::error(&RULE, &source, at, "a pipeline has no key `nam`")
            .related(&source, Span::new(0..4), "beside this")
            .write("name");
        insta::assert_json_snapshot!(log(&[finding]), @r#"
            {
              "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
              "version": "2.1.0",
              "runs": [
                {
                  "tool": {
                    "driver": {
                      "name": "flow",
                      "version": "0.1.0",
                      "rules": [
                        {
                          "id": "unknown-key",
                          "help": {
                            "text": "Only keys of the language.",
                            "markdown": "Only keys of the language."
                          }
                        }
                      ]
                    }
                  },
                  "columnKind": "unicodeCodePoints",
                  "results": [
                    {
                      "ruleId": "unknown-key",
                      "ruleIndex": 0,
                      "level": "error",
                      "message": {
                        "text": "a pipeline has no key `nam`; write `name`"
                      },
                      "locations": [
                        {
                          "physicalLocation": {
                            "artifactLocation": {
                              "uri": "my%20films/%C3%B1.yaml"
                            },
                            "region": {
                              "startLine": 3,
                              "startColumn": 1,
                              "endLine": 3,
                              "endColumn": 4
                            }
                          }
                        }
                      ],
                      "relatedLocations": [
                        {
                          "physicalLocation": {
                            "artifactLocation": {
                              "uri": "my%20films/%C3%B1.yaml"
                            },
                            "region": {
                              "startLine": 1,
                              "startColumn": 1,
                              "endLine": 1,
                              "endColumn": 5
                            }
                          },
                          "message": {
                            "text": "beside this"
                          }
                        }
                      ],
                      "fixes": [
                        {
                          "description": {
                            "text": "write `name`"
                          },
                          "artifactChanges": [
                            {
                              "artifactLocation": {
                                "uri": "my%20films/%C3%B1.yaml"
                              },
                              "replacements": [
                                {
                                  "deletedRegion": {
                                    "startLine": 3,
                                    "startColumn": 1,
                                    "endLine": 3,
                                    "endColumn": 4
                                  },
                                  "insertedContent": {
                                    "text": "name"
                                  }
                                }
                              ]
                            }
                          ]
                        }
                      ]
                    }
                  ]
                }
              ]
            }
        "#);
    }
}
