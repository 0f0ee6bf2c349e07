//! The guides show exactly the blocks that the code makes: whoever pastes one gets what Mirante was tested with.

use mirante_sources::asterisk::{event_filters, freepbx_block, user_block};
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs")
}

fn read(page: &str) -> String {
    std::fs::read_to_string(docs().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Each guide and the block it shows.
fn guides() -> [(&'static str, String); 3] {
    let (secret, permit) = ("troque-por-uma-senha-longa", "192.168.0.50".parse().expect("an address"));
    [
        ("pt-BR/guia-asterisk.md", user_block(secret, permit)),
        ("pt-BR/guia-freepbx.md", freepbx_block(secret, permit)),
        ("pt-BR/guia-issabel.md", freepbx_block(secret, permit)),
    ]
}

#[test]
fn each_guide_has_the_block_of_its_distribution() {
    for (page, block) in guides() {
        let again = "to write it: cargo test -p mirante-sources --test guides -- --ignored";
        assert!(
            read(page).contains(&format!("```ini\n{block}```")),
            "{page} does not show this block ({again}):\n{block}"
        );
    }
}

#[test]
#[ignore = "writes the blocks into the guides"]
fn the_blocks_are_written_into_the_guides() {
    const START: &str = "```ini\n; /etc/asterisk/manager";
    for (page, block) in guides() {
        let text = read(page);
        let (before, rest) = text.split_once(START).expect("a block");
        let (_, after) = rest.split_once("```").expect("its end");
        std::fs::write(docs().join(page), format!("{before}```ini\n{block}```{after}")).expect("written");
    }
}

#[test]
fn no_page_shows_other_filters() {
    let mut shown = 0;
    for language in ["pt-BR", "en", "es"] {
        for entry in docs().join(language).read_dir().expect("a language") {
            let path = entry.expect("a page").path();
            let text = std::fs::read_to_string(&path).expect("a page");
            let filters: Vec<&str> =
                text.lines().filter_map(|line| line.trim_start().strip_prefix("eventfilter = ")).collect();
            // A page may also show what calls to the outside need besides.
            if filters.first() == event_filters().first() {
                assert_eq!(filters, event_filters(), "{}", path.display());
                shown += 1;
            }
        }
    }
    assert!(shown >= 4, "the guides show them");
}
