//! The files in which gcloud keeps its configurations: sections with `name = value`. Must not know what they mean.

use std::collections::BTreeMap;

/// Settings of a section, by name.
pub(crate) type Section = BTreeMap<String, String>;

/// The sections of a file. Lines that are neither are left out, as gcloud's own parser has no use for them either.
pub(crate) fn sections(text: &str) -> BTreeMap<String, Section> {
    let mut all: BTreeMap<String, Section> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = Some(name.trim().to_owned());
        } else if let (Some(section), Some((name, value))) = (&current, line.split_once(['=', ':'])) {
            let section = all.entry(section.clone()).or_default();
            section.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_settings_are_read_and_the_rest_is_left_out() {
        let read = sections(
            "x = lost\n[core]\n# note\naccount = me@x.org\nproject=tea\n[run]\nregion = a\nnonsense\n",
        );
        assert_eq!(read["core"]["account"], "me@x.org");
        assert_eq!(read["core"]["project"], "tea");
        assert_eq!(read["run"].len(), 1);
        assert_eq!(read.len(), 2);
    }
}
