//! Excerpts, positions, patches, discovery and the registry, on real files.

use super::*;
use crate::diag::{Edit, FileId, Fix, Piece, Place, Safety, Span};
use miette::{SourceCode, SourceSpan};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn text(content: &str) -> Text {
    Text {
        content: content.to_owned(),
        encoding: Encoding::Utf8,
    }
}

fn place(start: usize, end: usize) -> Place {
    Place::new(FileId(0), Span::new(start, end))
}

fn fix(edits: Vec<Edit>) -> Fix {
    Fix {
        title: "change".to_owned(),
        safety: Safety::Safe,
        edits,
    }
}

fn moved(to: usize, span: Span, indent: i32) -> Edit {
    Edit {
        place: place(to, to),
        with: vec![Piece::Copy { span, indent }],
    }
}

mod excerpts {
    use super::*;

    #[test]
    fn lines_leave_their_breaks_out() {
        let excerpt = Excerpt::new("a.yaml", "a: 1\r\nb: é\n\nc".to_owned(), &[]);
        assert_eq!(
            (1..=6).map(|n| excerpt.line(n)).collect::<Vec<_>>(),
            ["a: 1", "b: é", "", "c", "", ""]
        );
        assert_eq!(
            (excerpt.line(0), excerpt.line_count(), excerpt.name()),
            ("", 4, "a.yaml")
        );
    }

    #[test]
    fn columns_count_the_characters_of_the_file_behind_a_secret() {
        let content = "{password: 'héé', host: é, x: y}\n";
        let excerpt = Excerpt::new("a", content.to_owned(), &[]);
        assert_eq!(excerpt.text(), "{password: '*****', host: é, x: y}\n");
        let offset = content.find("x:").unwrap();
        assert_eq!(
            excerpt.position(offset),
            Position {
                line: 1,
                column: 28
            }
        );
    }

    #[test]
    fn hidden_ranges_are_masked_as_whole_characters() {
        let excerpt = Excerpt::new(
            "a",
            "x: aé\n  b\r\ny".to_owned(),
            &[Span::new(3, 5), Span::new(5, 11)],
        );
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
        let body = |data: &[u8]| {
            String::from_utf8(data.to_vec())
                .unwrap()
                .trim_end_matches(['\n', '\r'])
                .to_owned()
        };
        assert_eq!(
            body(ours.data()),
            body(theirs.data()),
            "{content:?} {span:?} {context}"
        );
        assert_eq!(
            (ours.line(), ours.column()),
            (theirs.line(), theirs.column()),
            "{content:?} {span:?} {context}"
        );
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
        assert!(
            Excerpt::new("a", "a".to_owned(), &[])
                .read_span(&(1, 1).into(), 1, 1)
                .is_err()
        );
        assert!(
            Excerpt::new("a", String::new(), &[])
                .read_span(&(0, 0).into(), 1, 1)
                .is_ok()
        );
    }

    #[test]
    fn long_lines_and_many_lines_take_linear_time() {
        let start = std::time::Instant::now();
        let lines = Excerpt::new("a", "é: 1\n".repeat(100_000), &[]);
        let line = Excerpt::new("b", "é".repeat(500_000), &[]);
        for at in 0..100_000 {
            assert_eq!(
                lines.position(at * 6),
                Position {
                    line: at + 1,
                    column: 1
                }
            );
            assert_eq!(
                line.position(at * 10),
                Position {
                    line: 1,
                    column: at * 5 + 1
                }
            );
            lines.read_span(&(at * 6, 2).into(), 1, 1).unwrap();
        }
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
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
}

mod patches {
    use super::*;

