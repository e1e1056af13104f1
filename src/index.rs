//! The `index` command: the paragraphs of past articles, kept to compare later ones with.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::Result;

use crate::across::store::Store;
use crate::args::{Index, IndexArgs};
use crate::batch::{Destination, Job};
use crate::clean::{Signals, listen};
use crate::console::{INTERRUPTED, TROUBLE, complain, engine_across, gather, print};

pub(crate) fn index(command: Index) -> Result<u8> {
    match command {
        Index::Build(args) => fill(args, true),
        Index::Add(args) => fill(args, false),
        Index::Inspect { dir } => inspect(&dir),
    }
}

fn fill(args: IndexArgs, new: bool) -> Result<u8> {
    let dedup = engine_across(&args.engine, Some(args.across()))?;
    let Signals { stop, ending } = listen()?;
    // What is in work is one transaction, which takes its time.
    ending.store(true, Ordering::Relaxed);
    let (inputs, missing) = gather(&args.input.paths, &args.input.select.selection(Some(args.dir.clone())));
    if inputs.is_empty() && missing > 0 {
        return Ok(TROUBLE);
    }
    let store = Store::writable(&args.dir, dedup.options(), new)?;
    let job = Job {
        format: args.input.format.format(),
        fields: args.fields(),
        max_record: args.input.max_record.0,
        charset: args.input.encoding,
        stop: stop.clone(),
        ..Job::new(inputs, Destination::Nowhere)
    };
    let done = crate::batch::index(&job, &dedup, &store, &mut complain)?;
    let (read, new, failed) = (done.read, done.new, done.failed + missing);
    let _ = writeln!(io::stderr(), "unecho: {read} articles read, {new} new in the index, {failed} failed");
    let interrupted = stop.load(Ordering::Relaxed);
    if !done.finished {
        let why = if interrupted { "interrupted" } else { "not everything could be read" };
        complain(&format!("{why}: the index is unfinished; the same command goes on with it"));
    }
    Ok(match () {
        () if interrupted => INTERRUPTED,
        () if failed > 0 => TROUBLE,
        () => 0,
    })
}

fn inspect(dir: &Path) -> Result<u8> {
    let contents = Store::open(dir)?.inspect()?;
    let text = serde_json::json!({
        "docs": contents.docs, "paragraphs": contents.paragraphs, "bytes": contents.bytes,
        "finished": contents.finished, "terms": contents.terms,
    });
    print((serde_json::to_string_pretty(&text)? + "\n").as_bytes())
}
