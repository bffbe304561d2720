//! Fixes in a text: which win, what comes out, what people see of it.

use super::*;

fn apply_all(text: &str, fixes: &[Fix]) -> Patched {
    apply(text, &fixes.iter().collect::<Vec<_>>())
}

#[test]
fn the_first_fix_wins_whole() {
    let fixes = [
        fix(vec![Edit::replace(place(0, 2), "x"), Edit::replace(place(6, 8), "y")]),
        fix(vec![Edit::replace(place(3, 4), "lost"), Edit::delete(place(7, 9))]),
        fix(vec![Edit::replace(place(3, 4), "z")]),
    ];
    let patched = apply_all("0123456789", &fixes);
    assert_eq!((patched.text.as_str(), patched.applied, patched.skipped), ("x2z45y89", vec![0, 2], vec![1]));
}

#[test]
fn insertions_at_one_place_keep_their_order_unless_they_repeat() {
    let insert = |text: &str| fix(vec![Edit::replace(place(2, 2), text)]);
    let delete = fix(vec![Edit::delete(place(2, 4))]);
    let patched = apply_all("0123456789", &[delete, insert("b"), insert("a"), insert("b")]);
    assert_eq!((patched.text.as_str(), patched.skipped), ("01ba456789", vec![3]));
    let patched = apply_all("0123", &[fix(vec![Edit::delete(place(1, 3))]), insert("x")]);
    assert_eq!((patched.text.as_str(), patched.skipped), ("03", vec![1]));
}

#[test]
fn what_does_not_fit_is_skipped() {
    let other = Place::new(FileId(1), Span::new(0, 1));
    let fixes = [
        fix(vec![]),
        fix(vec![Edit::delete(place(1, 2))]),
        fix(vec![Edit::delete(place(2, 9))]),
        fix(vec![Edit::delete(place(0, 2)), Edit::delete(place(1, 3))]),
        fix(vec![Edit::delete(place(0, 2)), Edit::delete(other)]),
        fix(vec![moved(0, Span::new(1, 3), 0)]),
    ];
    let patched = apply_all("éa", &fixes);
    assert_eq!((patched.text.as_str(), patched.applied.len(), patched.skipped.len()), ("éa", 0, 6));
}

#[test]
fn a_block_moves_with_its_indentation() {
    let text = "spec:\n  host: h\n  settings:\n    a: |\n      x\n\n      y\n    b: 1\n";
    let from = text.find("    a:").unwrap();
    let block = Span::new(from, text.len());
    let to = text.find("  settings").unwrap();
    let fixes = [fix(vec![moved(to, block, -2), Edit::delete(Place::new(FileId(0), block))])];
    // The first line is copied as it is: its indentation belongs to the span.
    let expected = "spec:\n  host: h\n    a: |\n    x\n\n    y\n  b: 1\n  settings:\n";
    assert_eq!(apply_all(text, &fixes).text, expected);
    let back = fix(vec![moved(0, Span::new(0, 16), 2)]);
    assert_eq!(apply_all("a:\n  b: 1\n\nc: 2\n", &[back]).text, "a:\n    b: 1\n\n  c: 2\na:\n  b: 1\n\nc: 2\n");
}

#[test]
fn nobody_changes_what_another_fix_copies() {
    let copy = fix(vec![moved(0, Span::new(4, 8), 0)]);
    let change = fix(vec![Edit::delete(place(5, 6))]);
    let inside = fix(vec![Edit::replace(place(6, 6), "x")]);
    assert_eq!(apply_all("0123456789", &[copy.clone(), change.clone(), inside]).skipped, [1, 2]);
    assert_eq!(apply_all("0123456789", &[change, copy]).skipped, [1]);
}

#[test]
fn inserted_lines_end_as_the_lines_of_the_file() {
    let fixes = [fix(vec![Edit::replace(place(6, 6), "b: 2\nc: 3\r\n")])];
    assert_eq!(apply_all("a: 1\r\nd: 4\r\n", &fixes).text, "a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n");
}

