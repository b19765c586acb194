use insta::assert_snapshot;

use super::{dot, mermaid};
use crate::plan::tests::{FILM, plan};

#[test]
fn a_plan_is_drawn_for_graphviz() {
    assert_snapshot!(dot(&[&plan(FILM)]), @r##"
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
              label=<<b>shots</b><br align="left"/><font point-size="9" color="#8A5A00">for each scene in draft.scenes</font><br align="left"/>>; labeljust=l;
              style="rounded,filled"; fillcolor="#FAFBFC"; color="#A9B0BB"; margin=12;
              p0b1n0 [label=<<b>picture</b><br/><font point-size="9" color="#4B5563">image/generate</font>>, fillcolor="#FDEBD8", color="#C8772A"];
              p0b1n1 [label=<<b>clip</b><br/><font point-size="9" color="#4B5563">media/ken-burns</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
              p0b1n0 -> p0b1n1;
            }
            p0b0n2 [label=<<b>moods</b><br/><font point-size="9" color="#4B5563">value</font><br/><font point-size="9" color="#8A5A00">for each item in draft.scenes</font><br/><font point-size="9" color="#8A5A00">when inputs.bigger</font>>, fillcolor="#F1F2F4", color="#7A828E", peripheries=2];
            p0b0n3 [label=<<b>title</b><br/><font point-size="9" color="#4B5563">media/ken-burns</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
            p0b0n4 [label=<<b>film</b><br/><font point-size="9" color="#4B5563">media/concat</font>>, fillcolor="#DFF0FB", color="#2F7FB5"];
            p0b0n0 -> p0b1n0 [lhead=cluster_p0b0n1];
            p0b0n0 -> p0b0n2;
            p0b1n1 -> p0b0n4 [ltail=cluster_p0b0n1];
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
    assert_snapshot!(mermaid(&[&plan(FILM)]), @r#"
        flowchart LR
          subgraph p0["film"]
            p0i0(["topic"])
            p0i1(["music"])
            p0i2(["bigger"])
            p0b0n0("<b>draft</b><br/>agent/script-writer")
            style p0b0n0 fill:#EFE7FD,stroke:#7C5CC4,color:#1F2937
            subgraph p0b0n1["<b>shots</b><br/><i>for each scene in draft.scenes</i>"]
              p0b1n0("<b>picture</b><br/>image/generate")
              style p0b1n0 fill:#FDEBD8,stroke:#C8772A,color:#1F2937
              p0b1n1("<b>clip</b><br/>media/ken-burns")
              style p0b1n1 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
              p0b1n0 --> p0b1n1
            end
            p0b0n2[["<b>moods</b><br/>value<br/><i>for each item in draft.scenes</i><br/><i>when inputs.bigger</i>"]]
            style p0b0n2 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            p0b0n3("<b>title</b><br/>media/ken-burns")
            style p0b0n3 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
            p0b0n4("<b>film</b><br/>media/concat")
            style p0b0n4 fill:#DFF0FB,stroke:#2F7FB5,color:#1F2937
            p0b0n0 --> p0b0n1
            p0b0n0 --> p0b0n2
            p0b0n1 --> p0b0n4
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
    assert_snapshot!(dot(&[&one]), @r##"
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
            p0b0n0_empty -> p0b0n1 [ltail=cluster_p0b0n0];
          }
        }
    "##);
    let both = dot(&[&one, &two]);
    assert!(both.contains("cluster_p0 {") && both.contains("cluster_p1 {"));
    assert_snapshot!(mermaid(&[&one]), @r#"
        flowchart LR
          subgraph p0["a #lt;b#gt; #quot;c#quot; #amp; d"]
            subgraph p0b0n0["<b>a</b>"]
            end
            p0b0n1("<b>b</b><br/>value<br/><i>when '#lt;' != '#quot;'</i>")
            style p0b0n1 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            p0b0n0 --> p0b0n1
          end
    "#);
}
