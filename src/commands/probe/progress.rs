//! What a person sees while endpoints are probed: a line for each on standard error, on a terminal only, gone before the
//! report.

use crate::Environment;
use crate::cli::{FormatChoice, ProbeArgs};
use crate::probe::Subject;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Time between two pictures of what turns.
const TICK: Duration = Duration::from_millis(100);

/// A line for each endpoint. They go away with this.
pub struct Progress {
    all: MultiProgress,
    bars: Vec<(String, ProgressBar)>,
}

impl Progress {
    /// A line for each of `subjects`. Nothing is shown to machines, with `-q`, or where standard error is no terminal.
    pub fn start(args: &ProbeArgs, environment: &Environment, subjects: &[Subject]) -> Self {
        let shown = environment.stderr_is_terminal && args.quiet == 0 && args.format == FormatChoice::Human;
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        if !shown {
            return Self { all, bars: Vec::new() };
        }
        let ticks = if environment.no_graphics { "-\\|/ " } else { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " };
        let bar = |subject: &Subject| {
            let bar = all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style.tick_chars(ticks));
            }
            bar.set_message(subject.end.name().to_owned());
            bar.enable_steady_tick(TICK);
            (subject.end.name().to_owned(), bar)
        };
        let bars = subjects.iter().map(bar).collect();
        Self { all, bars }
    }

    /// The endpoint `name` is through.
    pub fn done(&self, name: &str) {
        if let Some((_, bar)) = self.bars.iter().find(|(of, bar)| of == name && !bar.is_finished()) {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bars.iter().for_each(|(_, bar)| bar.finish_and_clear());
        // A terminal that went away is no trouble.
        let _ = self.all.clear();
    }
}
