//! Which words of a web page are its article?
//!
//! Found as browsers' reader views find it; menus, notices and advertisements are gone. A page without an article
//! falls back to all its text.

use dom_smoothie::{Article, Config, ParsePolicy, Readability, TextMode};
use flow_engine::kind::Failure;

use super::content::{Block, Content, one_line};
use super::markdown;

/// Pages with more elements are data, not articles.
const MOST_ELEMENTS: usize = 200_000;
/// Fewer words than this are what is left of a page that a script fills.
const FEWEST_WORDS: usize = 5;

/// The words of a page's article.
pub(super) fn read(html: &str) -> Result<Content, Failure> {
    let config = || Config {
        text_mode: TextMode::Markdown,
        max_elements_to_parse: MOST_ELEMENTS,
        char_threshold: 250,
        ..Config::default()
    };
    let fault = |error: dom_smoothie::ReadabilityError| {
        Failure::input(format!("the page cannot be read: {error}"))
            .help("save the article as text, Markdown or PDF and give that file")
    };
    let mut page = Readability::new(html, None, Some(config())).map_err(fault)?;
    let article = page.parse().ok().map(|article| content(article, html));
    if let Some(content) = article.filter(|content| content.words() >= FEWEST_WORDS) {
        return Ok(content);
    }
    // Nothing looked like an article: the whole page, as it stands.
    let mut page = Readability::new(html, None, Some(config())).map_err(fault)?;
    let whole = page.parse_with_policy(ParsePolicy::Raw).ok().map(|whole| content(whole, html));
    match whole.filter(|content| content.words() >= FEWEST_WORDS) {
        Some(content) => Ok(content),
        None => {
            Err(Failure::input("the page has no text of its own: a script fills it in a browser")
                .help("open it in a browser, save the article as text or PDF, and give that file"))
        }
    }
}

fn content(article: Article, html: &str) -> Content {
    let mut content = markdown::read(&article.text_content);
    let title = one_line(&article.title);
    let title = own_title(&title, html).to_owned();
    if !title.is_empty()
        && let Some(heading) = content.title.replace(title)
    {
        // The page's own first heading is text, unless it repeats the title.
        restore(&mut content, heading);
    }
    content.language = article.lang.or(content.language);
    content
}

/// `title` without the name of the site, if what is left is a heading of the page.
fn own_title<'a>(title: &'a str, html: &str) -> &'a str {
    let separators = [" - ", " | ", " – ", " — ", " · ", " :: "];
    let mut heads =
        separators.iter().filter_map(|mark| title.rsplit_once(mark)).map(|(head, _)| head);
    let html = html.to_lowercase();
    heads.find(|head| html.contains(&format!(">{}<", head.to_lowercase()))).unwrap_or(title)
}

/// Puts `heading`, which was taken for the title, back in front of its section.
fn restore(content: &mut Content, heading: String) {
    let title = content.title.clone().unwrap_or_default();
    if title.contains(&heading) || heading.contains(&title) {
        return;
    }
    let language = content.language.take();
    let mut blocks = vec![Block::Heading { level: 1, text: title }];
    blocks.push(Block::Heading { level: 2, text: heading });
    for section in std::mem::take(&mut content.sections) {
        if let Some(text) = section.heading {
            blocks.push(Block::Heading { level: section.level, text });
        }
        blocks.extend(section.paragraphs.into_iter().map(Block::Paragraph));
    }
    *content = Content { language, ..Content::of_blocks(blocks) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_read_without_what_surrounds_it() {
        let paragraph = "The harbour froze for the first time in sixty years, and the ferries stayed at their piers while crews broke the ice by hand. ";
        let html = format!(
            "<!doctype html><html lang=en><head><title>Harbour freezes over - The Daily</title>\
             <meta property=og:title content='Harbour freezes over'></head><body>\
             <nav><a href=/>Home</a><a href=/news>News</a></nav><div class=cookie-banner>We use cookies.</div>\
             <article><h1>Harbour freezes over</h1><p>{paragraph}{paragraph}</p><h2>What comes next</h2><p>{paragraph}Prices &amp; times \
             follow, <a href=/x>as said</a>.</p><pre><code>let x = 1;</code></pre><ul><li>Boats wait.</li></ul></article>\
             <aside>Subscribe now!</aside><footer>Copyright</footer><script>var a = 1;</script></body></html>"
        );
        let content = read(&html).unwrap();
        assert_eq!(content.language.as_deref(), Some("en"));
        insta::assert_snapshot!(content.to_markdown(), @r"
        # Harbour freezes over

        The harbour froze for the first time in sixty years, and the ferries stayed at their piers while crews broke the ice by hand. The harbour froze for the first time in sixty years, and the ferries stayed at their piers while crews broke the ice by hand.

        ## What comes next

        The harbour froze for the first time in sixty years, and the ferries stayed at their piers while crews broke the ice by hand. Prices & times follow, as said.

        - Boats wait.
        ");
    }

    #[test]
    fn the_name_of_the_site_is_no_part_of_the_title() {
        let page = "<title>A. | B. - Site</title><h1><a href='#a'>A. | B.</a></h1>";
        assert_eq!(own_title("A. | B. - Site", page), "A. | B.");
        assert_eq!(own_title("What is ice? - Site", "<h2>What Is Ice?</h2>"), "What is ice?");
        assert_eq!(
            own_title("Before - After", "<title>Before - After</title><h1>Ice</h1>"),
            "Before - After"
        );
    }

    #[test]
    fn a_page_without_an_article_gives_what_text_it_has() {
        let content = read("<p>Open daily from nine to five, ring twice.</p>").unwrap();
        assert_eq!(content.sections[0].paragraphs, ["Open daily from nine to five, ring twice."]);
    }

    #[test]
    fn a_page_that_a_script_fills_is_refused() {
        let failure = read("<html><body><div id=app></div><script>start()</script></body></html>")
            .unwrap_err();
        assert!(failure.message.contains("no text"), "{failure}");
    }
}
