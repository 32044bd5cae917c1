//! What a reader should know about how an answer came about, on stderr.

use super::context::Context;
use super::progress::Progress;
use anku::archive::Archive;
use anku::workspace;
use anku::workspace::Notice;
use anku::workspace::Ready;
use anku::workspace::Refresh;
use anku::workspace::Unused;
use std::time::Duration;
use std::time::SystemTime;

/// How many names of broken files are shown.
const SHOWN: usize = 3;

/// Gets the engine ready, with a progress bar on a terminal, and says what there is to say.
pub(crate) fn ready<'a>(context: &Context, archive: &'a Archive, refresh: Refresh) -> Ready<'a> {
    let progress = Progress::new(context, "progress.index");
    let ready = workspace::ready(archive, refresh, &|done, all| progress.set(done, all));
    progress.finish();
    for notice in &ready.notices {
        say(context, notice);
    }
    ready
}

/// Says one of them.
pub(crate) fn say(context: &Context, notice: &Notice) {
    let lang = context.lang;
    let sentence = match notice {
        Notice::Built(records) => lang.say("notice.built", &[("records", &records.to_string())]),
        Notice::Mended(what, records) => {
            lang.say("notice.mended", &[("what", what), ("records", &records.to_string())])
        }
        Notice::Scanned(unused) => lang.say("notice.scanned", &[("reason", &unused_for(context, unused))]),
        Notice::Skipped(built) => {
            let age = built
                .and_then(|nanoseconds| u64::try_from(nanoseconds).ok())
                .map(|nanoseconds| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds))
                .and_then(|built| SystemTime::now().duration_since(built).ok());
            lang.say("notice.skipped", &[("age", &duration(context, age.unwrap_or_default()))])
        }
        Notice::Unreadable(path, reason) => {
            context.complain(&lang.say("notice.unreadable", &[("path", path), ("reason", reason)]));
            return;
        }
        Notice::Broken(paths) => {
            let mut names = paths.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            if paths.len() > SHOWN {
                names.push_str(", …");
            }
            let count = paths.len().to_string();
            context.complain(&lang.say("notice.broken", &[("count", &count), ("names", &names)]));
            return;
        }
    };
    context.note(&sentence);
}

/// Why an index was not used, in words.
pub(crate) fn unused_for(context: &Context, unused: &Unused) -> String {
    let lang = context.lang;
    match unused {
        Unused::Busy(None) => lang.word("unused.busy").to_owned(),
        Unused::Busy(Some(id)) => lang.say("unused.busy-by", &[("id", &id.to_string())]),
        Unused::Damaged => lang.word("unused.damaged").to_owned(),
        Unused::Refused(reason) => reason.clone(),
    }
}

/// A length of time in its largest unit.
pub(crate) fn duration(context: &Context, time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, key) = match seconds {
        0..60 => (seconds, "time.seconds"),
        60..3600 => (seconds / 60, "time.minutes"),
        3600..86400 => (seconds / 3600, "time.hours"),
        _ => (seconds / 86400, "time.days"),
    };
    context.lang.say(key, &[("n", &count.to_string())])
}
