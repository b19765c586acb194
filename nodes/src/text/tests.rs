//! Narrations of the documents that people bring: a README, a news page, a story, a few words.

use std::fmt::Write;

use super::*;

const README: &str = include_str!("tests/readme.md");
const NEWS: &str = include_str!("tests/news.md");
const STORY: &str = include_str!("tests/story.txt");

fn script(text: &str, seconds: f64) -> Output {
    narrate(Input { text: Some(text.to_owned()), seconds, hosts: 1, ..Input::default() }).unwrap()
}

fn shown(output: &Output) -> String {
    let mut text = format!("{} ({} s)\n{}\n", output.title, output.seconds, output.summary);
    for scene in &output.scenes {
        let kicker = scene.kicker.as_deref().unwrap_or("-");
        let Scene { scene_id, title, narration_text, video_prompt, duration, .. } = scene;
        writeln!(text, "\n{scene_id} {kicker} | {title} | {duration} s").unwrap();
        writeln!(text, "{narration_text}\n[{video_prompt}]").unwrap();
    }
    text
}

/// Words only, without what stands in brackets, so that a sentence can be looked for.
fn bare(text: &str) -> String {
    let mut depth = 0_i32;
    let outside: String = text
        .chars()
        .filter(|c| {
            let was = depth;
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                _ => {}
            }
            was == 0 && depth == 0
        })
        .collect();
    let outside =
        outside.replace("e.g.", "for example").replace('&', "and").replace("etc.", "and so on");
    let words = outside.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_stands_below_an_aside_or_a_version_is_not_said() {
    let text = "# Bees\n\nBees live in colonies of many thousands. They dance to tell where flowers are.\n\n\
                ## Citations\n\nSmith wrote a book about bees in 1987.\n\n### Web\n\nA page on bees was archived in May.\n\n\
                ## 0.2.3\n\nFixed the number of legs of every drawn bee.\n\n## 1984\n\nThe mite came to the island in spring.\n";
    let narration: String =
        script(text, 60.0).scenes.iter().map(|scene| scene.narration_text.clone()).collect();
    for said in ["dance", "mite"] {
        assert!(narration.contains(said), "{narration}");
    }
    for unsaid in ["Smith", "archived", "legs"] {
        assert!(!narration.contains(unsaid), "{narration}");
    }
}

#[test]
fn every_sentence_is_the_documents_own() {
    for (text, seconds) in
        [(README, 60.0), (README, 20.0), (NEWS, 60.0), (NEWS, 200.0), (STORY, 60.0), (STORY, 90.0)]
    {
        let source = bare(text);
        for scene in script(text, seconds).scenes {
            for sentence in sentences::split(&scene.narration_text) {
                let found = source.contains(&bare(sentence)) || script::is_added(sentence);
                assert!(found, "`{sentence}` is not in the text");
                assert!(ear::word_count(sentence) <= ear::LONGEST + 14, "`{sentence}` is too long");
                assert!(sentence.ends_with(['.', '!', '?', '”', '"']), "`{sentence}` has no end");
                assert_eq!(sentence.matches('"').count() % 2, 0, "`{sentence}` has a lone quote");
            }
        }
    }
}

#[test]
fn a_narration_takes_about_the_time_it_was_given() {
    for text in [README, NEWS, STORY] {
        for seconds in [30.0, 45.0, 60.0] {
            let output = script(text, seconds);
            let off = (output.seconds - seconds).abs() / seconds;
            assert!(off < 0.2, "{seconds} s became {} s", output.seconds);
            assert!(output.scenes.len() >= 3);
        }
    }
}

#[test]
fn the_same_text_gives_the_same_script() {
    assert_eq!(shown(&script(NEWS, 60.0)), shown(&script(NEWS, 60.0)));
}

