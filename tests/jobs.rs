//! What becomes of purchases that nobody waits for any more.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use flow_nodes::provider::rehearsal::book::InFile;

use crate::project::{Project, Ran};

/// A picture that takes longer than the node waits for it.
const LATE: &str = r"
flow: 1
name: late
budget: 1 USD
nodes:
  picture:
    use: image/generate
    provider: rehearsal
    with: { prompt: a hill }
    timeout: 2s
outputs:
  image: ${{ picture.image }}
";

/// A project whose seller takes his time.
struct Shop(Project);

impl Shop {
    fn flow(&self, line: &str) -> Ran {
        let mut command = self.0.command(line);
        command.env("FLOW_REHEARSAL_BOOK", self.0.path().join("book"));
        command.env("FLOW_REHEARSAL_RECOVERY", "client-id").env("FLOW_REHEARSAL_PACE", "0.5");
        self.0.run(&mut command)
    }

    fn orders(&self) -> usize {
        InFile(self.0.path().join("book")).entries().expect("the book can be read").len()
    }
}

#[test]
fn what_landed_after_the_end_of_its_run_is_fetched_booked_and_used_by_the_next() {
    let shop = Shop(Project::new().with("late.yaml", LATE));
    let ran = shop.flow("run late.yaml");
    assert_eq!(ran.status, Some(1), "it was waited for in vain: {ran}");
    assert!(ran.stderr.contains("1 purchase still open: flow jobs harvest"), "{ran}");
    assert_eq!(shop.flow("jobs --json").json()["jobs"][0]["node"], "picture");
    let ran = shop.flow("jobs harvest --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    let job = &ran.json()["jobs"][0];
    assert_eq!((&job["node"], &job["state"]), (&"picture".into(), &"landed".into()), "{ran}");
    let runs = shop.flow("runs --json").json();
    assert_eq!(
        (&runs["runs"][0]["status"], &runs["runs"][0]["spent"]),
        (&"failed".into(), &"0.04 USD".into())
    );
    assert_eq!(shop.flow("jobs harvest").stderr, "no purchase is open\n");
    let ran = shop.flow("run late.yaml --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(
        (&ran.json()["spent"], &ran.json()["nodes"]["cached"]),
        (&"0.00 USD".into(), &1.into()),
        "{ran}"
    );
    assert_eq!(shop.orders(), 1, "nothing was bought again");
}

#[test]
fn what_another_run_may_have_bought_is_waited_for_and_bought_anew_only_by_a_persons_word() {
    let shop = Shop(Project::new().with("late.yaml", LATE));
    assert_eq!(shop.flow("run late.yaml").status, Some(1), "it was waited for in vain");
    let ran = shop.flow("run late.yaml --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stderr.contains("may have bought already"), "{ran}");
    let (spent, nodes) = (&ran.json()["spent"], &ran.json()["nodes"]);
    assert_eq!((spent, &nodes["cached"]), (&"0.00 USD".into(), &1.into()), "{ran}");
    assert_eq!(shop.orders(), 1, "nothing was bought again");
    assert_eq!(shop.flow("jobs --json").json()["jobs"], serde_json::json!([]), "it is booked");

    let shop = Shop(Project::new().with("late.yaml", LATE));
    assert_eq!(shop.flow("run late.yaml").status, Some(1));
    assert_eq!(shop.flow("run late.yaml --buy-again").status, Some(1), "it takes as long again");
    assert_eq!(shop.orders(), 2);
}

#[test]
fn a_word_on_a_purchase_lets_go_on_whoever_waits_for_it() {
    let shop = Shop(Project::new().with("late.yaml", LATE));
    let slow = |line: &str| {
        let mut command = shop.0.command(line);
        command.env("FLOW_REHEARSAL_BOOK", shop.0.path().join("book"));
        command.env("FLOW_REHEARSAL_RECOVERY", "client-id").env("FLOW_REHEARSAL_PACE", "1000");
        command
    };
    let ran = shop.0.run(&mut slow("run late.yaml --json"));
    let first = ran.json()["run"].as_str().expect("an id").to_owned();
    let mut second = slow("run late.yaml").stderr(Stdio::piped()).spawn().expect("it starts");
    let told = BufReader::new(second.stderr.take().expect("a pipe")).lines();
    let mut told = told.map_while(Result::ok);
    assert!(told.any(|line| line.contains("may have bought already")));
    let lost = shop.flow(&format!("jobs lost {first} picture"));
    assert_eq!(lost.status, Some(0), "{lost}");
    let rest: Vec<_> = told.collect();
    assert_eq!(second.wait().expect("it ends").code(), Some(1), "it waited in vain: {rest:?}");
    assert_eq!(shop.orders(), 2, "it was bought anew");
}
