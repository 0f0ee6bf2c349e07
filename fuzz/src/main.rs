//! libFuzzer on the target that `MIRANTE_FUZZ_TARGET` names. Built and run by `cargo xtask prove fuzz`.
#![no_main]

use std::sync::OnceLock;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static TARGET: OnceLock<fn(&[u8])> = OnceLock::new();
    let run = TARGET.get_or_init(|| {
        let name = std::env::var("MIRANTE_FUZZ_TARGET").unwrap_or_default();
        mirante_fuzz::target(&name).unwrap_or_else(|| panic!("MIRANTE_FUZZ_TARGET names no target: {name:?}"))
    });
    run(bytes);
});