#[test]
fn a_readme_becomes_a_film() {
    insta::assert_snapshot!(shown(&script(README, 60.0)), @r"
        Tidewatch (60.8 s)
        Tidewatch is a small server that predicts tides for any harbour in the world. Each harbour has up to 37 harmonic constants, which were measured over years by tide gauges.

        s01 - | Tidewatch | 14.4 s
        Tidewatch is a small server that predicts tides for any harbour in the world. It needs no network connection once its tables are on disk, and it answers a query in less than two milliseconds.
        [network connection, small, tides. Tidewatch is a small server that predicts tides for any harbour in the world.]

        s02 Tidewatch | Why | 12.1 s
        Most tide services are web pages full of advertisements, and none of them works at sea. Explains each prediction: which harmonic constants were used, and how old they are.
        [web pages full, tide services, advertisements. Most tide services are web pages full of advertisements, and none of them works at sea.]

        s03 Tidewatch | Usage | 8.6 s
        Look closer. The page shows the next seven days as a curve with high and low water marked by hour.
        [low water, curve, page. The page shows the next seven days as a curve with high and low water marked by hour.]

        s04 Tidewatch | How it works | 16.3 s
        Each harbour has up to 37 harmonic constants, which were measured over years by tide gauges. The method is more than a century old: mechanical computers with brass wheels did the same for the landings of the Second World War.
        [World War, harmonic constants, mechanical computers. Each harbour has up to 37 harmonic constants, which were measured over years by tide gauges.]

        s05 Tidewatch | Accuracy | 9.4 s
        One last point. In a test against 120 gauges the median error was 4 centimetres in height and 3 minutes in time.
        [median error, gauges, centimetres. In a test against 120 gauges the median error was 4 centimetres in height and 3 minutes in time.]
        ");
}

#[test]
fn news_become_a_film() {
    insta::assert_snapshot!(shown(&script(NEWS, 60.0)), @r"
        City council votes to rebuild the old ferry line (59.7 s)
        The city council voted 9 to 4 on Tuesday evening to rebuild the ferry line that linked both banks of the river until 1974. According to a study by the technical university, the ferry could take over every tenth trip, which would shorten the ride for everyone else by four minutes.

        s01 - | City council votes to rebuild the old ferry line | 9.9 s
        The city council voted 9 to 4 on Tuesday evening to rebuild the ferry line that linked both banks of the river until 1974.
        [city council, Tuesday, ferry. The city council voted 9 to 4 on Tuesday evening to rebuild the ferry line that linked both banks of the river until 1974.]

        s02 2 / 5 | Referendum | 10.5 s
        The first boat is to sail in the spring of 2028. Opponents had asked for a referendum, which the council rejected by the same majority.
        [referendum, council, majority. The first boat is to sail in the spring of 2028.]

        s03 3 / 5 | Crowded bridges | 17 s
        That is not all. According to a study by the technical university, the ferry could take over every tenth trip, which would shorten the ride for everyone else by four minutes. The council has therefore ordered two boats instead of one.
        [technical university, tenth trip, study. According to a study by the technical university, the ferry could take over every tenth trip, which would shorten the ride for everyone else by four minutes.]

        s04 4 / 5 | Electric boats | 12.9 s
        Both boats will be electric. The shipyard in Harlow, which won the contract, built similar boats for three towns in Norway; these have run for six years without a major failure.
        [similar boats, major failure, boats. Both boats will be electric.]

        s05 5 / 5 | What comes next | 9.4 s
        One last point. A name for the boats has not been found yet: the council has asked the town's schools for ideas.
        [town's schools, boats, council. A name for the boats has not been found yet: the council has asked the town's schools for ideas.]
        ");
}

#[test]
fn a_story_becomes_a_film() {
    insta::assert_snapshot!(shown(&script(STORY, 60.0)), @r#"
        The Lamp Keeper (58.5 s)
        There was once a keeper who lived alone in the lighthouse on the northern rock. Every evening he climbed the two hundred and twelve steps with a can of oil, and every morning he climbed down again to sleep.

        s01 - | The Lamp Keeper | 15.9 s
        There was once a keeper who lived alone in the lighthouse on the northern rock. Every evening he climbed the two hundred and twelve steps with a can of oil, and every morning he climbed down again to sleep.
        [northern rock, keeper, alone. There was once a keeper who lived alone in the lighthouse on the northern rock.]

        s02 The Lamp Keeper | Waves | 12.1 s
        Ships passed far out at sea. The waves struck the rock so hard that the cups jumped on their shelf, and at midnight the glass of the lamp broke.
        [waves, shelf, midnight. Ships passed far out at sea.]

        s03 The Lamp Keeper | Light | 8.6 s
        Somewhere out there a ship was looking for his light! The keeper ran down all two hundred and twelve steps.
        [light, keeper, steps. Somewhere out there a ship was looking for his light!]

        s04 The Lamp Keeper | Marigold | 14.3 s
        Three weeks later a boat came to the rock, the first one in seven years. A woman climbed out with a parcel under her arm. "I am the captain of the Marigold," she said.
        [Marigold, weeks, years. Three weeks later a boat came to the rock, the first one in seven years.]

        s05 The Lamp Keeper | Keeper | 7.6 s
        From that day on the Marigold rang her bell whenever she passed, and the keeper always rang back.
        [Marigold, keeper, bell. From that day on the Marigold rang her bell whenever she passed, and the keeper always rang back.]
        "#);
}

#[test]
fn one_sentence_is_enough_for_a_film() {
    insta::assert_snapshot!(shown(&script("The old ferry crosses the river twice a day.", 60.0)), @r"
        Old ferry (8.4 s)
        The old ferry crosses the river twice a day.

        s01 - | Old ferry | 2.5 s
        Here is a short film.
        [Old ferry.]

        s02 Old ferry | River | 4.1 s
        The old ferry crosses the river twice a day.
        [old ferry, river, day. The old ferry crosses the river twice a day.]

        s03 3 / 3 | Old ferry | 1.8 s
        That is all.
        [Old ferry.]
        ");
}

#[test]
fn two_hosts_take_turns() {
    let input = Input { text: Some(NEWS.to_owned()), seconds: 60.0, hosts: 2, ..Input::default() };
    let hosts: Vec<u8> = narrate(input).unwrap().scenes.iter().map(|scene| scene.host).collect();
    assert_eq!(hosts[..4], [1, 2, 1, 2]);
}

#[test]
fn what_document_read_gives_goes_in_as_it_is() {
    let read = crate::document::read(NEWS.as_bytes(), Some("news.md")).unwrap();
    let json = serde_json::json!({ "document": read, "seconds": 60 });
    let from_document = narrate(serde_json::from_value(json).unwrap()).unwrap();
    let from_text = script(&read.text, 60.0);
    assert_eq!(shown(&from_document), shown(&from_text));
}

#[test]
fn nothing_to_say_is_said() {
    let nothing = narrate(Input { seconds: 60.0, hosts: 1, ..Input::default() }).unwrap_err();
    assert!(nothing.message.contains("nothing to narrate"));
    let code = Input {
        text: Some("```\nlet x;\n```".into()),
        seconds: 60.0,
        hosts: 1,
        ..Input::default()
    };
    assert!(narrate(code).unwrap_err().message.contains("no sentence"));
}

#[test]
fn a_whole_book_is_no_trouble() {
    let book = STORY.repeat(400);
    let output = script(&book, 120.0);
    assert!((100.0..140.0).contains(&output.seconds), "{}", output.seconds);
}
