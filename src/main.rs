//! The `anku` binary: everything it does is in `cli`, everything it knows in the library.

mod cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // Nothing is left to be done: output is flushed, and what lies in memory the system takes back.
    signal_hook::low_level::exit(cli::run(std::env::args_os().collect()).code())
}
