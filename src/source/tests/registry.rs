//! Reading, forgetting, and hiding.

use super::*;

fn one_file(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, Sources, FileId) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.yaml");
    fs::write(&path, content).unwrap();
    let mut sources = Sources::new();
    let id = sources.add(Input::File { path: path.clone(), explicit: true });
    (directory, path, sources, id)
}

#[test]
fn names_have_no_leading_dot() {
    let mut sources = Sources::new();
    for (path, name) in [("./a/b.yaml", "a/b.yaml"), ("../c.yaml", "../c.yaml"), (".//./d.yml", "d.yml")] {
        let id = sources.add(Input::File { path: path.into(), explicit: false });
        assert_eq!(sources.name(id), name);
    }
    let id = sources.add(Input::Stdin { name: "in.yaml".to_owned() });
    assert_eq!((sources.name(id), sources.path(id), sources.is_explicit(id)), ("in.yaml", None, true));
    assert_eq!(sources.ids().count(), 4);
}

#[test]
fn a_text_is_not_kept_but_read_again() {
    let (_directory, path, sources, id) = one_file(b"\xEF\xBB\xBFpassword: hunter2\n");
    let text = sources.read(id).unwrap();
    assert_eq!((text.content.as_str(), text.encoding), ("password: hunter2\n", Encoding::Utf8Bom));
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
    assert!(std::sync::Arc::ptr_eq(&first, &sources.excerpt(id).unwrap()));
}

#[cfg(unix)]
#[test]
fn what_can_be_read_only_once_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, "token: abc\n").unwrap()
    });
    let mut sources = Sources::new();
    let id = sources.add(Input::File { path, explicit: true });
    assert_eq!(sources.read(id).unwrap().content, "token: abc\n");
    writer.join().unwrap();
    assert_eq!(sources.excerpt(id).unwrap().text(), "token: ***\n");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let mut sources = Sources::new();
    let id = sources.add(Input::File { path: "no/such/file.yaml".into(), explicit: true });
    assert!(matches!(sources.read(id), Err(ReadError::Io(_))));
    assert!(sources.excerpt(id).is_none());
    assert!(matches!(sources.read(FileId(9)), Err(ReadError::Unknown)));
}
