//! What a person sees while a run goes on: a line on standard error, on a terminal only, gone before the report.

use crate::Environment;
use crate::cli::{RunArgs, RunFormat};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Time between two pictures of what turns.
const TICK: Duration = Duration::from_millis(100);

/// A line that tells how far a run is. It goes away with this.
pub struct Progress(ProgressBar);

impl Progress {
    /// One that counts to `total` messages or cases; for a single one it only turns. Nothing is shown to machines, with
    /// `-q`, or where standard error is no terminal.
    pub fn start(args: &RunArgs, environment: &Environment, total: usize) -> Self {
        let shown = environment.stderr_is_terminal && args.quiet == 0 && args.format == RunFormat::Human;
        let length = u64::try_from(total).unwrap_or(u64::MAX);
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let template = if total > 1 { "{spinner} {wide_msg} {pos}/{len}" } else { "{spinner} {wide_msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let ticks = if environment.no_graphics { "-\\|/ " } else { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " };
            bar.set_style(style.tick_chars(ticks));
        }
        if shown {
            bar.enable_steady_tick(TICK);
        }
        Self(bar)
    }

    /// Says what is being done.
    pub fn step(&self, text: impl Into<String>) {
        self.0.set_message(text.into());
    }

    /// Counts one as done.
    pub fn done(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
