//! What all runs of a project may spend together in a month.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::project::{Project, Ran, snapshot};

/// A picture that costs 4 cents, after a person's word.
const ASKING: &str = r"
flow: 1
name: asking
budget: 3 USD
nodes:
  go: { approve: { ask: Begin? } }
  picture:
    use: image/generate
    provider: rehearsal
    needs: [go]
    with: { prompt: a hill }
outputs:
  image: ${{ picture.image }}
";

const PICTURE: &str = r"
flow: 1
name: picture
nodes:
  picture:
    use: image/generate
    provider: rehearsal
    with: { prompt: a tree }
    fallback: [{ provider: local }]
outputs:
  image: ${{ picture.image }}
";

/// A project with this wallet, whose seller keeps a book in it.
struct Shop(Project);

impl Shop {
    fn new(settings: &str) -> Self {
        let project = Project::new().with("asking.yaml", ASKING).with("picture.yaml", PICTURE);
        Self(project.with("flow.toml", settings))
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.0.command(line);
        command.env("FLOW_REHEARSAL_BOOK", self.0.path().join("book"));
        command.env("FLOW_REHEARSAL_RECOVERY", "client-id");
        command
    }

    fn flow(&self, line: &str) -> Ran {
        self.0.run(&mut self.command(line))
    }

    fn wallet(&self, line: usize, what: &str) -> String {
        let document = self.flow("runs --json").json();
        document["wallet"]["lines"][line][what].as_str().expect("an amount").to_owned()
    }
}

#[test]
fn a_run_waits_for_what_another_may_give_back_and_is_refused_what_is_not_there() {
    let shop = Shop::new("[budget]\nmonth = '5 USD'\n");
    let ran = shop.flow("run asking.yaml");
    assert_eq!(ran.status, Some(3), "{ran}");
    assert_eq!(shop.wallet(0, "set_aside"), "3.00 USD", "the run has not ended");
    let ran = shop.flow("run asking.yaml --budget 6USD");
    assert_eq!(ran.status, Some(2), "{ran}");
    let month = shop.flow("runs --json").json()["wallet"]["month"].clone();
    let month = month.as_str().expect("a month");
    let said = "the project's wallet has no room for the run: 2.00 USD of 5.00 USD are free in";
    assert!(
        ran.stderr.contains(&format!("{said} {month}, and the run may spend 6.00 USD")),
        "{ran}"
    );
    assert!(ran.stderr.contains("help: run it with --budget '2.00 USD' or less"), "{ran}");
    let mut command = shop.command("run asking.yaml");
    let mut second =
        command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut lines = BufReader::new(second.stderr.take().expect("it is piped")).lines();
    let waits = |line: &String| line.starts_with("waiting for the project's wallet: 2.00 USD");
    let told = lines.by_ref().map_while(Result::ok).find(waits);
    assert!(told.is_some(), "the second run waits for the first");
    assert_eq!(shop.flow("cancel").status, Some(0));
    let rest: Vec<_> = lines.map_while(Result::ok).collect();
    assert_eq!(second.wait().expect("it ends").code(), Some(3), "{rest:?}");
    assert_eq!(shop.wallet(0, "set_aside"), "3.00 USD", "of the second run alone");
    assert_eq!(shop.flow("answer --value yes").status, Some(0));
    assert_eq!(shop.flow("resume").status, Some(0));
    assert_eq!(shop.wallet(0, "set_aside"), "0.00 USD", "what was not spent came back");
    assert_eq!(shop.wallet(0, "spent"), shop.flow("show --json").json()["spent"]);
}

#[test]
fn a_run_without_a_limit_takes_its_worst_case_and_free_work_nothing() {
    let shop = Shop::new("[budget]\nmonth = '0.03 USD'\n");
    let ran = shop.flow("run picture.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("and the run may spend 0.04 USD"), "{ran}");
    let free =
        "flow: 1\nname: free\nbudget: 9 USD\nnodes:\n  a: { use: value, with: { value: 1 } }\n";
    let shop = Shop(shop.0.with("free.yaml", free));
    assert_eq!(shop.flow("run free.yaml").status, Some(0));
}

#[test]
fn a_provider_s_own_limit_is_kept_and_another_takes_its_place() {
    let shop = Shop::new("[budget]\nproviders = { rehearsal = '0.05 USD' }\n");
    let ran = shop.flow("run picture.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
    let more = PICTURE.replace("a tree", "a house");
    let shop = Shop(shop.0.with("picture.yaml", &more));
    let ran = shop.flow("run picture.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
    let log = shop.flow("show --log");
    let said =
        "no money for an attempt: it may cost 0.04 USD, and 0.01 USD are free at `rehearsal`";
    assert!(log.stdout.contains(said), "{log}");
    assert_eq!(
        (shop.wallet(1, "spent"), shop.wallet(1, "free")),
        ("0.04 USD".into(), "0.01 USD".into())
    );
    let strict = more.replace("    fallback: [{ provider: local }]\n", "");
    let shop = Shop(shop.0.with("picture.yaml", &strict));
    let ran = shop.flow("run picture.yaml");
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(
        ran.stderr.contains("are free at `rehearsal`, which the project's wallet limits"),
        "{ran}"
    );
    assert_eq!(shop.wallet(1, "spent"), "0.04 USD", "one picture was bought there");
}

#[test]
fn a_person_raises_no_limit_above_what_the_wallet_has() {
    let shop = Shop::new("[budget]\nmonth = '5 USD'\n");
    let poor = PICTURE
        .replace("name: picture", "name: picture\nbudget: { limit: 0.01 USD, on_exceed: ask }")
        .replace("    fallback: [{ provider: local }]\n", "");
    let shop = Shop(shop.0.with("picture.yaml", &poor));
    assert_eq!(shop.flow("run picture.yaml").status, Some(3));
    let ran = shop.flow("answer --value 6USD");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("the wallet has no room for it"), "{ran}");
    assert_eq!(shop.flow("answer --value 4USD").status, Some(0));
    assert_eq!(shop.wallet(0, "set_aside"), "4.00 USD");
    assert_eq!(shop.flow("resume").status, Some(0));
    assert_eq!(shop.wallet(0, "spent"), "0.04 USD");
}

#[test]
fn a_project_s_settings_are_read_or_refused() {
    let shop = Shop::new("[budget]\nmonht = '5 USD'\n");
    snapshot!(shop.flow("run picture.yaml"), @r#"
        exit status 2
        --- stderr
        error: `flow.toml` cannot be followed: TOML parse error at line 2, column 1
          |
        2 | monht = '5 USD'
          | ^^^^^
        unknown field `monht`, expected one of `run`, `month`, `providers`
        help: below a line `[budget]` may stand `month = "50 USD"`, `run`, and `providers`
    "#);
    let shop = Shop::new("[budget]\nrun = '0.01 USD'\nproviders = { rehearsal = '1 USD' }\n");
    let ran = shop.flow("run picture.yaml");
    assert_eq!(ran.status, Some(0), "what does not fit falls back: {ran}");
    assert!(!shop.0.path().join("book").exists(), "nothing was bought");
    let plan = shop.flow("plan picture.yaml");
    assert!(plan.stdout.contains("\nbudget: 0.01 USD\n"), "{plan}");
    let line = " at rehearsal: 0.00 USD of 1.00 USD spent, 1.00 USD free\n";
    assert!(plan.stdout.ends_with(line), "{plan}");
}