#[test]
fn a_secret_that_moves_or_is_written_stays_masked() {
    let content = "a:\n  password: hunter2\nb: 1\n";
    let excerpt = Excerpt::new("x.yaml", content.to_owned(), &[]);
    let line = Span::new(3, 23);
    let fixes = [
        fix(vec![moved(content.len(), line, 0), Edit::delete(Place::new(FileId(0), line))]),
        fix(vec![Edit::replace(place(content.len(), content.len()), "token: hunter3\n")]),
    ];
    let fixes: Vec<&Fix> = fixes.iter().collect();
    let patched = apply_masked(&excerpt, &fixes);
    assert_eq!(patched.text, "a:\nb: 1\n  password: *******\ntoken: ***\n");
    assert_eq!(apply(content, &fixes).applied, patched.applied);
    let quote = fix(vec![Edit::replace(place(15, 22), "'hunter2'")]);
    assert_eq!(apply_masked(&excerpt, &[&quote]).text, "a:\n  password: ***\nb: 1\n");
    let diff = unified_diff("x.yaml", excerpt.text(), &patched.text);
    let expected = "@@ -1,3 +1,4 @@\n a:\n+b: 1\n   password: *******\n-b: 1\n+token: ***\n";
    assert_eq!(diff, format!("--- a/x.yaml\n+++ b/x.yaml\n{expected}"));
    assert!(!diff.contains("hunter"));
}

#[test]
fn many_fixes_take_linear_time() {
    let text = "a: 1\n".repeat(100_000);
    let fixes: Vec<Fix> =
        (0..100_000).map(|line| fix(vec![Edit::replace(place(line * 5, line * 5 + 1), "b")])).collect();
    let start = std::time::Instant::now();
    assert_eq!(apply_all(&text, &fixes).text, "b: 1\n".repeat(100_000));
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn disjoint_edits_give_the_naive_result(
        parts in prop::collection::vec(("[a-cé\n]{0,4}", prop::option::of("[x-z]{0,3}")), 0..12),
        shuffle in any::<u64>(),
    ) {
        let (mut text, mut expected, mut fixes) = (String::new(), String::new(), Vec::new());
        for (part, new) in &parts {
            let start = text.len();
            text.push_str(part);
            expected.push_str(new.as_ref().filter(|_| !part.is_empty()).unwrap_or(part));
            if let Some(new) = new.as_ref().filter(|_| !part.is_empty()) {
                fixes.push(fix(vec![Edit::replace(place(start, text.len()), new.clone())]));
            }
        }
        fixes.sort_by_key(|fix| u64::from(fix.edits[0].place.span.start).wrapping_mul(shuffle | 1));
        let patched = apply_all(&text, &fixes);
        prop_assert_eq!(patched.text, expected);
        prop_assert_eq!(patched.applied.len(), fixes.len());
    }

    #[test]
    fn random_fixes_never_panic_and_never_mix(
        text in "[ab é\n]{0,30}",
        raw in prop::collection::vec(prop::collection::vec((0_usize..35, 0_usize..6, 0_usize..35, -3_i32..4), 1..3), 0..8),
    ) {
        let fixes: Vec<Fix> = raw.iter().map(|edits| fix(edits.iter().map(|&(start, len, from, indent)| {
            let copy = Piece::Copy { span: Span::new(from, from + len), indent };
            Edit { place: place(start, start + len), with: vec![Piece::Text("X".to_owned()), copy] }
        }).collect())).collect();
        let patched = apply_all(&text, &fixes);
        let mut all = [patched.applied.clone(), patched.skipped].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..fixes.len()).collect::<Vec<_>>());
        let again: Vec<&Fix> = patched.applied.iter().map(|&index| &fixes[index]).collect();
        prop_assert_eq!(apply(&text, &again).text, patched.text);
        prop_assert_eq!(apply(&text, &again).skipped, Vec::<usize>::new());
    }
}
