//! Reads every file below a folder up to its drafts and plans them, nothing else: `import ARCHIVE FOLDER`. What `benches/bench import` times.

use anku::archive::Archive;
use anku::import::Input;
use anku::import::Lexicon;
use anku::import::Options;
use anku::import::plan;
use std::path::Path;
use std::path::PathBuf;

fn files(folder: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, out)? } else { out.push(path) }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (Some(archive), Some(folder)) = (args.next(), args.next()) else {
        return Err("import ARCHIVE FOLDER".into());
    };
    let archive = Archive::open(&std::path::absolute(archive)?).map_err(|_| "no archive")?;
    let list = |name: &str| archive.word_list(name).map_err(|_| format!("{name} is broken"));
    let lexicon = Lexicon::read(
        &list("section-roles")?,
        &list("levels")?,
        &list("boilerplate")?,
        &list("programmes")?,
    )?;
    let mut paths = Vec::new();
    files(Path::new(&folder), &mut paths)?;
    paths.sort();
    let read =
        |path: &PathBuf| Ok(Input { name: path.to_string_lossy().into_owned(), bytes: std::fs::read(path)? });
    let inputs: Vec<Input> = paths.iter().map(read).collect::<std::io::Result<_>>()?;
    let bytes: usize = inputs.iter().map(|input| input.bytes.len()).sum();
    let start = std::time::Instant::now();
    let plan = plan(inputs, &Options::default(), &lexicon, &[]);
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = f64::from(u32::try_from(bytes / 1000)?) / 1000.0;
    println!(
        "{} sources, {megabytes:.1} MB, {seconds:.2} s, {:.1} MB/s",
        plan.sources.len(),
        megabytes / seconds
    );
    Ok(())
}
