//! Where the comments of a document stand: what begins with `#` between its scalars.
//!
//! The parser could report them, at the price of a fifth of its time for every text; only a text that may hold a comment
//! for us is looked through.

use super::tree::{Document, Node, Value};
use crate::diag::Span;

/// A comment with its `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'t> {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// The text behind the `#`.
    pub text: &'t str,
}

impl Document<'_> {
    /// The comments of the document, those before its first and behind its last node too, in the order of `text`, which
    /// is that of its file.
    pub fn comments<'x>(&self, text: &'x str) -> Vec<Comment<'x>> {
        let mut scalars = Vec::new();
        collect(&self.root, text, &mut scalars);
        // Aliases and merges bring nodes from elsewhere in the document.
        scalars.sort_unstable();
        let mut comments = Vec::new();
        let mut at = self.region.start as usize;
        for scalar in scalars {
            if (scalar.start as usize) > at {
                between(text, at, scalar.start as usize, &mut comments);
            }
            at = at.max(scalar.end as usize);
        }
        between(text, at, self.region.end as usize, &mut comments);
        comments
    }
}

/// The ranges of all keys and scalars: a `#` in them is text. Of a block scalar the header line is left out.
fn collect(node: &Node<'_>, text: &str, out: &mut Vec<Span>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                out.push(entry.key_span);
                collect(&entry.value, text, out);
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| collect(item, text, out)),
        Value::Template => out.push(node.span),
        Value::Scalar(scalar) => {
            let source = &text[node.span.range()];
            let header = if !scalar.plain && source.starts_with(['|', '>']) { source.find('\n') } else { None };
            out.push(Span::new(node.span.start as usize + header.unwrap_or(0), node.span.end as usize));
        }
    }
}

/// The comments from `start` to `end`, where no scalar stands.
fn between<'x>(text: &'x str, start: usize, end: usize, out: &mut Vec<Comment<'x>>) {
    let mut at = start;
    while let Some(hash) = text.get(at..end).and_then(|gap| gap.find('#')).map(|hash| at + hash) {
        let stop = text[hash..].find(['\n', '\r']).map_or(text.len(), |line| hash + line);
        // YAML 1.2.2, section 6.6: white space separates a comment from what stands before it.
        if text[..hash].bytes().next_back().is_none_or(|before| before.is_ascii_whitespace()) {
            out.push(Comment { span: Span::new(hash, stop), text: &text[hash + 1..stop] });
        }
        at = stop;
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::FileId;
    use crate::yaml::Stream;

    fn comments(text: &str) -> Vec<&str> {
        let documents = Stream::new(text, FileId(0)).filter_map(|parsed| parsed.document);
        documents.flat_map(|document| document.comments(text)).map(|comment| comment.text).collect()
    }

    #[test]
    fn comments_stand_between_scalars() {
        let text = "# head\na: 1 # one\nb: 'x # no'\nc: \"y # no\"\nd: z#no # four\ne: | # header\n  t # no\n  # no\n# five\nf:\n  # six\n  - g # seven\n";
        assert_eq!(comments(text), [" head", " one", " four", " header", " five", " six", " seven"]);
    }

    #[test]
    fn every_document_has_its_own() {
        let text = "# 0\n---\n# 1\na: 1\n# 2\n---\nb: 2\r\n# 3\r\nc: &x {d: 1} # 4\ne: *x # 5\n";
        assert_eq!(comments(text), [" 0", " 1", " 2", " 3", " 4", " 5"]);
    }
}
