//! Topic filters: validation, shared subscriptions, and which topics match.

use super::{SyntaxError, check_text};

/// An MQTT 5 topic filter (4.7), perhaps that of a shared subscription (4.8.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    text: String,
    group: Option<String>,
    /// Where the filter itself begins in `text`.
    start: usize,
}

impl Filter {
    /// Reads `text`, with `$share/GROUP/` in front or not.
    ///
    /// # Errors
    /// What MQTT 5 forbids about it, with its range of `text`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        check_text(text)?;
        let (group, start) = match text.strip_prefix("$share/") {
            None => (None, 0),
            Some(rest) => share(rest, text.len() - rest.len())?,
        };
        check_levels(&text[start..], start)?;
        Ok(Self { text: text.to_owned(), group, start })
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The group of a shared subscription.
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Without `$share/GROUP/`: what topics are matched against.
    pub fn filter(&self) -> &str {
        &self.text[self.start..]
    }

    /// The levels of [`Self::filter`].
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.filter().split('/')
    }

    /// Whether it has `+` or `#`.
    pub fn has_wildcard(&self) -> bool {
        self.levels().any(|level| matches!(level, "+" | "#"))
    }

    /// Whether a message to `topic` comes through. A wildcard in front matches no topic that begins with `$` (4.7.2).
    pub fn matches(&self, topic: &str) -> bool {
        let filter = self.filter();
        if topic.is_empty() || topic.starts_with('$') && filter.starts_with(['+', '#']) {
            return false;
        }
        let mut topic = topic.split('/');
        for level in filter.split('/') {
            // `a/#` matches `a` as well (4.7.1.2).
            if level == "#" {
                return true;
            }
            match topic.next() {
                Some(name) if level == "+" || level == name => {}
                _ => return false,
            }
        }
        topic.next().is_none()
    }
}

/// Group and start of the filter behind `$share/`, which ends at `at`.
fn share(rest: &str, at: usize) -> Result<(Option<String>, usize), SyntaxError> {
    let Some((group, filter)) = rest.split_once('/') else {
        return Err(SyntaxError::new("expected `$share/GROUP/FILTER`, the filter is missing", at..at + rest.len()));
    };
    let range = at..at + group.len();
    if group.is_empty() {
        return Err(SyntaxError::new("the group of a shared subscription has at least one character", range));
    }
    if group.contains(['+', '#']) {
        return Err(SyntaxError::new("the group of a shared subscription has no wildcard", range));
    }
    let start = range.end + 1;
    if filter.is_empty() {
        return Err(SyntaxError::new("expected a filter behind `$share/GROUP/`", start..start));
    }
    Ok((Some(group.to_owned()), start))
}

/// Wildcards stand alone in their level, `#` only in the last (4.7.1).
fn check_levels(filter: &str, start: usize) -> Result<(), SyntaxError> {
    let mut at = start;
    let end = start + filter.len();
    for level in filter.split('/') {
        let range = at..at + level.len();
        if level.len() > 1
            && let Some(wildcard) = level.find(['+', '#'])
        {
            let message = format!("`{}` has to be a whole level, found `{level}`", &level[wildcard..=wildcard]);
            return Err(SyntaxError::new(message, range));
        }
        if level == "#" && range.end != end {
            return Err(SyntaxError::new("`#` has to be the last level", range));
        }
        at = range.end + 1;
    }
    Ok(())
}
