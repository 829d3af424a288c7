//! Rebuilds when a sample or an event is added or taken away: the folders are part of the program.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for folder in ["samples", "events"] {
        println!("cargo::rerun-if-changed=../../../assets/{folder}");
    }
}
