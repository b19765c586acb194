//! Where does a reference lead, seen from where it stands?
//!
//! RFC 3986, section 5.2, as far as schemas need it.

/// The address that `reference` means in a document whose address is `base`; its fragment is kept.
pub(super) fn joined(base: &str, reference: &str) -> String {
    if has_scheme(reference) {
        return reference.to_owned();
    }
    let base = base.split('#').next().unwrap_or_default();
    if reference.is_empty() || reference.starts_with('#') {
        return format!("{base}{reference}");
    }
    let (head, path) = parted(base);
    if let Some(rest) = reference.strip_prefix("//") {
        let scheme = head.split_inclusive(':').next().unwrap_or_default();
        return format!("{scheme}//{rest}");
    }
    let (own, tail) = match reference.find(['?', '#']) {
        Some(end) => reference.split_at(end),
        None => (reference, ""),
    };
    let whole = match own {
        "" => path.split('?').next().unwrap_or_default().to_owned(),
        own if own.starts_with('/') => own.to_owned(),
        own => {
            let path = path.split('?').next().unwrap_or_default();
            let folder = path.rfind('/').map_or("", |end| &path[..=end]);
            let slash = if folder.is_empty() && head.contains("//") { "/" } else { "" };
            format!("{slash}{folder}{own}")
        }
    };
    format!("{head}{}{tail}", without_dots(&whole))
}

fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && scheme.chars().all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign))
    })
}

/// Scheme and host; and the path.
fn parted(address: &str) -> (&str, &str) {
    let scheme = if has_scheme(address) { address.find(':').map_or(0, |end| end + 1) } else { 0 };
    let path = match address[scheme..].strip_prefix("//") {
        Some(rest) => rest.find('/').map_or(address.len(), |end| scheme + 2 + end),
        None => scheme,
    };
    address.split_at(path)
}

fn without_dots(path: &str) -> String {
    if !path.contains("./") && !path.ends_with('.') {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let steps: Vec<&str> = path.split('/').collect();
    for (index, step) in steps.iter().enumerate() {
        let is_last = index + 1 == steps.len();
        match *step {
            "." if is_last => kept.push(""),
            "." => {}
            ".." => {
                if kept.len() > 1 || kept.first().is_some_and(|first| !first.is_empty()) {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            step => kept.push(step),
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_from_where_it_stands() {
        let base = "http://example.org/a/b.json";
        assert_eq!(joined(base, "c.json#/x"), "http://example.org/a/c.json#/x");
        assert_eq!(joined(base, "#x"), "http://example.org/a/b.json#x");
        assert_eq!(joined(base, "/c"), "http://example.org/c");
        assert_eq!(joined(base, "../c"), "http://example.org/c");
        assert_eq!(joined(base, "./c/./d"), "http://example.org/a/c/d");
        assert_eq!(joined(base, "//other.org/c"), "http://other.org/c");
        assert_eq!(joined(base, "urn:x:y"), "urn:x:y");
        assert_eq!(joined("http://example.org", "c"), "http://example.org/c");
        assert_eq!(joined("urn:x:y", "#z"), "urn:x:y#z");
        assert_eq!(joined("", "c.json"), "c.json");
        assert_eq!(joined("", "#/x"), "#/x");
        assert_eq!(joined("../../", "../..#"), "#");
    }
}
