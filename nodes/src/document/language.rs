//! Which language is a text written in?
//!
//! Counted by the commonest words of seven languages: enough to choose a voice, and no more than that.

use unicode_segmentation::UnicodeSegmentation;

const COMMON: [(&str, &str); 7] = [
    (
        "en",
        "the of and to in is that it was for with as his on be at by had not are but from or have this which you they",
    ),
    (
        "de",
        "der die und das den von zu mit sich des auf ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach",
    ),
    (
        "fr",
        "de la le et les des en un du une est que dans qui par pour au il sur pas plus ne avec sont ce se son cette mais",
    ),
    (
        "es",
        "de la que el en y los del se las por un para con no una su al lo como más pero sus le ya este sí porque esta",
    ),
    (
        "it",
        "di che e la il un a per in una mi sono ho non ma lo ha le si con i da se come io questo gli nel della dei",
    ),
    (
        "pt",
        "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à",
    ),
    (
        "nl",
        "de het een van en in is dat op te zijn met voor niet aan er om dan maar ook als bij uit naar zo hij wordt door deze",
    ),
];

/// How many words decide.
const SAMPLE: usize = 1000;

/// The language of `text` as a two-letter code, if its commonest words tell.
pub(crate) fn of(text: &str) -> Option<&'static str> {
    let words: Vec<String> = text.unicode_words().take(SAMPLE).map(str::to_lowercase).collect();
    let hits = |list: &str| {
        let list: Vec<&str> = list.split(' ').collect();
        words.iter().filter(|word| list.contains(&word.as_str())).count()
    };
    let (count, code) = COMMON
        .iter()
        .rev()
        .map(|(code, list)| (hits(list), *code))
        .max_by_key(|(count, _)| *count)?;
    (count * 12 >= words.len() && count > 0).then_some(code)
}

/// The commonest words of `language`, parted by spaces; empty for an unknown one.
pub(crate) fn common_words(language: &str) -> &'static str {
    COMMON.iter().find(|(code, _)| *code == language).map_or("", |(_, list)| list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_tell_the_language() {
        assert_eq!(of("The wind had fallen, and it was dark in the wood."), Some("en"));
        assert_eq!(of("Der Wind hatte sich gelegt, und es war dunkel im Wald."), Some("de"));
        assert_eq!(of("Le vent était tombé et il faisait nuit dans la forêt."), Some("fr"));
        assert_eq!(of("El viento se había calmado y estaba oscuro en el bosque."), Some("es"));
        assert_eq!(of("風がやんだ。森は暗かった。"), None);
        assert_eq!(of(""), None);
    }
}
