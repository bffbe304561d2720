//! What a person sees while endpoints are probed: a line for each on standard error, on a terminal only, gone before the
//! report.
//!
//! Of very many endpoints only some have a line: what does not fit a terminal cannot be wiped off it.

use crate::Environment;
use crate::cli::{FormatChoice, ProbeArgs};
use crate::probe::Subject;
use crate::report::run::shown;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::time::Duration;

/// Endpoints with a line of their own.
const LINES: usize = 12;
/// Characters of the name of an endpoint, which may be any text.
const LONGEST: usize = 60;
/// Time between two pictures of what turns.
const TICK: Duration = Duration::from_millis(100);

/// A line for each endpoint. They go away with this.
pub struct Progress {
    all: MultiProgress,
    bars: Vec<(String, ProgressBar)>,
    /// Counts the endpoints that have no line.
    others: Option<(ProgressBar, Cell<usize>)>,
}

impl Progress {
    /// A line for each of `subjects`. Nothing is shown to machines, with `-q`, or where standard error is no terminal.
    pub fn start(args: &ProbeArgs, environment: &Environment, subjects: &[Subject]) -> Self {
        let shown = environment.stderr_is_terminal && args.quiet == 0 && args.format == FormatChoice::Human;
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        if !shown {
            return Self { all, bars: Vec::new(), others: None };
        }
        let ticks = if environment.no_graphics { "-\\|/ " } else { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " };
        let line = |text: String| {
            let bar = all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style.tick_chars(ticks));
            }
            bar.set_message(text);
            bar.enable_steady_tick(TICK);
            bar
        };
        let bars = subjects.iter().take(LINES).map(|subject| (subject.end.name().to_owned(), line(label(subject))));
        let bars = bars.collect();
        let left = subjects.len().saturating_sub(LINES);
        let others = (left > 0).then(|| (line(more(left)), Cell::new(left)));
        Self { all, bars, others }
    }

    /// The endpoint `name` is through.
    pub fn done(&self, name: &str) {
        if let Some((_, bar)) = self.bars.iter().find(|(of, bar)| of == name && !bar.is_finished()) {
            return bar.finish_and_clear();
        }
        if let Some((bar, left)) = &self.others {
            left.set(left.get().saturating_sub(1));
            match left.get() {
                0 => bar.finish_and_clear(),
                left => bar.set_message(more(left)),
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let others = self.others.iter().map(|(bar, _)| bar);
        self.bars.iter().map(|(_, bar)| bar).chain(others).for_each(ProgressBar::finish_and_clear);
        // A terminal that went away is no trouble.
        let _ = self.all.clear();
    }
}

/// Name and host, without what a terminal would act upon.
fn label(subject: &Subject) -> String {
    let safe = |text: &str| shown("endpoint", Some(text.as_bytes()), LONGEST).text;
    match &subject.end.summary.host {
        Some(host) => format!("{}  {}", safe(subject.end.name()), safe(&host.value)),
        None => safe(subject.end.name()),
    }
}

fn more(left: usize) -> String {
    if left == 1 { "and 1 more endpoint".to_owned() } else { format!("and {left} more endpoints") }
}
