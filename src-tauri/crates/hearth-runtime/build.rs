//! Builds the crate again when a runtime client changes: `include_dir!` does not say so itself.

fn main() {
    println!("cargo::rerun-if-changed=../../../assets/runtime");
}
