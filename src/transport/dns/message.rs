//! Messages of the domain name system (RFC 1035, section 4): one question out, the records that matter in.
//!
//! What comes in is from anybody: every length is checked, and a name's pointers may only lead back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kinds of record that are asked for; the numbers are the protocol's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    A = 1,
    Aaaa = 28,
}

const A: u16 = Kind::A as u16;
const AAAA: u16 = Kind::Aaaa as u16;
const CNAME: u16 = 5;
const INTERNET: u16 = 1;

const HEADER: usize = 12;
const LONGEST_NAME: usize = 255;
const LONGEST_LABEL: usize = 63;

/// Nobody has more aliases in a row.
const MOST_ALIASES: usize = 32;
const MOST_ADDRESSES: usize = 64;

/// A question for records of `kind`, with the wish for recursion; `None` if `name` cannot be asked for.
pub(super) fn question(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.extend(id.to_be_bytes());
    // Recursion desired; one question.
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        if label.is_empty() || label.len() > LONGEST_LABEL || !label.is_ascii() {
            return None;
        }
        bytes.push(u8::try_from(label.len()).ok()?);
        bytes.extend(label.bytes());
    }
    bytes.push(0);
    if bytes.len() - HEADER > LONGEST_NAME {
        return None;
    }
    bytes.extend((kind as u16).to_be_bytes());
    bytes.extend(INTERNET.to_be_bytes());
    Some(bytes)
}

/// An answer, without what was not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Whether the rest is to be had by TCP.
    pub(super) truncated: bool,
    /// The response code.
    pub(super) code: u8,
    records: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    owner: String,
    data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Data {
    Alias(String),
    Address(IpAddr),
}

/// Why bytes are no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is not an answer, or not to this question.
    Foreign,
    /// It cannot be read.
    Malformed(&'static str),
}

/// Reads the answer to `question`.
pub(super) fn read(bytes: &[u8], question: &[u8]) -> Result<Message, Unfit> {
    let [a, b, flags, code, _, questions, rest @ ..] = bytes else { return Err(Unfit::Foreign) };
    if question.get(..2) != Some(&[*a, *b]) || flags & 0x80 == 0 {
        return Err(Unfit::Foreign);
    }
    let (truncated, code) = (flags & 2 != 0, code & 0x0F);
    // A resolver that could not read the question leaves it away.
    if *questions == 0 && code != 0 {
        return Ok(Message { truncated: false, code, records: Vec::new() });
    }
    let asked = question.get(HEADER..).unwrap_or_default();
    let repeated = bytes.get(HEADER..HEADER + asked.len());
    if *questions != 1 || repeated.is_none_or(|repeated| !repeated.eq_ignore_ascii_case(asked)) {
        return Err(Unfit::Foreign);
    }
    let mut count = match rest {
        [high, low, ..] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    };
    let mut records = Vec::new();
    let mut at = HEADER + asked.len();
    while count > 0 {
        // What is cut is fetched again; until then what is there counts.
        let Some((record, next)) = record(bytes, at) else {
            if truncated {
                break;
            }
            return Err(Unfit::Malformed("a record is damaged"));
        };
        records.extend(record);
        at = next;
        count -= 1;
    }
    Ok(Message { truncated, code, records })
}

/// The record at `at`, if it is of a kind that matters, and where the next one is.
fn record(bytes: &[u8], at: usize) -> Option<(Option<Record>, usize)> {
    let (owner, at) = name(bytes, at)?;
    let [kind1, kind2, class1, class2, _, _, _, _, length1, length2] = *bytes.get(at..)?.first_chunk::<10>()?;
    let start = at + 10;
    let end = start + usize::from(u16::from_be_bytes([length1, length2]));
    let content = bytes.get(start..end)?;
    if u16::from_be_bytes([class1, class2]) != INTERNET {
        return Some((None, end));
    }
    let data = match u16::from_be_bytes([kind1, kind2]) {
        A => Some(Data::Address(Ipv4Addr::from(<[u8; 4]>::try_from(content).ok()?).into())),
        AAAA => Some(Data::Address(Ipv6Addr::from(<[u8; 16]>::try_from(content).ok()?).into())),
        CNAME => Some(Data::Alias(name(bytes, start)?.0)),
        _ => None,
    };
    Some((data.map(|data| Record { owner, data }), end))
}

/// The name at `at` in small letters, and where it ends there. What is no letter, digit, `-` or `_` is escaped as in
/// zone files.
fn name(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let (mut at, mut length) = (at, 0);
    // Pointers lead to before the place where this part of the name began: they cannot go round.
    let mut before = at;
    let mut end = None;
    loop {
        let first = usize::from(*bytes.get(at)?);
        match first >> 6 {
            0 if first == 0 => return Some((text, end.unwrap_or(at + 1))),
            0 => {
                length += first + 1;
                if length >= LONGEST_NAME {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                for byte in bytes.get(at + 1..at + 1 + first)? {
                    match byte {
                        b'-' | b'_' => text.push(char::from(*byte)),
                        byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte.to_ascii_lowercase())),
                        byte => text.push_str(&format!("\\{byte:03}")),
                    }
                }
                at += 1 + first;
            }
            3 => {
                let to = (first & 0x3F) << 8 | usize::from(*bytes.get(at + 1)?);
                end.get_or_insert(at + 2);
                if to >= before {
                    return None;
                }
                (at, before) = (to, to);
            }
            _ => return None,
        }
    }
}

