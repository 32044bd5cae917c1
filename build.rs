//! Links the program at a fixed address where the linker can.
//!
//! A search lasts a few milliseconds, and a position-independent program of this size spends one of
//! them on tens of thousands of relocations before `main`. What is given up is the random place of
//! the program's own code in memory; heap, stack and libraries keep theirs.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let gnu = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    if gnu && var("CARGO_CFG_TARGET_ARCH") == "x86_64" && var("PROFILE") == "release" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
