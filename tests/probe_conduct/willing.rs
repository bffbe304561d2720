//! A server that says yes to everything: whoever would go on finds no reason not to. Or one that says no, and repeats in
//! its answer what it was told.
//!
//! It understands as much of MQTT 5 or Kafka as a login needs.

/// Takes what was heard, and gives the answers to whole messages; what is left is kept for the next call.
pub struct Willing {
    speaks: Speaks,
    mood: Mood,
    /// The first byte of the connection.
    first: Option<u8>,
    heard: Vec<u8>,
}

/// Whether it lets anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It says yes to everything.
    Yes,
    /// It refuses every login, and says which one it was.
    Indiscreet,
}

/// What it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    Mqtt,
    Kafka,
}

const PRODUCE: i16 = 0;
const METADATA: i16 = 3;
const SASL_HANDSHAKE: i16 = 17;
const API_VERSIONS: i16 = 18;
const SASL_AUTHENTICATE: i16 = 36;
const MECHANISMS: [&str; 4] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"];

impl Willing {
    pub fn new(speaks: Speaks, mood: Mood) -> Self {
        Self { speaks, mood, first: None, heard: Vec::new() }
    }

    /// The answers to everything that is complete; nothing at all if it is another protocol, as brokers have it.
    pub fn answer(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.heard.extend(bytes);
        self.first = self.first.or_else(|| bytes.first().copied());
        let expected = match self.speaks {
            Speaks::Mqtt => 0x10,
            Speaks::Kafka => 0,
        };
        if self.first.is_some_and(|first| first != expected) {
            return None;
        }
        let mut answers = Vec::new();
        while let Some(answer) = self.next() {
            answers.extend(answer);
        }
        Some(answers)
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.speaks == Speaks::Kafka {
            let length = u32::from_be_bytes(self.heard.get(..4)?.try_into().unwrap()) as usize;
            let request = self.take(length.checked_add(4)?)?;
            return Some(kafka(&request[4..], self.mood));
        }
        let kind = *self.heard.first()?;
        let (header, length) = remaining(&self.heard)?;
        let packet = self.take(header + length)?;
        Some(mqtt(kind, &packet[header..], self.mood))
    }

    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        (self.heard.len() >= count).then(|| self.heard.drain(..count).collect())
    }
}

/// Length of the fixed header of MQTT, and of what follows it.
pub fn remaining(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (index, byte) in bytes.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 0x7F) << (7 * (index - 1));
        if byte & 0x80 == 0 {
            return Some((index + 1, length));
        }
    }
    None
}

fn mqtt(kind: u8, body: &[u8], mood: Mood) -> Vec<u8> {
    let id = |at: usize| body.get(at..at + 2).map_or([0, 0], |id| [id[0], id[1]]);
    match kind >> 4 {
        // CONNACK, success, no properties, which 3.1.1 does not have.
        1 if body.get(6) == Some(&4) => vec![0x20, 2, 0, 0],
        1 if mood == Mood::Indiscreet => {
            // CONNACK, not authorized, with a Reason String.
            let said = words(&body[10..]);
            let properties = [&[0x1F][..], &(said.len() as u16).to_be_bytes(), said.as_bytes()].concat();
            let body = [&[0, 0x87][..], &length(properties.len()), &properties].concat();
            [&[0x20][..], &length(body.len()), &body].concat()
        }
        1 => vec![0x20, 3, 0, 0, 0],
        // PUBACK: the id stands behind the topic.
        3 if kind & 0x06 == 0x02 => {
            let topic = usize::from(u16::from_be_bytes(id(0)));
            [&[0x40, 2][..], &id(2 + topic)].concat()
        }
        // SUBACK with QoS 1, for a single filter.
        8 => [&[0x90, 4][..], &id(0), &[0, 1]].concat(),
        10 => [&[0xB0, 4][..], &id(0), &[0, 0]].concat(),
        12 => vec![0xD0, 0],
        _ => Vec::new(),
    }
}

/// A length as MQTT has it.
fn length(count: usize) -> Vec<u8> {
    assert!(count < 128 * 128);
    if count < 128 { vec![count as u8] } else { vec![(count % 128) as u8 | 0x80, (count / 128) as u8] }
}

/// What was heard, as far as it is text.
fn words(bytes: &[u8]) -> String {
    let text: String =
        bytes.iter().map(|byte| if (0x20..0x7F).contains(byte) { char::from(*byte) } else { ' ' }).collect();
    format!("bad login: {}", text.trim())
}

/// Key, version, correlation id, client id, body; the body of the versions here has fixed lengths.
fn kafka(request: &[u8], mood: Mood) -> Vec<u8> {
    let number = |at: usize| i16::from_be_bytes(request[at..at + 2].try_into().unwrap());
    let (key, version) = (number(0), number(2));
    let mut body = request[4..8].to_vec();
    match key {
        API_VERSIONS => {
            let ranges = [(METADATA, 12), (SASL_HANDSHAKE, 1), (API_VERSIONS, 3), (SASL_AUTHENTICATE, 1), (PRODUCE, 9)];
            let flexible = version >= 3;
            body.extend(0_i16.to_be_bytes());
            if flexible {
                body.push(ranges.len() as u8 + 1);
            } else {
                body.extend((ranges.len() as i32).to_be_bytes());
            }
            for (key, highest) in ranges {
                body.extend([key, 0, highest].map(i16::to_be_bytes).concat());
                body.extend(flexible.then_some(0));
            }
            if version >= 1 {
                body.extend(0_i32.to_be_bytes());
            }
            body.extend(flexible.then_some(0));
        }
        SASL_HANDSHAKE => {
            body.extend(0_i16.to_be_bytes());
            body.extend((MECHANISMS.len() as i32).to_be_bytes());
            for mechanism in MECHANISMS {
                body.extend((mechanism.len() as i16).to_be_bytes());
                body.extend(mechanism.bytes());
            }
        }
        SASL_AUTHENTICATE if mood == Mood::Indiscreet => {
            // SASL_AUTHENTICATION_FAILED.
            let said = words(&request[10..]);
            body.extend(58_i16.to_be_bytes());
            body.extend((said.len() as i16).to_be_bytes());
            body.extend(said.bytes());
            body.extend(0_i32.to_be_bytes());
            if version >= 1 {
                body.extend(0_i64.to_be_bytes());
            }
        }
        SASL_AUTHENTICATE => {
            // No error, no message, no bytes, no end of the session.
            body.extend(0_i16.to_be_bytes());
            body.extend((-1_i16).to_be_bytes());
            body.extend(0_i32.to_be_bytes());
            if version >= 1 {
                body.extend(0_i64.to_be_bytes());
            }
        }
        _ => return Vec::new(),
    }
    [&(body.len() as u32).to_be_bytes()[..], &body].concat()
}
