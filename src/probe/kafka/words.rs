//! Texts of servers and lists, for messages of one line.

/// The most characters of a name that are shown.
const LONGEST: usize = 120;
/// The most elements of a list that are shown.
const MOST: usize = 6;

/// A text that a server chose, harmless and of bounded length.
pub fn shown(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(LONGEST).flat_map(char::escape_debug).collect();
    if chars.next().is_some() { format!("{start}…") } else { start }
}

/// A name in backticks.
pub fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

/// Names in backticks: all of a few, the first of many.
pub fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| quoted(name.as_ref())).collect();
    listed(&all)
}

/// Numbers: all of a few, the first of many.
pub fn numbers(numbers: impl IntoIterator<Item = i32>) -> String {
    let all: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
    listed(&all)
}

fn listed(all: &[String]) -> String {
    let (first, rest) = all.split_at(all.len().min(MOST));
    if !rest.is_empty() {
        return format!("{} and {} more", first.join(", "), rest.len());
    }
    match first {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// `1 topic`, `2 topics`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_bounded_and_escaped() {
        assert_eq!(list(["a", "b\n"]), "`a` and `b\\n`");
        assert_eq!(list::<&str>([]), "none");
        assert_eq!(numbers(0..8), "0, 1, 2, 3, 4, 5 and 2 more");
        assert!(shown(&"x".repeat(500)).len() < 130);
        assert_eq!((count(1, "topic"), count(0, "topic")), ("1 topic".to_owned(), "0 topics".to_owned()));
    }
}
