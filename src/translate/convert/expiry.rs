//! Message Expiry Interval: what is left of it when a message goes out (Kafka endpoint page; it speaks of any
//! destination).

use super::{Job, if_matters, note_drop};
use crate::translate::choices::{Choice, table};
use crate::translate::draft::By;
use crate::translate::outcome::{DropReason, Dropped};
use crate::translate::rulebook;

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// Seconds; `None` where the message never expires.
    pub seconds: Option<u32>,
    /// The setting that decided it.
    pub choice: Option<&'static Choice>,
}

/// What is left of `interval` seconds.
pub(super) fn left(job: &mut Job<'_, '_>, interval: Option<u32>) -> Result<Left, Dropped> {
    let Some(interval) = interval else { return Ok(Left { seconds: None, choice: None }) };
    let answers = &job.plan.answers;
    let waited = u64::try_from(job.context.now.saturating_sub(job.context.received_at)).unwrap_or(0);
    if interval == 0 && answers.zero_expiry_keeps {
        return Ok(Left { seconds: Some(0), choice: Some(&table::EXPIRY_ZERO) });
    }
    let rounded = if answers.waited_up { waited.div_ceil(1000) } else { waited / 1000 };
    let seconds = u64::from(interval).checked_sub(rounded).filter(|left| *left > 0);
    let choice = match interval {
        0 => Some(&table::EXPIRY_ZERO),
        _ => if_matters(waited % 1000 != 0, &table::EXPIRY_ROUNDING),
    };
    match seconds.and_then(|left| u32::try_from(left).ok()) {
        Some(left) => Ok(Left { seconds: Some(left), choice }),
        None => {
            let why = format!("its Message Expiry Interval of {interval} s ran out: it waited {rounded} s");
            let dropped = Dropped { reason: DropReason::Expired, why, cause: None };
            note_drop(job.trace, &dropped, By { rule: &rulebook::EXPIRED, cause: None, choice });
            Err(dropped)
        }
    }
}
