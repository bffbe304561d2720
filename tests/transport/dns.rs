//! What a resolver says, by a scripted one on loopback.

use super::{LIMIT, block};
use flowgate::transport::dns::{Answer, Code, DnsError, chain};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

/// Where the name that is asked for begins in a message.
const ASKED: &[u8] = &[0xC0, 12];

/// A resolver that sends what `script` makes of each question, over UDP.
async fn resolver(script: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        loop {
            let (count, from) = socket.recv_from(&mut buffer).await.unwrap();
            for answer in script(&buffer[..count]) {
                socket.send_to(&answer, from).await.unwrap();
            }
        }
    });
    address
}

/// An answer with a code and records.
fn reply(question: &[u8], code: u8, records: &[Vec<u8>]) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2] |= 0x80;
    answer[3] = 0x80 | code;
    answer[7] = u8::try_from(records.len()).unwrap();
    answer.extend(records.concat());
    answer
}

fn record(owner: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    [owner, &[0, kind, 0, 1, 0, 0, 0, 60, 0, u8::try_from(content.len()).unwrap()], content].concat()
}

fn name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.bytes());
    }
    bytes.push(0);
    bytes
}

/// 1 for IPv4, 28 for IPv6.
fn kind(question: &[u8]) -> u8 {
    question[question.len() - 3]
}

async fn hub(resolver: SocketAddr) -> Result<Answer, DnsError> {
    chain("hub.servicebus.windows.net", resolver, LIMIT).await
}

/// An event hub behind a private endpoint: the public name is an alias of the private zone's.
fn private_endpoint(question: &[u8]) -> Vec<Vec<u8>> {
    let private = name("hub.privatelink.servicebus.windows.net");
    let mut records = vec![record(ASKED, 5, &private)];
    if kind(question) == 1 {
        records.push(record(&private, 1, &[10, 0, 0, 5]));
        records.push(record(&private, 1, &[10, 0, 0, 6]));
    }
    vec![reply(question, 0, &records)]
}

#[test]
fn the_way_to_a_private_endpoint() {
    block(async {
        let address = resolver(private_endpoint).await;
        let answer = hub(address).await.unwrap();
        assert_eq!(answer.aliases, ["hub.privatelink.servicebus.windows.net"]);
        let addresses: Vec<String> = answer.addresses.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["10.0.0.5", "10.0.0.6"]);
        assert_eq!((answer.resolver, answer.code), (address, Code::Found));
    });
}

#[test]
fn why_there_is_no_address() {
    for (code, expected) in
        [(0, Code::NoAddress), (2, Code::ServerFailure), (3, Code::NoSuchName), (4, Code::Other(4)), (5, Code::Refused)]
    {
        block(async {
            let answer = hub(resolver(move |question| vec![reply(question, code, &[])]).await).await.unwrap();
            assert_eq!(answer.code, expected);
            assert!(answer.addresses.is_empty() && answer.aliases.is_empty());
        });
    }
    block(async {
        // The alias is there, and what it leads to is not: a private zone that is not linked to this network.
        let dangling =
            |question: &[u8]| vec![reply(question, 3, &[record(ASKED, 5, &name("hub.privatelink.example"))])];
        let answer = hub(resolver(dangling).await).await.unwrap();
        assert_eq!(
            (answer.aliases.as_slice(), answer.code),
            (&["hub.privatelink.example".to_owned()][..], Code::NoSuchName)
        );
    });
}

#[test]
fn ipv6_and_one_question_without_an_answer() {
    block(async {
        let six = |question: &[u8]| match kind(question) {
            28 => vec![reply(question, 0, &[record(ASKED, 28, &std::net::Ipv6Addr::LOCALHOST.octets())])],
            _ => Vec::new(),
        };
        let limit = Duration::from_millis(300);
        let answer = chain("six.example.", resolver(six).await, limit).await.unwrap();
        assert_eq!((answer.addresses[0].to_string().as_str(), answer.code), ("::1", Code::Found));
    });
}

#[test]
fn what_belongs_to_another_question_is_passed_over() {
    block(async {
        let guess = |question: &[u8]| {
            let mut other_id = reply(question, 0, &[record(ASKED, 1, &[6, 6, 6, 6])]);
            other_id[1] ^= 1;
            let mut other_name = reply(question, 0, &[record(ASKED, 1, &[6, 6, 6, 6])]);
            other_name[13] ^= 1;
            [vec![other_id, other_name, b"x".to_vec()], private_endpoint(question)].concat()
        };
        let answer = hub(resolver(guess).await).await.unwrap();
        assert_eq!(answer.addresses.len(), 2, "{answer:?}");
    });
}

#[test]
fn silence_nobody_there_and_nonsense() {
    block(async {
        let limit = Duration::from_millis(200);
        let address = resolver(|_| Vec::new()).await;
        let start = Instant::now();
        let error = chain("hub.example", address, limit).await.unwrap_err();
        assert_eq!(error, DnsError::Silent { resolver: address, limit });
        assert!((limit..LIMIT).contains(&start.elapsed()));

        let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(matches!(hub(nobody).await, Err(DnsError::Unreachable { .. })));

        let circle = |question: &[u8]| {
            vec![reply(question, 0, &[record(&[0xC0, u8::try_from(question.len()).unwrap()], 1, &[1; 4])])]
        };
        assert!(matches!(hub(resolver(circle).await).await, Err(DnsError::Malformed { .. })));

        assert_eq!(chain("a..b", nobody, limit).await, Err(DnsError::BadName));
    });
}

#[test]
fn what_is_too_long_for_a_datagram_is_fetched_by_tcp() {
    block(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let socket = UdpSocket::bind(address).await.unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            loop {
                let (count, from) = socket.recv_from(&mut buffer).await.unwrap();
                let mut cut = reply(&buffer[..count], 0, &[record(ASKED, 1, &[10, 0, 0, 1])]);
                cut[2] |= 2;
                cut.truncate(cut.len() - 3);
                socket.send_to(&cut, from).await.unwrap();
            }
        });
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut question = vec![0; usize::from(stream.read_u16().await.unwrap())];
                stream.read_exact(&mut question).await.unwrap();
                let records: Vec<_> = (0..100).map(|last| record(ASKED, 1, &[10, 0, 0, last])).collect();
                let answer = reply(&question, 0, if kind(&question) == 1 { &records } else { &[] });
                stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        });
        let answer = hub(address).await.unwrap();
        assert_eq!((answer.addresses.len(), answer.code), (64, Code::Found));
    });
}
