//! Builds the server again when the interface was: its files are embedded.

fn main() {
    println!("cargo:rerun-if-changed=../../../ui/dist");
    println!("cargo:rerun-if-changed=build.rs");
}
