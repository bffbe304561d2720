//! Asks what else is spoken somewhere while an answer is waited for, so that a silence need not be waited out.

use crate::transport::identify::Spoken;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::time::sleep;

/// What came first.
#[derive(Debug)]
pub enum Heard<T> {
    /// The answer.
    Answer(T),
    /// Something else is spoken there.
    Foreign(Spoken),
}

/// Waits for `answer`; after `quiet` also asks `who` speaks there, and takes that for an answer if `is_foreign`.
pub async fn hedged<T>(
    answer: impl Future<Output = T>,
    quiet: Duration,
    who: impl Future<Output = Option<Spoken>>,
    is_foreign: impl Fn(&Spoken) -> bool,
) -> Heard<T> {
    let mut answer = pin!(answer);
    let asking = async {
        sleep(quiet).await;
        who.await.filter(|spoken| is_foreign(spoken))
    };
    let mut asking = pin!(asking);
    tokio::select! {
        biased;
        answer = &mut answer => return Heard::Answer(answer),
        spoken = &mut asking => if let Some(spoken) = spoken {
            return Heard::Foreign(spoken);
        },
    }
    Heard::Answer(answer.await)
}
