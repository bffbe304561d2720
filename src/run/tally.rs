//! What became of many numbered messages: throughput, latency, lost, duplicated, reordered.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest latency that is told apart, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;

/// Counts messages by their number.
#[derive(Debug)]
pub struct Tally {
    sent: u64,
    /// How often each number came, up to 255.
    came: Vec<u8>,
    delivered: u64,
    /// The highest number of each stream: a Kafka partition, or the one of MQTT. Order is kept within a stream only.
    highest: BTreeMap<i32, u64>,
    duplicated: u64,
    reordered: u64,
    unknown: u64,
    latencies: Histogram<u64>,
}

/// The figures of a tally.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Messages that were sent, confirmed by the broker at the source.
    pub sent: u64,
    /// Of those, how many came out at least once.
    pub delivered: u64,
    /// Numbers that were sent and never came.
    pub lost: u64,
    /// Deliveries beyond the first of a number.
    pub duplicated: u64,
    /// First deliveries that came after one with a higher number, in the same partition.
    pub reordered: u64,
    /// Deliveries with a number that was never sent.
    pub unknown: u64,
    /// Latency from sending to reading: median, 90 %, 99 %, longest; `None` where nothing came.
    pub latency: Option<[Duration; 4]>,
}

impl Tally {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// Where the histogram crate does not take its bounds, which are constant.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Ok(Self {
            sent: 0,
            came: Vec::new(),
            delivered: 0,
            highest: BTreeMap::new(),
            duplicated: 0,
            reordered: 0,
            unknown: 0,
            latencies: Histogram::new_with_bounds(1, LONGEST, 3)?,
        })
    }

    /// The numbers from 0 up to `sent` are on their way.
    pub fn sent(&mut self, sent: u64) {
        self.sent = sent;
    }

    /// Message `number` came out of `stream` after `latency`.
    pub fn came(&mut self, number: u64, stream: i32, latency: Option<Duration>) {
        let Ok(index) = usize::try_from(number) else {
            self.unknown += 1;
            return;
        };
        // A number far beyond what was sent is a stranger's; it must not make the table grow.
        if number >= self.sent {
            self.unknown += 1;
            return;
        }
        if index >= self.came.len() {
            self.came.resize(index + 1, 0);
        }
        let Some(times) = self.came.get_mut(index) else { return };
        *times = times.saturating_add(1);
        if *times > 1 {
            self.duplicated += 1;
            return;
        }
        self.delivered += 1;
        let highest = self.highest.entry(stream).or_insert(number);
        self.reordered += u64::from(number < *highest);
        *highest = number.max(*highest);
        if let Some(latency) = latency {
            let micros = u64::try_from(latency.as_micros()).unwrap_or(LONGEST);
            self.latencies.saturating_record(micros.clamp(1, LONGEST));
        }
    }

    /// Whether every number that was sent came.
    pub const fn is_complete(&self) -> bool {
        self.delivered == self.sent
    }

    /// The figures so far.
    pub fn figures(&self) -> Figures {
        let delivered = self.delivered;
        let at = |quantile| Duration::from_micros(self.latencies.value_at_quantile(quantile));
        Figures {
            sent: self.sent,
            delivered,
            lost: self.sent.saturating_sub(delivered),
            duplicated: self.duplicated,
            reordered: self.reordered,
            unknown: self.unknown,
            latency: (!self.latencies.is_empty())
                .then(|| [at(0.5), at(0.9), at(0.99), Duration::from_micros(self.latencies.max())]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(sent: u64, numbers: &[u64]) -> Figures {
        let mut tally = Tally::new().unwrap();
        tally.sent(sent);
        for &number in numbers {
            tally.came(number, 0, Some(Duration::from_millis(2)));
        }
        tally.figures()
    }

    #[test]
    fn all_in_order() {
        let figures = tally(3, &[0, 1, 2]);
        assert_eq!((figures.delivered, figures.lost, figures.duplicated, figures.reordered), (3, 0, 0, 0));
    }

    #[test]
    fn lost_duplicated_and_reordered_are_told_apart() {
        let figures = tally(6, &[0, 2, 1, 2, 2, 5]);
        assert_eq!((figures.delivered, figures.lost, figures.duplicated, figures.reordered), (4, 2, 2, 1));
    }

    #[test]
    fn partitions_have_no_common_order() {
        let mut tally = Tally::new().unwrap();
        tally.sent(4);
        for (number, partition) in [(1, 0), (0, 1), (3, 1), (2, 0)] {
            tally.came(number, partition, None);
        }
        assert_eq!(tally.figures().reordered, 0);
    }

    #[test]
    fn a_number_that_was_not_sent_is_a_strangers() {
        let figures = tally(2, &[0, 1, 2, u64::MAX]);
        assert_eq!((figures.delivered, figures.unknown, figures.lost), (2, 2, 0));
    }

    #[test]
    fn latencies_are_quantiles() {
        let mut tally = Tally::new().unwrap();
        tally.sent(100);
        for number in 0..100 {
            tally.came(number, 0, Some(Duration::from_millis(number + 1)));
        }
        let [median, ninety, ninety_nine, longest] = tally.figures().latency.unwrap();
        let near =
            |found: Duration, millis: u64| found.abs_diff(Duration::from_millis(millis)) < Duration::from_millis(1);
        assert!(near(median, 50) && near(ninety, 90) && near(ninety_nine, 99) && near(longest, 100));
        assert_eq!(Tally::new().unwrap().figures().latency, None);
    }
}
