//! Imports that are listed, and taken back.

use super::{import, kept, log, rows};
use crate::folder::{place, put, run, verify};

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn an_import_is_listed_taken_back_whole_and_may_come_again() {
    let (folder, data) = place();
    let text = data.display().to_string();
    let list = || run(&["import", "list", "--data", &text]).1;
    let ours = put(&folder, "queue_log", log(7, 1_770_000_000, 400).as_bytes());
    let other = put(&folder, "outro", log(8, 1_770_000_000, 300).as_bytes());
    import(&data, &[&ours], &[]);
    let (before, visits) = (kept(&data), rows(&data, "visit").len());
    let (code, _) = run(&["import", "queue-log", "--data", &text, "--source", "outro", &other.display().to_string()]);
    assert_eq!(code, 0);
    let shown = list();
    assert!(shown.contains(&format!("pabx  import/queue_log  {visits} visits of 1 files")), "{shown}");
    assert!(shown.contains("outro  import/queue_log"), "{shown}");

    let (code, words) = run(&["import", "undo", "outro", "--data", &text]);
    assert_eq!(code, 0, "{words}");
    assert_eq!(kept(&data), before, "nothing else went, and nothing of it is left");
    let shown = list();
    assert!(shown.contains("outro  taken back at") && !shown.contains("outro  import/"), "{shown}");
    verify(&data);
    assert_eq!(run(&["import", "undo", "outro", "--data", &text]).0, 1, "there is none any more");

    assert_eq!(run(&["import", "undo", "pabx", "--data", &text]).0, 0);
    assert!(kept(&data).iter().all(Vec::is_empty));
    import(&data, &[&ours], &[]);
    let again: Vec<usize> = kept(&data).iter().map(Vec::len).collect();
    assert_eq!(again, before.iter().map(Vec::len).collect::<Vec<_>>());
    verify(&data);
}
