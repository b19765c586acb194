//! What does each format tell of a plan and of a run?

use insta::assert_snapshot;

use super::{Shown, State, States, dot, json, mermaid, svg};
use crate::expression::{Expression, Template};
use crate::plan::graph::{Amount, Approve, Budget, Gate, Otherwise, Plan, Repeat, Work};
use crate::plan::tests::{FILM, plan};
use crate::source::Span;

#[test]
fn a_plan_is_drawn_for_graphviz() {
    assert_snapshot!(dot(&[&plan(FILM)], &States::new()), @r##"
        digraph flow {
          graph [fontname="Helvetica, Arial, sans-serif", fontsize=12, rankdir=LR, compound=true,
            bgcolor="white", pad=0.3, nodesep=0.3, ranksep=0.6];
          node [fontname="Helvetica, Arial, sans-serif", fontsize=11, shape=box, style="rounded,filled",
            margin="0.16,0.09", penwidth=1.2];
          edge [fontname="Helvetica, Arial, sans-serif", color="#6B7280", arrowsize=0.7, penwidth=1.1];

          subgraph cluster_p0 {
            label=<<b>film</b>>; labeljust=l;
            style=rounded; color="#C9CDD4"; fontcolor="#374151"; margin=16;
            p0i0 [label=<topic>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0i1 [label=<music>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0i2 [label=<bigger>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0b0n0 [label=<<b>draft</b><br/><font point-size="9" color="#4B5563">agent/script-writer</font>>, fillcolor="#EFE7FD", color="#7C5CC4"];
            subgraph cluster_p0b0n1 {
              label=<<b>shots</b><br align="left"/><font point-size="9" color="#8A5A00">for each scene in draft.scenes, 4 at once</font><br align="left"/>>; labeljust=l;
              style="rounded,filled"; fillcolor="#FAFBFC"; color="#A9B0BB"; margin=12;
              p0b1n0 [label=<<b>picture</b><br/><font point-size="9" color="#4B5563">image/generate</font>>, fillcolor="#FDEBD8", color="#C8772A"];
              p0b1n1 [label=<<b>clip</b><br/><font point-size="9" color="#4B5563">media/ken-burns</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
              p0b1n0 -> p0b1n1 [label=<<font point-size="9" color="#6B7280">image</font>>];
            }
            p0b0n2 [label=<<b>moods</b><br/><font point-size="9" color="#4B5563">value</font><br/><font point-size="9" color="#8A5A00">for each item in draft.scenes</font><br/><font point-size="9" color="#8A5A00">when inputs.bigger</font>>, fillcolor="#F1F2F4", color="#7A828E", peripheries=2];
            p0b0n3 [label=<<b>title</b><br/><font point-size="9" color="#4B5563">media/ken-burns</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
            p0b0n4 [label=<<b>film</b><br/><font point-size="9" color="#4B5563">media/concat</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
            p0b0n0 -> p0b1n0 [lhead=cluster_p0b0n1, label=<<font point-size="9" color="#6B7280">scenes: list of object</font><br/><font point-size="9" color="#6B7280">title: text</font>>];
            p0b0n0 -> p0b0n2 [label=<<font point-size="9" color="#6B7280">scenes: list of object</font>>];
            p0b1n1 -> p0b0n4 [ltail=cluster_p0b0n1, label=<<font point-size="9" color="#6B7280">clip: list of video</font>>];
            p0b0n3 -> p0b0n4 [style=dashed];
            p0i0 -> p0b0n0;
            p0i1 -> p0b1n0 [lhead=cluster_p0b0n1];
            p0i2 -> p0b0n2;
            p0o0 [label=<film>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0b0n4 -> p0o0;
            p0o1 [label=<moods>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0b0n2 -> p0o1;
          }
        }
    "##);
}

#[test]
fn a_plan_is_drawn_for_mermaid() {
    assert_snapshot!(mermaid(&[&plan(FILM)], &States::new()), @r#"
        flowchart LR
          subgraph p0["film"]
            p0i0(["topic"])
            p0i1(["music"])
            p0i2(["bigger"])
            p0b0n0("<b>draft</b><br/>agent/script-writer")
            style p0b0n0 fill:#EFE7FD,stroke:#7C5CC4,color:#1F2937
            subgraph p0b0n1["<b>shots</b><br/><i>for each scene in draft.scenes, 4 at once</i>"]
              p0b1n0("<b>picture</b><br/>image/generate")
              style p0b1n0 fill:#FDEBD8,stroke:#C8772A,color:#1F2937
              p0b1n1("<b>clip</b><br/>media/ken-burns")
              style p0b1n1 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
              p0b1n0 -->|"image"| p0b1n1
            end
            p0b0n2[["<b>moods</b><br/>value<br/><i>for each item in draft.scenes</i><br/><i>when inputs.bigger</i>"]]
            style p0b0n2 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            p0b0n3("<b>title</b><br/>media/ken-burns")
            style p0b0n3 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
            p0b0n4("<b>film</b><br/>media/concat")
            style p0b0n4 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
            p0b0n0 -->|"scenes: list of object<br/>title: text"| p0b0n1
            p0b0n0 -->|"scenes: list of object"| p0b0n2
            p0b0n1 -->|"clip: list of video"| p0b0n4
            p0b0n3 -.-> p0b0n4
            p0o0(["film"])
            p0o1(["moods"])
            p0i0 --> p0b0n0
            p0i1 --> p0b0n1
            p0i2 --> p0b0n2
            p0b0n4 --> p0o0
            p0b0n2 --> p0o1
          end
    "#);
}

#[test]
fn plans_stand_side_by_side_and_names_cannot_break_out() {
    let text = "flow: 1\nname: 'a <b> \"c\" & d'\nnodes:\n  a: { nodes: {} }\n  b: { use: value, when: \"'<' != '\\\"'\", with: { value: \"${{ a }}\" } }\n";
    let (one, two) = (plan(text), plan(FILM));
    assert_snapshot!(dot(&[&one], &States::new()), @r##"
        digraph flow {
          graph [fontname="Helvetica, Arial, sans-serif", fontsize=12, rankdir=LR, compound=true,
            bgcolor="white", pad=0.3, nodesep=0.3, ranksep=0.6];
          node [fontname="Helvetica, Arial, sans-serif", fontsize=11, shape=box, style="rounded,filled",
            margin="0.16,0.09", penwidth=1.2];
          edge [fontname="Helvetica, Arial, sans-serif", color="#6B7280", arrowsize=0.7, penwidth=1.1];

          subgraph cluster_p0 {
            label=<<b>a &lt;b&gt; &quot;c&quot; &amp; d</b>>; labeljust=l;
            style=rounded; color="#C9CDD4"; fontcolor="#374151"; margin=16;
            subgraph cluster_p0b0n0 {
              label=<<b>a</b><br align="left"/>>; labeljust=l;
              style="rounded,filled"; fillcolor="#FAFBFC"; color="#A9B0BB"; margin=12;
              p0b0n0_empty [label="", style=invis];
            }
            p0b0n1 [label=<<b>b</b><br/><font point-size="9" color="#4B5563">value</font><br/><font point-size="9" color="#8A5A00">when '&lt;' != '&quot;'</font>>, fillcolor="#F1F2F4", color="#7A828E"];
            p0b0n0_empty -> p0b0n1 [ltail=cluster_p0b0n0, label=<<font point-size="9" color="#6B7280">object</font>>];
          }
        }
    "##);
    let both = dot(&[&one, &two], &States::new());
    assert!(both.contains("cluster_p0 {") && both.contains("cluster_p1 {"));
    assert_snapshot!(mermaid(&[&one], &States::new()), @r#"
        flowchart LR
          subgraph p0["a #lt;b#gt; #quot;c#quot; #amp; d"]
            subgraph p0b0n0["<b>a</b>"]
            end
            p0b0n1("<b>b</b><br/>value<br/><i>when '#lt;' != '#quot;'</i>")
            style p0b0n1 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            p0b0n0 -->|"object"| p0b0n1
          end
    "#);
}

const MARKED: &str = "
flow: 1
name: marked
nodes:
  draft: { use: agent/script-writer, with: { topic: film } }
  shots:
    map: draft.scenes
    limit: 4
    use: image/generate
    with: { prompt: '${{ item.text }}' }
  look: { use: value, with: { value: '${{ shots.image }}' } }
  better:
    needs: [shots, look]
    nodes: { again: { use: value, with: { value: '${{ draft.title }}' } } }
    outputs: { title: '${{ again.value }}' }
outputs: { title: '${{ better.title }}' }
";

/// A plan with everything that a picture marks.
fn marked() -> Plan {
    let expression = |text: &str| Expression::parse(text, Span::default()).expect("it is one");
    let amount = |text: &str| Some(Amount::Written(text.parse().expect("it is an amount")));
    let budget = |text: &str| Some(Budget { limit: amount(text), ..Budget::default() });
    let mut plan = plan(MARKED);
    plan.budget = budget("5 USD");
    for node in &mut plan.bodies[0].nodes {
        match node.name.as_str() {
            "shots" => {
                node.budget = budget("3 USD");
                node.each.as_mut().expect("it is a map").budget = amount("0.50 USD");
            }
            "look" => {
                node.work = Work::Approve(Box::new(Approve {
                    ask: Template::Literal("Publish?".into()),
                    show: Some(Template::Expression(expression("shots.image"))),
                    choices: None,
                    schema: None,
                    above: None,
                    timeout: None,
                    otherwise: None,
                }));
            }
            "better" => {
                let until = expression("again.value != ''");
                node.repeat = Some(Repeat { max: 3, until, best: None });
                node.gates = vec![Gate {
                    on: "shots".parse().expect("a name"),
                    when: Some(expression("shots | length >= 3")),
                    budget: amount("0.10 USD"),
                    otherwise: Otherwise::Ask,
                }];
            }
            _ => {}
        }
    }
    plan
}

fn states() -> States {
    let shown = |state, note: &str| Shown { state, note: note.into() };
    States::from([
        ("draft".into(), shown(State::Succeeded, "0.4 s")),
        ("shots".into(), shown(State::Failed, "2 of 3 done, 0.02 USD")),
        ("look".into(), shown(State::Waiting, "")),
    ])
}

#[test]
#[expect(clippy::too_many_lines, reason = "four pictures of one plan, each in full")]
fn every_format_tells_types_gates_budgets_and_what_became_of_nodes() {
    let plan = marked();
    assert_snapshot!(dot(&[&plan], &states()), @r##"
        digraph flow {
          graph [fontname="Helvetica, Arial, sans-serif", fontsize=12, rankdir=LR, compound=true,
            bgcolor="white", pad=0.3, nodesep=0.3, ranksep=0.6];
          node [fontname="Helvetica, Arial, sans-serif", fontsize=11, shape=box, style="rounded,filled",
            margin="0.16,0.09", penwidth=1.2];
          edge [fontname="Helvetica, Arial, sans-serif", color="#6B7280", arrowsize=0.7, penwidth=1.1];

          subgraph cluster_p0 {
            label=<<b>marked</b><br align="left"/><font point-size="9" color="#8A5A00">budget 5.00 USD</font><br align="left"/>>; labeljust=l;
            style=rounded; color="#C9CDD4"; fontcolor="#374151"; margin=16;
            p0b0n0 [label=<<b>draft</b><br/><font point-size="9" color="#4B5563">agent/script-writer</font><br/><font point-size="9" color="#2E9E5B">done: 0.4 s</font>>, fillcolor="#EFE7FD", color="#7C5CC4"];
            p0b0n1 [label=<<b>shots</b><br/><font point-size="9" color="#4B5563">image/generate</font><br/><font point-size="9" color="#8A5A00">for each item in draft.scenes, 4 at once</font><br/><font point-size="9" color="#8A5A00">budget 3.00 USD</font><br/><font point-size="9" color="#8A5A00">budget 0.50 USD each</font><br/><font point-size="9" color="#D13F3F">failed: 2 of 3 done, 0.02 USD</font>>, fillcolor="#FDEBD8", color="#C8772A", peripheries=2];
            p0b0n2 [label=<<b>look</b><br/><font point-size="9" color="#4B5563">approve</font><br/><font point-size="9" color="#B8860B">waiting</font>>, fillcolor="#FFF3C4", color="#B8860B"];
            subgraph cluster_p0b0n3 {
              label=<<b>better</b><br align="left"/><font point-size="9" color="#8A5A00">up to 3 rounds, until again.value != ''</font><br align="left"/>>; labeljust=l;
              style="rounded,filled"; fillcolor="#FAFBFC"; color="#A9B0BB"; margin=12;
              p0b2n0 [label=<<b>again</b><br/><font point-size="9" color="#4B5563">value</font>>, fillcolor="#F1F2F4", color="#7A828E"];
            }
            p0b0n0 -> p0b0n1 [label=<<font point-size="9" color="#6B7280">scenes: list of object</font>>];
            p0b0n1 -> p0b0n2 [label=<<font point-size="9" color="#6B7280">list of image</font>>];
            p0b0n0 -> p0b2n0 [lhead=cluster_p0b0n3, label=<<font point-size="9" color="#6B7280">title: text</font>>];
            p0b0n1 -> p0b2n0 [lhead=cluster_p0b0n3, label=<<font point-size="9" color="#6B7280">list of object</font><br/><font point-size="9" color="#8A5A00">if shots | length &gt;= 3</font><br/><font point-size="9" color="#8A5A00">0.10 USD free</font>>];
            p0b0n2 -> p0b2n0 [lhead=cluster_p0b0n3, style=dashed];
            p0o0 [label=<title>, shape=box, style="rounded,dashed", color="#9AA1AC", fontcolor="#4B5563", height=0.3];
            p0b2n0 -> p0o0 [ltail=cluster_p0b0n3];
          }
        }
    "##);
    assert_snapshot!(mermaid(&[&plan], &states()), @r#"
        flowchart LR
          subgraph p0["marked<br/><i>budget 5.00 USD</i>"]
            p0b0n0("<b>draft</b><br/>agent/script-writer<br/><b>done: 0.4 s</b>")
            style p0b0n0 fill:#EFE7FD,stroke:#7C5CC4,color:#1F2937
            p0b0n1[["<b>shots</b><br/>image/generate<br/><b>failed: 2 of 3 done, 0.02 USD</b><br/><i>for each item in draft.scenes, 4 at once</i><br/><i>budget 3.00 USD</i><br/><i>budget 0.50 USD each</i>"]]
            style p0b0n1 fill:#FDEBD8,stroke:#C8772A,color:#1F2937
            p0b0n2("<b>look</b><br/>approve<br/><b>waiting</b>")
            style p0b0n2 fill:#FFF3C4,stroke:#B8860B,color:#1F2937
            subgraph p0b0n3["<b>better</b><br/><i>up to 3 rounds, until again.value != ''</i>"]
              p0b2n0("<b>again</b><br/>value")
              style p0b2n0 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            end
            p0b0n0 -->|"scenes: list of object"| p0b0n1
            p0b0n1 -->|"list of image"| p0b0n2
            p0b0n0 -->|"title: text"| p0b0n3
            p0b0n1 -->|"list of object<br/>if shots | length #gt;= 3<br/>0.10 USD free"| p0b0n3
            p0b0n2 -.-> p0b0n3
            p0o0(["title"])
            p0b0n3 --> p0o0
          end
    "#);
    assert_snapshot!(format!("{:#}", json(&[&plan], &states())), @r#"
        {
          "pipelines": [
            {
              "nodes": [
                {
                  "path": "draft",
                  "name": "draft",
                  "map": false,
                  "repeat": false,
                  "remarks": [],
                  "kind": "agent/script-writer",
                  "state": "succeeded",
                  "note": "0.4 s"
                },
                {
                  "path": "shots",
                  "name": "shots",
                  "map": true,
                  "repeat": false,
                  "remarks": [
                    "for each item in draft.scenes, 4 at once",
                    "budget 3.00 USD",
                    "budget 0.50 USD each"
                  ],
                  "kind": "image/generate",
                  "state": "failed",
                  "note": "2 of 3 done, 0.02 USD"
                },
                {
                  "path": "look",
                  "name": "look",
                  "map": false,
                  "repeat": false,
                  "remarks": [],
                  "kind": "approve",
                  "state": "waiting",
                  "note": ""
                },
                {
                  "path": "better",
                  "name": "better",
                  "map": false,
                  "repeat": true,
                  "remarks": [
                    "up to 3 rounds, until again.value != ''"
                  ],
                  "body": {
                    "nodes": [
                      {
                        "path": "better/again",
                        "name": "again",
                        "map": false,
                        "repeat": false,
                        "remarks": [],
                        "kind": "value"
                      }
                    ],
                    "edges": []
                  }
                }
              ],
              "edges": [
                {
                  "from": "draft",
                  "to": "shots",
                  "carries": "data",
                  "values": [
                    "scenes: list of object"
                  ],
                  "gate": []
                },
                {
                  "from": "shots",
                  "to": "look",
                  "carries": "data",
                  "values": [
                    "list of image"
                  ],
                  "gate": []
                },
                {
                  "from": "draft",
                  "to": "better",
                  "carries": "data",
                  "values": [
                    "title: text"
                  ],
                  "gate": []
                },
                {
                  "from": "shots",
                  "to": "better",
                  "carries": "data",
                  "values": [
                    "list of object"
                  ],
                  "gate": [
                    "if shots | length >= 3",
                    "0.10 USD free"
                  ]
                },
                {
                  "from": "look",
                  "to": "better",
                  "carries": "order",
                  "values": [],
                  "gate": []
                }
              ],
              "name": "marked",
              "budget": "budget 5.00 USD",
              "inputs": [],
              "outputs": [
                {
                  "name": "title",
                  "from": [
                    "better"
                  ]
                }
              ]
            }
          ]
        }
    "#);
    let drawing = svg(&[&plan], &states());
    for words in [
        "budget 5.00 USD",
        "budget 0.50 USD each",
        "if shots | length &gt;= 3",
        "up to 3 rounds",
        "done: 0.4 s",
        "for each item in draft.scenes, 4 at once",
    ] {
        assert!(drawing.contains(words), "{words}: {drawing}");
    }
}

#[test]
fn a_drawing_holds_every_node_inside_its_frame() {
    let drawing = svg(&[&plan(FILM)], &States::new());
    assert!(drawing.starts_with("<svg xmlns=") && drawing.trim_end().ends_with("</svg>"));
    for name in ["draft", "shots", "picture", "clip", "moods", "title", "film", "topic"] {
        assert!(drawing.contains(&format!(">{name}</text>")), "{name}");
    }
    let one = plan("flow: 1\nname: 'a <b> & \"c\"'\nnodes: { a: { nodes: {} } }\n");
    assert!(svg(&[&one], &States::new()).contains(">a &lt;b&gt; &amp; \"c\"</text>"));
}
