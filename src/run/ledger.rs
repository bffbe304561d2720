//! Which messages may be acknowledged: those of the contiguous prefix of what was received that are settled.
//!
//! A committed Kafka offset stands for all before it, so it may move over settled records only. MQTT has the same rule for
//! the order of acknowledgements (MQTT-4.6.0-2), which its session keeps itself.

use std::collections::VecDeque;

/// A message that was received: its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token(u64);

/// Messages that are received and not acknowledged yet; `H` is what acknowledging one takes.
#[derive(Debug)]
pub struct Ledger<H> {
    /// The number of the first entry.
    first: u64,
    entries: VecDeque<(H, bool)>,
}

impl<H> Default for Ledger<H> {
    fn default() -> Self {
        Self { first: 0, entries: VecDeque::new() }
    }
}

impl<H> Ledger<H> {
    /// Enters a message that was received.
    pub fn enter(&mut self, handle: H) -> Token {
        let token = Token(self.first + self.entries.len() as u64);
        self.entries.push_back((handle, false));
        token
    }

    /// The message of `token` is delivered, or meant to be dropped.
    pub fn settle(&mut self, token: Token) {
        let index = token.0.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some((_, settled)) = index.and_then(|index| self.entries.get_mut(index)) {
            *settled = true;
        }
    }

    /// Takes what may be acknowledged now, in the order of receipt.
    pub fn ready(&mut self) -> Option<H> {
        if !self.entries.front()?.1 {
            return None;
        }
        let (handle, _) = self.entries.pop_front()?;
        self.first += 1;
        Some(handle)
    }

    /// How many messages are entered and not taken.
    pub fn open(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// In whatever order messages are settled, they are handed out in the order of receipt, and each only once all
        /// before it are settled.
        #[test]
        fn handed_out_in_order_of_receipt(order in Just((0..40usize).collect::<Vec<_>>()).prop_shuffle()) {
            let mut ledger = Ledger::default();
            let tokens: Vec<Token> = (0..40).map(|number| ledger.enter(number)).collect();
            let mut settled = [false; 40];
            let mut out = Vec::new();
            for index in order {
                ledger.settle(tokens[index]);
                settled[index] = true;
                while let Some(number) = ledger.ready() {
                    out.push(number);
                }
                let prefix = settled.iter().take_while(|settled| **settled).count();
                prop_assert_eq!(&out, &(0..prefix).collect::<Vec<_>>());
            }
            prop_assert_eq!(ledger.open(), 0);
        }
    }
}
