//! What people are asked, and what their answers come to.

use super::*;

#[test]
fn an_approval_waits_for_a_person_and_gives_what_was_said() {
    let mut game = Game::of(vec![approval(question()), needing(free("film"), &[0])], None);
    assert_eq!((game.last.rest, game.word(0)), (Some(Rest::Person), "waiting"));
    game.answer("1", "elsewhere", &json!(true));
    assert_eq!(game.last.refused[0].1, "`elsewhere` waits for no answer");
    game.answer("2", "look", &json!(true));
    assert_eq!(game.output(0)["answer"], json!(true));
    assert_eq!(game.output(0)["by"], json!("ann"));
    assert!(game.is_open(Game::attempt(1, 1)));
    game.answer("2", "look", &json!(false));
    assert!(game.last.events.is_empty(), "an answer counts once");
}

#[test]
fn a_rejected_approval_fails_its_node() {
    let mut game = Game::of(vec![approval(question()), needing(free("film"), &[0])], None);
    game.answer("1", "look", &json!(false));
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert_eq!(game.state.failures()[0].failure.class, Class::Rejected);
}

#[test]
fn an_answer_is_one_of_the_choices_or_fits_the_schema() {
    let choices = Some(Template::Literal(json!(["red", "blue"])));
    let mut game = Game::of(vec![approval(Approve { choices, ..question() })], None);
    game.answer("1", "look", &json!("green"));
    assert_eq!(game.last.refused[0].1, "choose one of the 2 that are shown");
    game.answer("2", "look", &json!("blue"));
    assert_eq!(game.output(0)["answer"], json!("blue"));

    let empty = Some(Template::Literal(json!([])));
    let game = Game::of(vec![approval(Approve { choices: empty, ..question() })], None);
    assert_eq!(game.last.outcome, Some(Outcome::Failed), "nobody is asked to choose from nothing");

    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
    let schema = Some(Template::Literal(schema));
    let mut game = Game::of(vec![approval(Approve { schema, ..question() })], None);
    game.answer("1", "look", &json!({ "n": "many" }));
    assert_eq!(game.last.refused.len(), 1);
    game.answer("2", "look", &json!({ "n": 3 }));
    assert_eq!(game.output(0)["answer"], json!({ "n": 3 }));
}

#[test]
fn a_question_has_its_time() {
    let timeout = Some(std::time::Duration::from_mins(1));
    let mut game = Game::of(vec![approval(Approve { timeout, ..question() })], None);
    game.wait(59);
    assert_eq!(game.last.outcome, None);
    game.wait(1);
    assert_eq!(game.last.outcome, Some(Outcome::Failed));

    let otherwise = Some(Template::Literal(json!("approve")));
    let mut game = Game::of(vec![approval(Approve { timeout, otherwise, ..question() })], None);
    game.wait(60);
    assert_eq!(game.output(0)["answer"], json!(true));
}

#[test]
fn an_approval_below_its_limit_asks_nobody() {
    let above = Some(Amount::Written(usd("5")));
    let nodes =
        |above| vec![approval(Approve { above, ..question() }), needing(paid("a", "2"), &[0])];
    let game = Game::of(nodes(above.clone()), Some("4"));
    assert!(game.is_open(Game::attempt(1, 1)), "no more than 4 USD can be spent");
    let game = Game::of(nodes(above.clone()), Some("6"));
    assert_eq!(game.word(0), "waiting");
    let game = Game::of(nodes(above), None);
    assert_eq!(game.word(0), "waiting", "nothing bounds it");
}

/// What an approval lets be bought, and a song that nobody is asked about, with 5 USD for all of it.
fn studio() -> Game {
    let nodes = vec![
        approval(question()),
        needing(paid("draft", "3"), &[0]),
        needing(paid("film", "6"), &[1]),
        needing(paid("poster", "1"), &[2]),
        needing(free("lyrics"), &[1]),
        needing(node("whole", Work::Body(BodyIndex(1))), &[2]),
    ];
    let inner = Body::new(
        vec![paid("cut", "2")],
        Gives::Outputs(vec![]),
        Some((BodyIndex(0), NodeIndex(5))),
    );
    let mut plan = plan(nodes, vec![inner]);
    plan.budget = Some(Budget { on_exceed: Some(OnExceed::Ask), ..budget("5") });
    let mut game = Game::new(plan, None);
    game.answer("look", "look", &json!(true));
    game.buys(Game::attempt(1, 1), "3");
    assert_eq!(
        asked(&game),
        "`film` needs 6.00 USD, and 2.00 USD are free: raise the limit to 9.00 USD or more?"
    );
    game
}

