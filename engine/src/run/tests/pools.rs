//! Who waits for a pool, and until when.

use std::time::Duration;

use super::*;
use crate::plan::graph::{Pool, PoolIndex};

fn pooled(node: Node) -> Node {
    Node { pools: vec![PoolIndex(0)], ..node }
}

fn game(nodes: Vec<Node>, limit: Option<u32>, rate: Option<(u32, Duration)>) -> Game {
    let pool = Pool { name: "gpu".into(), limit, rate };
    Game::new(Plan { pools: vec![pool], ..plan(nodes, vec![]) }, Some("10"))
}

fn open(game: &Game, nodes: u32) -> Vec<u32> {
    (0..nodes).filter(|node| game.is_open(Game::attempt(*node, 1))).collect()
}

#[test]
fn a_pool_admits_no_more_than_its_limit_and_keeps_nobody_else_waiting() {
    let nodes = vec![
        pooled(free("a")),
        pooled(free("b")),
        pooled(paid("c", "1")),
        pooled(paid("d", "1")),
        free("e"),
    ];
    let mut game = game(nodes, Some(2), None);
    assert_eq!(open(&game, 5), [0, 1, 4]);
    assert_eq!(game.left(), Some(usd("10")), "who waits for a pool holds no money");
    game.done(Game::attempt(0, 1));
    assert_eq!(open(&game, 5), [1, 2, 4]);
    game.done(Game::attempt(1, 1));
    assert_eq!(open(&game, 5), [2, 3, 4]);
}

#[test]
fn a_rate_lets_in_so_many_in_its_time_also_after_a_restart() {
    let nodes = (0..5).map(|node| pooled(free(&format!("n{node}")))).collect();
    let mut game = game(nodes, None, Some((2, Duration::from_mins(1))));
    assert_eq!(open(&game, 5), [0, 1]);
    game.done(Game::attempt(0, 1));
    assert_eq!(open(&game, 5), [1], "what has ended still counts for its minute");
    assert_eq!((game.last.wake, game.last.rest), (Some(Timestamp(60_000)), None));
    let mut again = RunState::default();
    for event in &game.log {
        again.apply(&game.plan, event).expect("the journal can be followed");
    }
    game.state = again;
    game.wait(59);
    assert_eq!(open(&game, 5), [1]);
    game.wait(1);
    assert_eq!(open(&game, 5), [1, 2, 3]);
}

#[test]
fn a_second_attempt_waits_for_its_pool_like_the_first() {
    let retry = Retry { least: Some(Duration::ZERO), most: Some(Duration::ZERO), ..tries(2) };
    let nodes = vec![pooled(Node { retry, ..free("a") }), pooled(free("b"))];
    let mut game = game(nodes, Some(1), None);
    game.fail(Game::attempt(0, 1), Class::Server);
    assert!(game.is_open(Game::attempt(0, 2)) != game.is_open(Game::attempt(1, 1)), "one at once");
    let first = [Game::attempt(0, 2), Game::attempt(1, 1)].map(|attempt| game.is_open(attempt));
    game.done(if first[0] { Game::attempt(0, 2) } else { Game::attempt(1, 1) });
    assert!(game.is_open(if first[0] { Game::attempt(1, 1) } else { Game::attempt(0, 2) }));
}

#[test]
fn a_paid_attempt_that_waits_for_money_takes_no_place_of_a_pool() {
    let nodes = vec![
        Node { budget: Some(budget("5")), ..paid("a", "5") },
        pooled(paid("b", "6")),
        pooled(free("c")),
    ];
    let mut game = game(nodes, Some(1), None);
    assert_eq!(open(&game, 3), [0, 2]);
    game.done(Game::attempt(2, 1));
    assert_eq!(open(&game, 3), [0], "5 of 10 are held, and 6 do not fit yet");
    game.buys(Game::attempt(0, 1), "1");
    assert_eq!(open(&game, 3), [1]);
}
