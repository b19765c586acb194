//! `flow plan`, and runs that are only played: what do they tell of money and time?

use crate::project::{Project, snapshot};

/// Two pictures and a clip of each, all of it paid.
const FILM: &str = r"
flow: 1
name: film
nodes:
  shots:
    map: '[1, 2]'
    as: shot
    max_items: 4
    nodes:
      picture:
        use: image/generate
        provider: luma-agents
        with: { prompt: 'a hill, ${{ shot }}' }
        retry: { attempts: 3, errors: [rate_limit, server, network, moderated] }
      clip:
        use: video/generate
        provider: kling
        with: { prompt: 'the camera moves on, ${{ shot }}', image: '${{ picture.image }}' }
        retry: { attempts: 3, errors: [rate_limit, server, network, moderated] }
    outputs:
      clip: ${{ clip.video }}
outputs:
  clips: ${{ shots.clip }}
";

fn film() -> Project {
    Project::new().with("film.yaml", FILM)
}

#[test]
fn a_plan_tells_worst_case_bill_time_and_critical_path_before_anything_runs() {
    let project = film();
    snapshot!(project.flow("plan film.yaml"), @"
        exit status 0
        --- stdout
        node           attempts, at most  worst       expected    takes
        shots/picture  6                  0.2424 USD  0.0808 USD  [seconds]
        shots/clip     6                  2.10 USD    1.05 USD    [seconds]
        worst case: 2.3424 USD
        expected: 1.1308 USD, [seconds]
        critical path: shots[0]/picture [seconds] → shots[0]/clip [seconds] → shots[0]/clip [seconds]
        would buy now: shots/clip × 3, shots/picture × 3, for 1.1308 USD
        in the cache: 0 nodes
    ");
    assert!(!project.path().join(".flow").exists(), "nothing is left behind");
}

#[test]
fn a_check_proves_that_no_run_costs_more_or_shows_what_can() {
    let project = film();
    snapshot!(project.flow("check film.yaml --max 2.5USD"), @"
        exit status 0
        --- stderr
        checked 1 pipeline: nothing wrong
        film.yaml: no run can cost more than 2.3424 USD
    ");
    snapshot!(project.flow("check film.yaml --max 2USD"), @"
        exit status 2
        --- stderr
        error[over-max]: a run can cost 2.3424 USD, more than 2.00 USD
          --> film.yaml:15:7
           |
        10 |       picture:
           |       ------- `shots/picture`: 6 attempts, 0.0404 USD each at most: 0.2424 USD
        ...
        15 |       clip:
           |       ^^^^ `shots/clip`: 6 attempts, 0.35 USD each at most: 2.10 USD
           |
        help: make less of it, or hold it below: `budget: 2.00 USD` at the top of the pipeline

        checked 1 pipeline: 1 error
    ");
    snapshot!(project.flow("check film.yaml --max 2"), @"
        exit status 2
        --- stderr
        error: invalid value '2' for '--max <AMOUNT>': an amount names its currency, as in `5 USD`

        For more information, try '--help'.
    ");
}

#[test]
fn many_rehearsals_show_how_cost_and_time_are_spread() {
    let document = film().flow("plan film.yaml --simulate 100 --json").json();
    assert_eq!(document["runs"], 100, "{document}");
    assert_eq!(document["nodes"][0]["path"], "shots/clip");
    let seconds = |level: &str| document["seconds"][level].as_f64().expect("a number");
    assert!(seconds("least") < seconds("p50") && seconds("p50") < seconds("p95"), "{document}");
    let ran = film().flow("plan film.yaml --simulate 100");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.contains("most of the cost: shots/clip"), "{ran}");
}

#[test]
fn a_rehearsal_plays_the_whole_and_leaves_nothing() {
    let project = film();
    let ran = project.flow("run film.yaml --rehearse");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stderr.contains("would have spent 1.1308 USD"), "{ran}");
    assert_eq!(ran.stdout, project.flow("run film.yaml --rehearse").stdout, "equal seeds go alike");
    let other = project.flow("run film.yaml --rehearse --seed 5");
    assert_ne!(ran.stdout, other.stdout, "{other}");
    assert!(!project.path().join("out").exists() && !project.path().join(".flow").exists());
}

#[test]
fn a_pipeline_of_one_s_own_can_be_killed_at_every_moment() {
    let ran = film().flow("run film.yaml --rehearse --kill-everywhere");
    for row in ["claimed, not sent", "sent, not recorded", "accepted, not landed", "landed"] {
        let line = ran.stdout.lines().find(|line| line.starts_with(row));
        let line = line.unwrap_or_else(|| panic!("{row}: {ran}"));
        assert!(line.contains(" cases, "), "{ran}");
        assert!(!line.contains("not reached"), "{ran}");
    }
}

#[test]
fn what_this_version_cannot_buy_is_refused_in_earnest() {
    let project = film();
    let ran = project.flow("run film.yaml --budget 3USD");
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("this version cannot buy image from `luma-agents`"), "{ran}");
}