/// The only question that waits.
fn asked(game: &Game) -> String {
    let questions: Vec<_> = game.state.questions(&game.plan).collect();
    assert_eq!(questions.len(), 1, "one question at a time");
    questions[0].1.ask.to_string()
}

#[test]
fn whoever_would_spend_more_than_was_approved_asks_again() {
    let mut game = studio();
    game.answer("budget", "film", &json!("12 USD"));
    assert_eq!(
        asked(&game),
        "`film` may cost 6.00 USD, and 2.00 USD are left of what `look` approved. Go on all the same?"
    );
    let (path, beyond) = game.state.questions(&game.plan).next().expect("it is asked");
    assert_eq!((path.as_str(), beyond.up_to), ("film", Some(usd("9"))));
    game.answer("words", "film", &json!("10 USD"));
    assert_eq!(game.last.refused[0].1, "answer `true` or `false`");
    game.answer("beyond", "film", &json!(true));
    game.buys(Game::attempt(2, 1), "6");
    game.buys(Game::attempt(3, 1), "1");
    assert!(game.state.questions(&game.plan).next().is_none(), "it is approved up to 12 USD now");
    game.done(Game::attempt(4, 1));
    let cut = At { scope: ScopeId(1), node: NodeIndex(0) };
    game.buys(AttemptId { at: cut, number: 1 }, "2");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("12")));
}

#[test]
fn what_is_not_approved_again_fails() {
    let mut game = studio();
    game.answer("budget", "film", &json!("12 USD"));
    game.answer("beyond", "film", &json!(false));
    game.done(Game::attempt(4, 1));
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Failed), usd("3")));
    assert_eq!(game.state.failures()[0].failure.message, "ann said no");
}

#[test]
fn what_stands_in_a_body_asks_for_the_approvals_around_it_and_what_depends_on_none_does_not() {
    let inner = Body::new(
        vec![paid("cut", "6")],
        Gives::Outputs(vec![]),
        Some((BodyIndex(0), NodeIndex(1))),
    );
    let nodes = vec![
        approval(question()),
        needing(node("whole", Work::Body(BodyIndex(1))), &[0]),
        paid("song", "7"),
    ];
    let mut plan = plan(nodes, vec![inner]);
    plan.budget = Some(Budget { on_exceed: Some(OnExceed::Ask), ..budget("5") });
    let mut game = Game::new(plan, None);
    game.answer("look", "look", &json!(true));
    game.answer("budget", "song", &json!("20 USD"));
    assert!(game.is_open(Game::attempt(2, 1)), "nobody approved the song");
    assert_eq!(
        asked(&game),
        "`whole/cut` may cost 6.00 USD, and 0.00 USD are left of what `look` approved. Go on all the same?"
    );
    game.answer("beyond", "whole/cut", &json!(true));
    let cut = At { scope: ScopeId(1), node: NodeIndex(0) };
    assert!(game.is_open(AttemptId { at: cut, number: 1 }));
}

#[test]
fn those_that_would_go_beyond_the_same_approval_ask_once() {
    let each = |of| needing(paid(of, "6"), &[0]);
    let nodes = vec![approval(question()), each("film"), each("poster"), each("song")];
    let ask = |answer: &Json| {
        let mut plan = plan(nodes.clone(), vec![]);
        plan.budget = Some(Budget { on_exceed: Some(OnExceed::Ask), ..budget("5") });
        let mut game = Game::new(plan, None);
        game.answer("look", "look", &json!(true));
        game.answer("budget", "film", &json!("20 USD"));
        asked(&game);
        game.answer("beyond", "film", answer);
        game
    };
    let game = ask(&json!(true));
    assert!((1..4).all(|index| game.is_open(Game::attempt(index, 1))), "one answer for all");
    assert_eq!(
        asked(&ask(&json!(false))),
        "`poster` may cost 6.00 USD, and 5.00 USD are left of what `look` approved. Go on all the same?"
    );
}
