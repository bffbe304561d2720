//! Masked texts: lines, positions, and what miette reads of them.

use super::*;

#[test]
fn lines_leave_their_breaks_out() {
    let excerpt = Excerpt::new("a.yaml", "a: 1\r\nb: é\n\nc".to_owned(), &[]);
    assert_eq!((1..=6).map(|n| excerpt.line(n)).collect::<Vec<_>>(), ["a: 1", "b: é", "", "c", "", ""]);
    assert_eq!((excerpt.line(0), excerpt.line_count(), excerpt.name()), ("", 4, "a.yaml"));
}

#[test]
fn columns_count_the_characters_of_the_file_behind_a_secret() {
    let content = "{password: 'héé', host: é, x: y}\n";
    let excerpt = Excerpt::new("a", content.to_owned(), &[]);
    assert_eq!(excerpt.text(), "{password: '*****', host: é, x: y}\n");
    let offset = content.find("x:").unwrap();
    assert_eq!(excerpt.position(offset), Position { line: 1, column: 28 });
}

#[test]
fn hidden_ranges_are_masked_as_whole_characters() {
    let excerpt = Excerpt::new("a", "x: aé\n  b\r\ny".to_owned(), &[Span::new(3, 5), Span::new(5, 11)]);
    assert_eq!(excerpt.text(), "x: ***\n  *\r\ny");
    assert!(excerpt.is_masked(Span::new(0, 4)) && !excerpt.is_masked(Span::new(0, 3)));
    assert!(!excerpt.is_masked(Span::at(4)) || excerpt.masked().len() == 2);
}

/// What miette's own walk and the excerpt say of a span: the lines, and where they start.
fn compare(content: &str, span: (usize, usize), context: usize) {
    let excerpt = Excerpt::new("a", content.to_owned(), &[]);
    let span: SourceSpan = span.into();
    let ours = excerpt.read_span(&span, context, context).unwrap();
    let theirs = content.read_span(&span, context, context).unwrap();
    let body = |data: &[u8]| String::from_utf8(data.to_vec()).unwrap().trim_end_matches(['\n', '\r']).to_owned();
    assert_eq!(body(ours.data()), body(theirs.data()), "{content:?} {span:?} {context}");
    assert_eq!((ours.line(), ours.column()), (theirs.line(), theirs.column()), "{content:?} {span:?} {context}");
    assert_eq!(ours.span().offset(), theirs.span().offset());
}

#[test]
fn spans_are_read_as_miette_reads_them() {
    let content = "first: 1\nsecond:\n  third: x\n  fourth: y\nfifth: z\nsixth: w\n";
    for (start, end) in [(0, 5), (9, 15), (19, 24), (26, 27), (41, 46), (50, 55)] {
        for context in 0..3 {
            compare(content, (start, end - start), context);
        }
    }
    assert!(Excerpt::new("a", "a".to_owned(), &[]).read_span(&(1, 1).into(), 1, 1).is_err());
    assert!(Excerpt::new("a", String::new(), &[]).read_span(&(0, 0).into(), 1, 1).is_ok());
}

/// That this takes linear time is measured by `benches/lint`, with files of one line and of very many.
#[test]
fn positions_hold_in_long_lines_and_in_many() {
    let lines = Excerpt::new("a", "é: 1\n".repeat(10_000), &[]);
    let line = Excerpt::new("b", "é".repeat(50_000), &[]);
    for at in 0..10_000 {
        assert_eq!(lines.position(at * 6), Position { line: at + 1, column: 1 });
        assert_eq!(line.position(at * 10), Position { line: 1, column: at * 5 + 1 });
        lines.read_span(&(at * 6, 2).into(), 1, 1).unwrap();
    }
}

proptest! {
    #[test]
    fn positions_agree_with_counting(content in "(a|é|𝄞|\n|\r\n|password: |'){0,80}", at in any::<prop::sample::Index>()) {
        let excerpt = Excerpt::new("a", content.clone(), &[]);
        let offsets: Vec<usize> = (0..=content.len()).filter(|&at| content.is_char_boundary(at)).collect();
        let offset = offsets[at.index(offsets.len())];
        let before = &content[..offset];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        prop_assert_eq!(excerpt.position(offset), Position { line, column });
    }

    #[test]
    fn a_masked_text_keeps_length_and_line_breaks(
        content in "(a|é|𝄞|\n|\r\n|password: |token=|'|\"|: |kind: Secret|data:|  ){0,80}",
        spans in prop::collection::vec((0_usize..200, 0_usize..20), 0..4),
    ) {
        let hidden: Vec<Span> = spans.iter().map(|&(start, len)| Span::new(start, start + len)).collect();
        let excerpt = Excerpt::new("a", content.clone(), &hidden);
        prop_assert_eq!(excerpt.text().len(), content.len());
        for (shown, real) in excerpt.text().bytes().zip(content.bytes()) {
            prop_assert!(shown == real || shown == b'*' && !matches!(real, b'\n' | b'\r'));
        }
        for span in hidden {
            let range = span.start as usize..(span.end as usize).min(content.len());
            for at in range {
                prop_assert!(matches!(excerpt.text().as_bytes()[at], b'*' | b'\n' | b'\r' | b' '));
            }
        }
    }
}
