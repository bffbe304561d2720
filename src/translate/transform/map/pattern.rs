//! Paths with `*`: which fields they fit, and what `*` stands for.

use serde_json::Value as Json;

/// What `*` stands for: one or several names.
pub type Capture<'m> = [&'m str];

/// The names around `*`, or a whole path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The names before `*`, or all.
    pub before: Vec<String>,
    /// The names behind `*`, if there is one.
    pub behind: Option<Vec<String>>,
}

impl Pattern {
    /// The path with `capture` in the place of `*`.
    pub fn fill<'p>(&'p self, capture: &[&'p str]) -> Vec<&'p str> {
        let mut path: Vec<&str> = self.before.iter().map(String::as_str).collect();
        if let Some(behind) = &self.behind {
            path.extend(capture);
            path.extend(behind.iter().map(String::as_str));
        }
        path
    }

    /// What `*` stands for if this fits `path`; nothing where there is no `*`.
    pub fn fit<'c, 'm>(&self, path: &'c [&'m str]) -> Option<&'c Capture<'m>> {
        let equal = |names: &[String], part: &[&str]| names.iter().map(String::as_str).eq(part.iter().copied());
        let Some(behind) = &self.behind else { return equal(&self.before, path).then_some(&[]) };
        let end = path.len().checked_sub(behind.len())?;
        let capture = path.get(self.before.len()..end).filter(|capture| !capture.is_empty())?;
        let fits = equal(&self.before, path.get(..self.before.len())?) && equal(behind, path.get(end..)?);
        fits.then_some(capture)
    }

    /// The value at the path with `capture` in the place of `*`.
    pub fn find<'m>(&self, root: &'m Json, capture: &[&str]) -> Option<&'m Json> {
        let around = |json: &'m Json, names: &[String]| super::json::at(json, names);
        let mut json = around(root, &self.before)?;
        if let Some(behind) = &self.behind {
            json = capture.iter().try_fold(json, |json, name| json.as_object()?.get(*name))?;
            json = around(json, behind)?;
        }
        Some(json)
    }

    /// Every field that this fits, in the order of the JSON. At the end of a path `*` stands for leaves: arrays,
    /// primitives and empty objects.
    pub fn each<'m, E>(
        &self,
        root: &'m Json,
        found: &mut dyn FnMut(&Capture<'m>, &'m Json) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(behind) = &self.behind else { return Ok(()) };
        match super::json::at(root, &self.before) {
            Some(base) => walk(base, behind, &mut Vec::new(), found),
            None => Ok(()),
        }
    }
}

fn walk<'m, E>(
    json: &'m Json,
    behind: &[String],
    capture: &mut Vec<&'m str>,
    found: &mut dyn FnMut(&Capture<'m>, &'m Json) -> Result<(), E>,
) -> Result<(), E> {
    for (name, value) in json.as_object().into_iter().flatten() {
        capture.push(name);
        let inner = value.as_object().is_some_and(|object| !object.is_empty());
        match super::json::at(value, behind) {
            Some(_) if behind.is_empty() && inner => {}
            Some(field) => found(capture, field)?,
            None => {}
        }
        if inner {
            walk(value, behind, capture, found)?;
        }
        capture.pop();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::path::Path;
    use proptest::prelude::*;
    use serde_json::json;

    fn pattern(text: &str) -> Pattern {
        let path = Path::parse(text).unwrap();
        let (before, behind) = path.around();
        Pattern { before, behind: path.wildcard().map(|_| behind) }
    }

    fn captures(text: &str, root: &Json) -> Vec<String> {
        let mut all = Vec::new();
        let done: Result<(), ()> = pattern(text).each(root, &mut |capture, value| {
            all.push(format!("{}={value}", capture.join(".")));
            Ok(())
        });
        done.unwrap();
        all
    }

    #[test]
    fn a_wildcard_stands_for_one_or_several_segments() {
        let root = json!({"a": {"b": {"x": 1}, "x": 2}, "x": 3, "e": {}, "l": [{"x": 4}]});
        assert_eq!(captures("*", &root), ["a.b.x=1", "a.x=2", "x=3", "e={}", "l=[{\"x\":4}]"]);
        assert_eq!(captures("a.*", &root), ["b.x=1", "x=2"]);
        assert_eq!(captures("*.x", &root), ["a=2", "a.b=1"]);
        assert_eq!(captures("a.*.x", &root), ["b=1"]);
        assert_eq!(captures("none.*", &root), [] as [String; 0]);
        assert_eq!(captures("*", &json!([1])), [] as [String; 0]);
    }

    #[test]
    fn fitting_is_filling_the_other_way() {
        for (text, path, capture) in [
            ("*", vec!["a", "b"], Some(vec!["a", "b"])),
            ("a.*", vec!["a", "b"], Some(vec!["b"])),
            ("a.*", vec!["a"], None),
            ("*.b", vec!["a", "c", "b"], Some(vec!["a", "c"])),
            ("a.*.a", vec!["a", "a"], None),
            ("a.b", vec!["a", "b"], Some(vec![])),
            ("a.b", vec!["a"], None),
        ] {
            assert_eq!(pattern(text).fit(&path).map(<[_]>::to_vec), capture, "{text} {path:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_filled_fits(before in prop::collection::vec("[ab]", 0..3), capture in prop::collection::vec("[ab]", 1..4), behind in prop::collection::vec("[ab]", 0..3)) {
            let pattern = Pattern { before, behind: Some(behind) };
            let capture: Vec<&str> = capture.iter().map(String::as_str).collect();
            let path = pattern.fill(&capture);
            prop_assert_eq!(pattern.fit(&path), Some(capture.as_slice()));
        }
    }
}
