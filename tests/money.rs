//! What a run may spend by the word of who starts it, and what is told of what it spent.

use crate::project::{Project, Ran, snapshot};

const SHOP: &str = r"
flow: 1
name: shop
budget: 5 USD
nodes:
  picture:
    use: image/generate
    provider: rehearsal
    with: { prompt: a hill }
outputs:
  image: ${{ picture.image }}
";

/// A project whose seller keeps a book in it.
struct Shop(Project);

impl Shop {
    fn new() -> Self {
        Self(Project::new().with("shop.yaml", SHOP))
    }

    fn flow(&self, line: &str) -> Ran {
        let mut command = self.0.command(line);
        command.env("FLOW_REHEARSAL_BOOK", self.0.path().join("book"));
        command.env("FLOW_REHEARSAL_RECOVERY", "client-id");
        self.0.run(&mut command)
    }
}

#[test]
fn the_word_of_the_command_line_goes_before_the_budget_of_the_file() {
    let shop = Shop::new();
    let ran = shop.flow("run shop.yaml --budget 0.001USD");
    assert_eq!(ran.status, Some(4), "{ran}");
    assert!(!shop.0.path().join("book").exists(), "nothing was bought: {ran}");
    let ran = shop.flow("run shop.yaml --budget 3");
    assert_eq!(ran.status, Some(2), "an amount has a currency: {ran}");
}

#[test]
fn what_may_cost_money_runs_only_within_a_limit() {
    let endless = SHOP.replace("budget: 5 USD\n", "");
    let shop = Shop(Project::new().with("shop.yaml", &endless));
    snapshot!(shop.flow("run shop.yaml"), @"
    exit status 2
    --- stderr
    error: the run may cost 0.04 USD, and nothing limits it
    help: limit it: `--budget 0.04USD`, or `budget: 0.04 USD` in the file, or `run = '0.04 USD'` below `[budget]` in `flow.toml`
    ");
    assert!(!shop.0.path().join("book").exists(), "nothing was bought");
    assert_eq!(shop.flow("run shop.yaml --budget 0.04USD").status, Some(0));
    let set = Shop(shop.0.with("flow.toml", "[budget]\nrun = '0.05 USD'\n"));
    assert_eq!(set.flow("run shop.yaml").status, Some(0));
}

#[test]
fn what_was_spent_is_told_wherever_runs_are_shown() {
    let shop = Shop::new();
    let ran = shop.flow("run shop.yaml --json --budget 1USD");
    assert_eq!(ran.status, Some(0), "{ran}");
    let spent = ran.json()["spent"].clone();
    assert_ne!(spent, "0.00 USD");
    assert_eq!(shop.flow("runs --json").json()["runs"][0]["spent"], spent);
    let shown = shop.flow("show --json").json();
    assert_eq!(shown["spent"], spent, "{shown}");
    let node = shown["nodes"]
        .as_array()
        .and_then(|nodes| nodes.iter().find(|node| node["path"] == "picture"));
    assert_eq!(node.expect("it is there")["spent"], spent, "{shown}");
    let run = shown["run"].as_str().expect("a run has an id");
    let graph = shop.flow(&format!("graph {run}"));
    let spent = spent.as_str().expect("an amount");
    assert!(graph.stdout.contains(spent), "{graph}");
    assert!(shop.flow("show").stdout.contains(spent));
}

#[test]
fn spending_above_what_was_approved_is_asked_about_again() {
    let asked =
        SHOP.replace("budget: 5 USD", "budget: { limit: 0.01 USD, on_exceed: ask }").replace(
            "  picture:\n",
            "  look:\n    approve: { ask: Buy it? }\n  picture:\n    needs: [look]\n",
        );
    let shop = Shop(Project::new().with("shop.yaml", &asked));
    assert_eq!(shop.flow("run shop.yaml").status, Some(3));
    let yes = |value: &str| {
        assert_eq!(shop.flow(&format!("answer --value {value}")).status, Some(0));
        shop.flow("resume")
    };
    assert_eq!(yes("yes").status, Some(3), "it costs more than 0.01 USD");
    let raised = yes("1USD");
    assert_eq!(raised.status, Some(3), "{raised}");
    let question = "`picture` may cost 0.04 USD, and 0.01 USD are left of what `look` approved";
    let asked = shop.flow("answer");
    assert!(asked.to_string().contains(question), "{asked}");
    let bought = yes("yes");
    assert_eq!(bought.status, Some(0), "{bought}");
}

#[test]
fn a_budget_that_is_exceeded_ends_the_run_or_the_node() {
    let second = "  second: { use: image/generate, provider: rehearsal, needs: [picture], with: { prompt: a tree }, on_error: skip }\noutputs:\n";
    let two = SHOP.replace("outputs:\n", second);
    let ends = |then: &str| {
        let text = two.replace("5 USD", &format!("{{ limit: 0.05 USD, on_exceed: {then} }}"));
        let shop = Shop(Project::new().with("shop.yaml", &text));
        let ran = shop.flow("run shop.yaml --json");
        (ran.status, ran.json()["spent"].clone())
    };
    assert_eq!(ends("finish"), (Some(4), "0.04 USD".into()));
    assert_eq!(ends("stop"), (Some(4), "0.04 USD".into()));
    assert_eq!(ends("fail"), (Some(0), "0.04 USD".into()), "the node alone fails, and may");
}
