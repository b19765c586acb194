//! What a node that could go on waits for.

use std::time::Duration;

use super::*;
use crate::plan::graph::{Pool, PoolIndex};
use crate::run::reason::Reason;

fn reason(game: &Game, index: u32) -> Option<Reason> {
    game.state.reason(&game.plan, Game::attempt(index, 1).at, game.now)
}

fn pooled(node: Node) -> Node {
    Node { pools: vec![PoolIndex(0)], ..node }
}

fn with_pool(nodes: Vec<Node>, limit: Option<u32>, rate: Option<(u32, Duration)>) -> Game {
    let pool = Pool { name: "gpu".into(), limit, rate };
    Game::new(Plan { pools: vec![pool], ..plan(nodes, vec![]) }, None)
}

#[test]
fn who_is_under_way_or_blocked_waits_for_nothing_of_its_own() {
    let game = Game::of(vec![free("a"), needing(free("b"), &[0])], None);
    assert_eq!((reason(&game, 0), reason(&game, 1)), (None, None));
}

#[test]
fn a_pool_is_named_by_what_of_it_is_full() {
    let two = || vec![pooled(free("a")), pooled(free("b"))];
    let game = with_pool(two(), Some(1), None);
    assert_eq!(reason(&game, 1), Some(Reason::Pool { name: "gpu".into() }));
    let game = with_pool(two(), None, Some((1, Duration::from_mins(1))));
    let until = Timestamp(60_000);
    assert_eq!(reason(&game, 1), Some(Reason::Rate { name: "gpu".into(), until }));
}

#[test]
fn a_pause_a_purchase_and_a_drained_run_are_told_apart() {
    let retry = Retry { least: Some(Duration::from_secs(9)), ..tries(2) };
    let mut game = Game::of(vec![Node { retry, ..free("a") }, paid("b", "2")], Some("10"));
    game.fail(Game::attempt(0, 1), Class::Server);
    assert!(matches!(reason(&game, 0), Some(Reason::Pause { .. })), "{:?}", reason(&game, 0));
    doubtful(&mut game, Game::attempt(1, 1));
    assert_eq!(reason(&game, 1), Some(Reason::Purchase));
    game.signal("drain", Signal::Drain);
    assert_eq!(reason(&game, 0), Some(Reason::Draining));
}

#[test]
fn money_that_others_hold_is_told_with_what_is_left() {
    let game = Game::of(vec![paid("a", "6"), paid("b", "6")], Some("10"));
    assert_eq!(reason(&game, 1), Some(Reason::Budget { of: None, left: usd("4") }));
}

#[test]
fn a_person_is_named_by_what_is_asked() {
    let game = Game::of(vec![approval(question())], None);
    assert_eq!(reason(&game, 0), Some(Reason::Person { ask: "Publish?".into() }));
}

#[test]
fn a_map_tells_how_many_of_its_items_wait_for_its_limit() {
    let map = five_two_at_once();
    let body =
        Body::new(vec![free("clip")], Gives::Outputs(vec![]), Some((BodyIndex(0), NodeIndex(0))));
    let mut game = Game::new(plan(vec![map], vec![body]), None);
    assert_eq!(reason(&game, 0), Some(Reason::Items { waiting: 3, limit: 2 }));
    let said = reason(&game, 0).expect("it waits").to_string();
    assert_eq!(said, "3 of its items are not begun: `limit: 2` are under way");
    for scope in 1..4 {
        game.done(AttemptId { at: At { scope: ScopeId(scope), node: NodeIndex(0) }, number: 1 });
    }
    assert_eq!(reason(&game, 0), None, "the last two are under way");
}

#[test]
fn who_waits_for_the_cache_says_so_until_it_has_answered() {
    let game = Game::of(vec![node("a", Work::Call(call("pure", "0")))], None);
    let mut state = RunState::default();
    state.apply(&game.plan, &game.log[0]).expect("a first event");
    let mut reason_after = |seen| {
        state.tick(&game.plan, &game.memory, vec![seen], game.now).expect("not damaged");
        state.reason(&game.plan, Game::attempt(0, 1).at, game.now)
    };
    let nothing = || Seen::Cached { at: Game::attempt(0, 1).at, output: None };
    assert_eq!(reason_after(Seen::Resumed { epoch: 1 }), Some(Reason::Cache), "by its derivation");
    assert_eq!(reason_after(nothing()), Some(Reason::Cache), "by its input");
    assert_eq!(reason_after(nothing()), None, "it is admitted");
}

#[test]
fn the_wallet_s_part_of_a_provider_is_named() {
    let provider = || Some(Template::Literal(json!("luma")));
    let luma = |of| node(of, Work::Call(Call { provider: provider(), ..call("paid", "6") }));
    let granted = [("luma".into(), usd("10"))].into();
    let game = Game::granted(plan(vec![luma("a"), luma("b")], vec![]), Some("100"), granted);
    assert_eq!(reason(&game, 1), Some(Reason::Provider { seller: "luma".into() }));
}