    fn apply_all(text: &str, fixes: &[Fix]) -> Patched {
        apply(text, &fixes.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_first_fix_wins_whole() {
        let fixes = [
            fix(vec![
                Edit::replace(place(0, 2), "x"),
                Edit::replace(place(6, 8), "y"),
            ]),
            fix(vec![
                Edit::replace(place(3, 4), "lost"),
                Edit::delete(place(7, 9)),
            ]),
            fix(vec![Edit::replace(place(3, 4), "z")]),
        ];
        let patched = apply_all("0123456789", &fixes);
        assert_eq!(
            (patched.text.as_str(), patched.applied, patched.skipped),
            ("x2z45y89", vec![0, 2], vec![1])
        );
    }

    #[test]
    fn insertions_at_one_place_keep_their_order_unless_they_repeat() {
        let insert = |text: &str| fix(vec![Edit::replace(place(2, 2), text)]);
        let delete = fix(vec![Edit::delete(place(2, 4))]);
        let patched = apply_all(
            "0123456789",
            &[delete, insert("b"), insert("a"), insert("b")],
        );
        assert_eq!(
            (patched.text.as_str(), patched.skipped),
            ("01ba456789", vec![3])
        );
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
        assert_eq!(
            (
                patched.text.as_str(),
                patched.applied.len(),
                patched.skipped.len()
            ),
            ("éa", 0, 6)
        );
    }

    #[test]
    fn a_block_moves_with_its_indentation() {
        let text = "spec:\n  host: h\n  settings:\n    a: |\n      x\n\n      y\n    b: 1\n";
        let from = text.find("    a:").unwrap();
        let block = Span::new(from, text.len());
        let to = text.find("  settings").unwrap();
        let fixes = [fix(vec![
            moved(to, block, -2),
            Edit::delete(Place::new(FileId(0), block)),
        ])];
        // The first line is copied as it is: its indentation belongs to the span.
        let expected = "spec:\n  host: h\n    a: |\n    x\n\n    y\n  b: 1\n  settings:\n";
        assert_eq!(apply_all(text, &fixes).text, expected);
        let back = fix(vec![moved(0, Span::new(0, 16), 2)]);
        assert_eq!(
            apply_all("a:\n  b: 1\n\nc: 2\n", &[back]).text,
            "a:\n    b: 1\n\n  c: 2\na:\n  b: 1\n\nc: 2\n"
        );
    }

    #[test]
    fn nobody_changes_what_another_fix_copies() {
        let copy = fix(vec![moved(0, Span::new(4, 8), 0)]);
        let change = fix(vec![Edit::delete(place(5, 6))]);
        let inside = fix(vec![Edit::replace(place(6, 6), "x")]);
        assert_eq!(
            apply_all("0123456789", &[copy.clone(), change.clone(), inside]).skipped,
            [1, 2]
        );
        assert_eq!(apply_all("0123456789", &[change, copy]).skipped, [1]);
    }

    #[test]
    fn inserted_lines_end_as_the_lines_of_the_file() {
        let fixes = [fix(vec![Edit::replace(place(6, 6), "b: 2\nc: 3\r\n")])];
        assert_eq!(
            apply_all("a: 1\r\nd: 4\r\n", &fixes).text,
            "a: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n"
        );
    }

    #[test]
    fn a_secret_that_moves_or_is_written_stays_masked() {
        let content = "a:\n  password: hunter2\nb: 1\n";
        let excerpt = Excerpt::new("x.yaml", content.to_owned(), &[]);
        let line = Span::new(3, 23);
        let fixes = [
            fix(vec![
                moved(content.len(), line, 0),
                Edit::delete(Place::new(FileId(0), line)),
            ]),
            fix(vec![Edit::replace(
                place(content.len(), content.len()),
                "token: hunter3\n",
            )]),
        ];
        let fixes: Vec<&Fix> = fixes.iter().collect();
        let patched = apply_masked(&excerpt, &fixes);
        assert_eq!(patched.text, "a:\nb: 1\n  password: *******\ntoken: ***\n");
        assert_eq!(apply(content, &fixes).applied, patched.applied);
        let quote = fix(vec![Edit::replace(place(15, 22), "'hunter2'")]);
        assert_eq!(
            apply_masked(&excerpt, &[&quote]).text,
            "a:\n  password: ***\nb: 1\n"
        );
        let diff = unified_diff("x.yaml", excerpt.text(), &patched.text);
        let expected = "@@ -1,3 +1,4 @@\n a:\n+b: 1\n   password: *******\n-b: 1\n+token: ***\n";
        assert_eq!(diff, format!("--- a/x.yaml\n+++ b/x.yaml\n{expected}"));
        assert!(!diff.contains("hunter"));
    }

    #[test]
    fn many_fixes_take_linear_time() {
        let text = "a: 1\n".repeat(100_000);
        let fixes: Vec<Fix> = (0..100_000)
            .map(|line| fix(vec![Edit::replace(place(line * 5, line * 5 + 1), "b")]))
            .collect();
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
}

mod registry {
    use super::*;

    fn one_file(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, Sources, FileId) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yaml");
        fs::write(&path, content).unwrap();
        let mut sources = Sources::new();
        let id = sources.add(Input::File {
            path: path.clone(),
            explicit: true,
        });
        (directory, path, sources, id)
    }

    #[test]
    fn names_have_no_leading_dot() {
        let mut sources = Sources::new();
        for (path, name) in [
            ("./a/b.yaml", "a/b.yaml"),
            ("../c.yaml", "../c.yaml"),
            (".//./d.yml", "d.yml"),
        ] {
            let id = sources.add(Input::File {
                path: path.into(),
                explicit: false,
            });
            assert_eq!(sources.name(id), name);
        }
        let id = sources.add(Input::Stdin {
            name: "in.yaml".to_owned(),
        });
        assert_eq!(
            (sources.name(id), sources.path(id), sources.is_explicit(id)),
            ("in.yaml", None, true)
        );
        assert_eq!(sources.ids().count(), 4);
    }

    #[test]
    fn a_text_is_not_kept_but_read_again() {
        let (_directory, path, sources, id) = one_file(b"\xEF\xBB\xBFpassword: hunter2\n");
        let text = sources.read(id).unwrap();
        assert_eq!(
            (text.content.as_str(), text.encoding),
            ("password: hunter2\n", Encoding::Utf8Bom)
        );
        let weak = std::sync::Arc::downgrade(&text);
        drop(text);
        assert!(weak.upgrade().is_none());
        assert_eq!(sources.excerpt(id).unwrap().text(), "password: *******\n");
        fs::write(&path, "password: hunter3\n").unwrap();
        sources.hide(id, Span::new(0, 1));
        assert!(sources.excerpt(id).is_none(), "the file is another one now");
    }

    #[test]
    fn hidden_ranges_reach_an_excerpt_that_was_asked_for_before() {
        let mut sources = Sources::new();
        let id = sources.add_text("x", text("a: hunter2\n"));
        assert_eq!(sources.excerpt(id).unwrap().text(), "a: hunter2\n");
        sources.hide(id, Span::new(3, 10));
        assert_eq!(sources.excerpt(id).unwrap().text(), "a: *******\n");
    }

    #[test]
    fn an_excerpt_is_shared_while_it_is_recent() {
        let (_directory, path, sources, id) = one_file(b"a: 1\n");
        let first = sources.excerpt(id).unwrap();
        fs::remove_file(path).unwrap();
        assert!(std::sync::Arc::ptr_eq(
            &first,
            &sources.excerpt(id).unwrap()
        ));
    }

    #[cfg(unix)]
    #[test]
    fn what_can_be_read_only_once_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, "token: abc\n").unwrap()
        });
        let mut sources = Sources::new();
        let id = sources.add(Input::File {
            path,
            explicit: true,
        });
        assert_eq!(sources.read(id).unwrap().content, "token: abc\n");
        writer.join().unwrap();
        assert_eq!(sources.excerpt(id).unwrap().text(), "token: ***\n");
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let mut sources = Sources::new();
        let id = sources.add(Input::File {
            path: "no/such/file.yaml".into(),
            explicit: true,
        });
        assert!(matches!(sources.read(id), Err(ReadError::Io(_))));
        assert!(sources.excerpt(id).is_none());
        assert!(matches!(sources.read(FileId(9)), Err(ReadError::Unknown)));
    }
}