impl Message {
    /// The aliases from `name` on, and the addresses at their end.
    pub(super) fn follow(&self, name: &str) -> (Vec<String>, Vec<IpAddr>) {
        let mut aliases: Vec<String> = Vec::new();
        let mut current = name.to_ascii_lowercase();
        while aliases.len() < MOST_ALIASES {
            let next = self.of(&current).find_map(|data| match data {
                Data::Alias(alias) => Some(alias.clone()),
                Data::Address(_) => None,
            });
            match next {
                Some(next) if next != current && !aliases.contains(&next) => {
                    aliases.push(next.clone());
                    current = next;
                }
                _ => break,
            }
        }
        let addresses = self.of(&current).filter_map(|data| match data {
            Data::Address(address) => Some(*address),
            Data::Alias(_) => None,
        });
        (aliases, addresses.take(MOST_ADDRESSES).collect())
    }

    fn of<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a Data> {
        self.records.iter().filter(move |record| record.owner == owner).map(|record| &record.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask() -> Vec<u8> {
        question(7, "hub.example", Kind::A).unwrap()
    }

    /// An answer to [`ask`] with these records.
    fn reply(count: u8, records: &[u8]) -> Vec<u8> {
        let mut bytes = ask();
        bytes[2] |= 0x80;
        bytes[7] = count;
        bytes.extend(records);
        bytes
    }

    /// An alias whose target is given as bytes; 0xC00C is the name that was asked for.
    fn alias(target: &[u8]) -> Vec<u8> {
        let head = b"\xC0\x0C\x00\x05\x00\x01\x00\x00\x00\x3C\x00";
        [head, &[u8::try_from(target.len()).unwrap()][..], target].concat()
    }

    #[test]
    fn names_that_cannot_be_asked_for() {
        let long = vec!["a"; 128].join(".");
        for bad in ["", "a..b", ".a", &"x".repeat(64), "zürich.example", &long] {
            assert_eq!(question(1, bad, Kind::A), None, "{bad}");
        }
        assert!(question(1, &vec!["a"; 127].join("."), Kind::A).is_some());
    }

    #[test]
    fn aliases_are_followed_to_the_addresses() {
        // hub.example -> x.<the same "example" by a pointer>, then its address.
        let second = ask().len() + 12;
        let address = [&[0xC0, u8::try_from(second).unwrap()][..], b"\0\x01\0\x01\0\0\0\0\0\x04\x0A\0\0\x05"].concat();
        let bytes = reply(2, &[alias(b"\x01X\xC0\x10"), address].concat());
        let message = read(&bytes, &ask()).unwrap();
        let (aliases, addresses) = message.follow("HUB.example");
        assert_eq!(aliases, ["x.example"]);
        assert_eq!(addresses, ["10.0.0.5".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn aliases_in_a_circle_end() {
        let message = read(&reply(1, &alias(b"\xC0\x0C")), &ask()).unwrap();
        assert_eq!(message.follow("hub.example"), (vec![], vec![]));
    }

    #[test]
    fn pointers_that_do_not_lead_back_are_refused() {
        let here = u8::try_from(ask().len() + 12).unwrap();
        for target in [&[0xC0, here][..], &[0xC0, here + 2], &[1, b'a', 0xC0, here], &[0x80, 0], &[0xC0]] {
            let bytes = reply(1, &alias(target));
            assert!(matches!(read(&bytes, &ask()), Err(Unfit::Malformed(_))), "{target:?}");
        }
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_foreign() {
        let other = question(8, "hub.example", Kind::A).unwrap();
        let name = question(7, "hub.exemple", Kind::A).unwrap();
        for question in [other, name] {
            assert_eq!(read(&reply(0, &[]), &question), Err(Unfit::Foreign));
        }
        assert_eq!(read(&ask(), &ask()), Err(Unfit::Foreign), "a question is no answer");
        assert_eq!(read(&[], &ask()), Err(Unfit::Foreign));
    }

    #[test]
    fn control_characters_do_not_come_through() {
        let message = read(&reply(1, &alias(b"\x04\x1b[2J\0")), &ask()).unwrap();
        assert_eq!(message.follow("hub.example").0, ["\\027\\0912j"]);
    }

    proptest! {
        #[test]
        fn nothing_panics(
            count in any::<u8>(),
            truncated in any::<bool>(),
            records in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xC0), Just(0), Just(1), Just(5)], 0..300),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut bytes = reply(count, &[alias(b"\x01x\xC0\x0C"), records].concat());
            bytes[2] |= u8::from(truncated) << 1;
            for (index, value) in damage {
                let index = index.index(bytes.len());
                bytes[index] = value;
            }
            for end in 0..bytes.len() {
                if let Ok(message) = read(&bytes[..end], &ask()) {
                    let (aliases, addresses) = message.follow("hub.example");
                    prop_assert!(aliases.len() <= MOST_ALIASES && addresses.len() <= MOST_ADDRESSES);
                    prop_assert!(aliases.iter().all(|alias| alias.len() < 4 * LONGEST_NAME && alias.is_ascii()));
                }
            }
        }
    }
}
