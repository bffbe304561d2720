//! Which rules are on: `--select` and `--ignore`, by id or by family.

use crate::diag::Entry;

/// A name that is neither a rule nor a family.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{name}` is no rule and no family{}", suggestion.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
pub struct SelectorError {
    /// What was written.
    pub name: String,
    /// The nearest name there is.
    pub suggestion: Option<&'static str>,
}

/// The rules that are on.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    select: Vec<String>,
    ignore: Vec<String>,
}

impl Selection {
    /// Only `select` (all rules where it is empty) without `ignore`; both hold ids, families, or `all`.
    ///
    /// # Errors
    /// Where a name is neither a rule nor a family.
    pub fn new(select: &[String], ignore: &[String]) -> Result<Self, SelectorError> {
        for name in select.iter().chain(ignore) {
            if !is_known(name) {
                return Err(SelectorError { name: name.clone(), suggestion: nearest(name) });
            }
        }
        Ok(Self { select: select.to_vec(), ignore: ignore.to_vec() })
    }

    /// Whether findings of `entry` count.
    pub fn admits(&self, entry: &Entry) -> bool {
        let named = |names: &[String]| {
            names.iter().any(|name| name == entry.id || name == entry.family.as_str() || name == "all")
        };
        // An id that is named outweighs a family that is ignored.
        if self.select.iter().any(|name| name == entry.id) {
            return !self.ignore.iter().any(|name| name == entry.id);
        }
        (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    super::catalogue().flat_map(|entry| [entry.id, entry.family.as_str()]).chain(["all"])
}

fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The name that `written` most likely stands for.
pub(super) fn nearest(written: &str) -> Option<&'static str> {
    names()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, name)| *distance * 3 <= name.len())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::findings::{DUPLICATE_KEY, SYNTAX};

    fn selection(select: &[&str], ignore: &[&str]) -> Selection {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Selection::new(&owned(select), &owned(ignore)).unwrap()
    }

    #[test]
    fn ids_and_families_are_understood() {
        assert!(selection(&[], &[]).admits(&SYNTAX));
        assert!(!selection(&[], &["yaml-syntax"]).admits(&SYNTAX));
        assert!(!selection(&[], &["reading"]).admits(&SYNTAX));
        assert!(selection(&["yaml-syntax"], &["reading"]).admits(&SYNTAX));
        assert!(!selection(&["yaml-syntax"], &[]).admits(&DUPLICATE_KEY));
        assert!(selection(&["reading"], &[]).admits(&DUPLICATE_KEY));
    }

    #[test]
    fn a_slip_is_named() {
        let error = Selection::new(&["yaml-sintax".to_owned()], &[]).unwrap_err();
        assert_eq!(error.to_string(), "`yaml-sintax` is no rule and no family, did you mean `yaml-syntax`?");
    }
}