mod discovery {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        directory
    }

    /// The inputs below `root` as relative paths, explicit ones with a `!`, and the errors.
    fn found(root: &Path, args: &[&str]) -> (Vec<String>, Vec<String>) {
        let below = |arg: &&str| {
            if **arg == *"-" {
                (*arg).to_owned()
            } else {
                format!("{}/{arg}", root.display())
            }
        };
        let args: Vec<String> = args.iter().map(below).collect();
        let (inputs, errors) = discover(&args, &DiscoverOptions::default());
        let relative = |path: &Path| {
            path.strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/")
        };
        let inputs = inputs.iter().map(|input| match input {
            Input::File {
                path,
                explicit: true,
            } => format!("!{}", relative(path)),
            Input::File {
                path,
                explicit: false,
            } => relative(path),
            Input::Stdin { name } => name.clone(),
        });
        let errors = errors.iter().map(|error| {
            error
                .to_string()
                .replace(&format!("{}/", root.display()), "")
        });
        (inputs.collect(), errors.collect())
    }

    #[test]
    fn a_directory_is_walked_in_order() {
        let tree = tree(&[
            "b.yaml",
            "a.yml",
            "c/d.JSON",
            "c/e.txt",
            ".git/x.yaml",
            ".hidden.yaml",
            "out/g.yaml",
            "c/no.yaml",
        ]);
        fs::write(tree.path().join(".gitignore"), "out/\nno.*\n").unwrap();
        assert_eq!(
            found(tree.path(), &["."]).0,
            ["a.yml", "b.yaml", "c/d.JSON"]
        );
        assert_eq!(
            found(tree.path(), &["c/e.txt", "c", "-", "-"]).0,
            ["!c/e.txt", "c/d.JSON", "<stdin>"]
        );
        assert_eq!(
            found(tree.path(), &["c/no.yaml", ".hidden.yaml"]).0,
            ["!c/no.yaml", "!.hidden.yaml"]
        );
    }

    #[test]
    fn what_is_missing_is_named_and_the_rest_is_read() {
        let tree = tree(&["a.yaml", "x[1].yaml"]);
        let (inputs, errors) = found(
            tree.path(),
            &["no.yaml", "*.json", "a.yaml", "x[1].yaml", "a[.yaml"],
        );
        assert_eq!(inputs, ["!a.yaml", "!x[1].yaml"]);
        assert!(
            errors[0].starts_with("`") && errors[0].contains("no.yaml` cannot be read"),
            "{errors:?}"
        );
        assert!(errors[1].ends_with("*.json` matches no file"), "{errors:?}");
        assert!(errors[2].contains("a[.yaml` is not a glob"), "{errors:?}");
    }

    #[test]
    fn globs_match_as_in_a_shell() {
        let tree = tree(&[
            "a.yaml",
            "b/c.yaml",
            "b/d/e.yaml",
            "b/.f.yaml",
            "b/g.txt",
            "out/h.yaml",
        ]);
        fs::write(tree.path().join(".gitignore"), "out/\n").unwrap();
        assert_eq!(found(tree.path(), &["*.yaml"]).0, ["!a.yaml"]);
        assert_eq!(
            found(tree.path(), &["*/*.yaml"]).0,
            ["!b/c.yaml", "!out/h.yaml"]
        );
        assert_eq!(
            found(tree.path(), &["b/**/*.yaml"]).0,
            ["!b/c.yaml", "!b/d/e.yaml"]
        );
        assert_eq!(found(tree.path(), &["b/.*.yaml"]).0, ["!b/.f.yaml"]);
        assert_eq!(
            found(tree.path(), &["{a,b/c}.yaml", "b/?.txt"]).0,
            ["!a.yaml", "!b/c.yaml", "!b/g.txt"]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_loops_survived() {
        use std::os::unix::fs::symlink;
        let tree = tree(&["a/b.yaml", "elsewhere/c.yaml"]);
        symlink("..", tree.path().join("a/up")).unwrap();
        symlink("b.yaml", tree.path().join("a/z.yaml")).unwrap();
        symlink("../elsewhere", tree.path().join("a/link")).unwrap();
        symlink("nowhere.yaml", tree.path().join("a/gone.yaml")).unwrap();
        symlink("nowhere", tree.path().join("a/gone")).unwrap();
        let (inputs, errors) = found(tree.path(), &["a", "elsewhere", "a/b.yaml"]);
        assert_eq!(inputs, ["a/b.yaml", "a/link/c.yaml"]);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].contains("a/gone.yaml` cannot be read"),
            "{errors:?}"
        );
    }

    #[test]
    fn standard_input_has_the_name_that_is_asked_for() {
        let options = DiscoverOptions {
            stdin_filename: Some("x.yaml".to_owned()),
        };
        assert_eq!(
            discover(&["-".to_owned()], &options).0,
            [Input::Stdin {
                name: "x.yaml".to_owned()
            }]
        );
    }
}
