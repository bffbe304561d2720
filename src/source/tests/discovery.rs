//! Directories, globs, links, and what is missing.

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
        if **arg == *"-" { (*arg).to_owned() } else { format!("{}/{arg}", root.display()) }
    };
    let args: Vec<String> = args.iter().map(below).collect();
    let (inputs, errors) = discover(&args, &DiscoverOptions::default());
    let relative = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let inputs = inputs.iter().map(|input| match input {
        Input::File { path, explicit: true } => format!("!{}", relative(path)),
        Input::File { path, explicit: false } => relative(path),
        Input::Stdin { name } => name.clone(),
    });
    let errors = errors.iter().map(|error| error.to_string().replace(&format!("{}/", root.display()), ""));
    (inputs.collect(), errors.collect())
}

#[test]
fn a_directory_is_walked_in_order() {
    let tree =
        tree(&["b.yaml", "a.yml", "c/d.JSON", "c/e.txt", ".git/x.yaml", ".hidden.yaml", "out/g.yaml", "c/no.yaml"]);
    fs::write(tree.path().join(".gitignore"), "out/\nno.*\n").unwrap();
    assert_eq!(found(tree.path(), &["."]).0, ["a.yml", "b.yaml", "c/d.JSON"]);
    assert_eq!(found(tree.path(), &["c/e.txt", "c", "-", "-"]).0, ["!c/e.txt", "c/d.JSON", "<stdin>"]);
    assert_eq!(found(tree.path(), &["c/no.yaml", ".hidden.yaml"]).0, ["!c/no.yaml", "!.hidden.yaml"]);
}

#[test]
fn what_is_missing_is_named_and_the_rest_is_read() {
    let tree = tree(&["a.yaml", "x[1].yaml"]);
    let (inputs, errors) = found(tree.path(), &["no.yaml", "*.json", "a.yaml", "x[1].yaml", "a[.yaml"]);
    assert_eq!(inputs, ["!a.yaml", "!x[1].yaml"]);
    assert!(errors[0].starts_with("`") && errors[0].contains("no.yaml` cannot be read"), "{errors:?}");
    assert!(errors[1].ends_with("*.json` matches no file"), "{errors:?}");
    assert!(errors[2].contains("a[.yaml` is not a glob"), "{errors:?}");
}

#[test]
fn globs_match_as_in_a_shell() {
    let tree = tree(&["a.yaml", "b/c.yaml", "b/d/e.yaml", "b/.f.yaml", "b/g.txt", "out/h.yaml"]);
    fs::write(tree.path().join(".gitignore"), "out/\n").unwrap();
    assert_eq!(found(tree.path(), &["*.yaml"]).0, ["!a.yaml"]);
    assert_eq!(found(tree.path(), &["*/*.yaml"]).0, ["!b/c.yaml", "!out/h.yaml"]);
    assert_eq!(found(tree.path(), &["b/**/*.yaml"]).0, ["!b/c.yaml", "!b/d/e.yaml"]);
    assert_eq!(found(tree.path(), &["b/.*.yaml"]).0, ["!b/.f.yaml"]);
    assert_eq!(found(tree.path(), &["{a,b/c}.yaml", "b/?.txt"]).0, ["!a.yaml", "!b/c.yaml", "!b/g.txt"]);
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
    assert!(errors[0].contains("a/gone.yaml` cannot be read"), "{errors:?}");
}

#[test]
fn standard_input_has_the_name_that_is_asked_for() {
    let options = DiscoverOptions { stdin_filename: Some("x.yaml".to_owned()) };
    assert_eq!(discover(&["-".to_owned()], &options).0, [Input::Stdin { name: "x.yaml".to_owned() }]);
}
