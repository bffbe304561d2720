//! Text in lines of a width. Widths are estimated upwards, which is enough for wrapping; underlines are placed by the
//! excerpt's renderer, which measures exactly.

/// Columns that `c` takes at most; a tab counts as a full stop of four.
pub(super) const fn columns(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{0}'..='\u{10ff}' | '\u{1160}'..='\u{2e7f}' => 1,
        _ => 2,
    }
}

/// Columns that `text` takes at most.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Breaks `text` at its line ends and at spaces, so that the first line has at most `first` columns and every other
/// `rest`. A word that is longer stays whole: paths and URLs are copied.
pub(super) fn lines(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ') {
            let room = if lines.is_empty() { first } else { rest };
            let needs = width(word);
            if used > 0 && used + 1 + needs > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if used > 0 || !line.is_empty() {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += needs;
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_spaces_and_line_ends() {
        assert_eq!(lines("one two three", 7, 20), ["one two", "three"]);
        assert_eq!(lines("one\ntwo", 80, 80), ["one", "two"]);
        assert_eq!(lines("", 80, 80), [""]);
    }

    #[test]
    fn keeps_long_words_whole_and_counts_wide_characters_twice() {
        assert_eq!(lines("a https://example.invalid/x b", 5, 5), ["a", "https://example.invalid/x", "b"]);
        assert_eq!(lines("端点 端点", 8, 8), ["端点", "端点"]);
    }
}
