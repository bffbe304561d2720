//! The calls into librdkafka that its safe wrapper has no way for. The one module of Flowgate with `unsafe` in it.
//!
//! The wrapper cannot set the hook that resolves names before a client exists, panics on a header key that is not
//! UTF-8, and allocates for each delivery report. So clients are created here, with their hooks; messages are
//! produced, events decoded and offsets assigned. Metadata, lists of partitions, error names and the mock cluster stay
//! the wrapper's. Nothing here waits longer than it is told, and nothing keeps a pointer past a call but what a `Drop`
//! gives back.

#![allow(unsafe_code)]

use super::consumer::Received;
use super::context::Context;
use super::producer::Delivery;
use crate::message::{Header, Record};
use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::bindings as rd;
use rdkafka::client::Client;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaType;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::sync::Arc;

/// A client and its context.
pub(super) type Native = Arc<Client<Context>>;

// Two of librdkafka's functions take or give an error code that a newer broker may have made up; as a Rust enum such a
// value would be undefined behaviour. The third is left out of the bindings for the sake of `addrinfo`, which is
// passed through here and never looked into, like the two of the C library.
unsafe extern "C" {
    fn rd_kafka_err2str(code: c_int) -> *const c_char;
    fn rd_kafka_event_error(event: *mut rd::rd_kafka_event_t) -> c_int;
    fn rd_kafka_conf_set_resolve_cb(conf: *mut rd::rd_kafka_conf_t, hook: ResolveHook);
    fn getaddrinfo(node: *const c_char, service: *const c_char, hints: *const c_void, out: *mut *mut c_void) -> c_int;
    fn freeaddrinfo(list: *mut c_void);
}

type ResolveHook =
    unsafe extern "C" fn(*const c_char, *const c_char, *const c_void, *mut *mut c_void, *mut c_void) -> c_int;

/// Creates a client whose threads see `context`.
pub(super) fn client(config: &ClientConfig, kind: RDKafkaType, context: Context) -> Result<Native, KafkaError> {
    let native = config.create_native_config()?;
    let routed = context.has_routes();
    let events =
        rd::RD_KAFKA_EVENT_DR | rd::RD_KAFKA_EVENT_ERROR | rd::RD_KAFKA_EVENT_OFFSET_COMMIT | TOKEN_REFRESH_EVENT;
    // SAFETY: `native` is a live configuration. The hooks read their opaque pointer as a `Context`, and `Client::new`
    // sets it to the one that the client keeps until after `rd_kafka_destroy` has joined all threads.
    unsafe {
        rd::rd_kafka_conf_set_events(native.ptr(), events);
        if routed {
            rd_kafka_conf_set_resolve_cb(native.ptr(), resolve);
        }
        rd::rd_kafka_conf_set_ssl_cert_verify_cb(native.ptr(), Some(verify));
    }
    Client::new(config, native, kind, context).map(Arc::new)
}

const TOKEN_REFRESH_EVENT: c_int = rd::RD_KAFKA_EVENT_OAUTHBEARER_TOKEN_REFRESH;

/// Resolves a name as the C library does, after its route. Without a name it frees what it gave out.
unsafe extern "C" fn resolve(
    node: *const c_char,
    service: *const c_char,
    hints: *const c_void,
    out: *mut *mut c_void,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: librdkafka calls this as documented for `rd_kafka_conf_set_resolve_cb`: C strings, `hints` and `out` as
    // for `getaddrinfo`, all null but `out` to free the list. `opaque` is the client's `Context`, see `client`.
    unsafe {
        if node.is_null() || service.is_null() {
            freeaddrinfo(*out);
            return 0;
        }
        let context = &*opaque.cast::<Context>();
        match context.route(CStr::from_ptr(node), CStr::from_ptr(service)) {
            Some((node, service)) => getaddrinfo(node.as_ptr(), service.as_ptr(), hints, out),
            None => getaddrinfo(node, service, hints, out),
        }
    }
}

/// Agrees with OpenSSL, and notes why it refused a certificate: librdkafka says the same of a wrong name and of an
/// unknown issuer.
unsafe extern "C" fn verify(
    _client: *mut rd::rd_kafka_t,
    broker: *const c_char,
    _id: i32,
    code: *mut c_int,
    _depth: c_int,
    _certificate: *const c_char,
    _size: usize,
    _reason: *mut c_char,
    _reason_size: usize,
    opaque: *mut c_void,
) -> c_int {
    // SAFETY: `broker` is a C string and `code` points to an int during the call; `opaque` as in `resolve`.
    let (context, broker, code) = unsafe { (&*opaque.cast::<Context>(), text(broker), *code) };
    if code != 0 {
        context.certificate_refused(broker, code);
    }
    c_int::from(code == 0)
}

/// The text at `pointer`, empty for null.
///
/// # Safety
/// `pointer` is null or a C string that lives during the call.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().trim().to_owned()
}

/// What librdkafka says of an error code, its own (negative) or a broker's.
pub(super) fn words(code: i32) -> String {
    // SAFETY: takes any int and returns a string that is never freed.
    unsafe { text(rd_kafka_err2str(code)) }
}

/// What came out of an event queue.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) deliveries: Vec<Delivery>,
    pub(super) records: Vec<Received>,
    /// Errors in reading, with topic and partition.
    pub(super) refusals: Vec<(String, i32, i32)>,
    pub(super) notices: Vec<Notice>,
    /// The result of a commit.
    pub(super) committed: Option<i32>,
    pub(super) token_wanted: bool,
}

/// An error or a log line.
pub(super) struct Notice {
    /// `None` for a log line.
    pub(super) code: Option<i32>,
    pub(super) text: String,
}

/// The event queue of a client.
pub(super) struct Queue {
    pointer: *mut rd::rd_kafka_queue_t,
    client: Native,
}

// SAFETY: librdkafka's queues are thread-safe.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

impl Queue {
    /// The queue of `client`, into which all its events go. Its context is notified when it is no longer empty.
    pub(super) fn new(client: Native, kind: RDKafkaType) -> Self {
        // SAFETY: the client lives; the queue is given back in `drop`, and holds a reference to the client. The waker's
        // pointer is the client's context, which outlives the hook: `drop` takes it out.
        let pointer = unsafe {
            let pointer = if matches!(kind, RDKafkaType::RD_KAFKA_CONSUMER) {
                rd::rd_kafka_poll_set_consumer(client.native_ptr());
                rd::rd_kafka_queue_get_consumer(client.native_ptr())
            } else {
                rd::rd_kafka_queue_get_main(client.native_ptr())
            };
            let context = Arc::as_ptr(client.context()).cast_mut().cast::<c_void>();
            rd::rd_kafka_queue_cb_event_enable(pointer, Some(wake), context);
            pointer
        };
        Self { pointer, client }
    }

    /// Moves at most `limit` events that are there into `inbox`; whether there may be more.
    pub(super) fn drain(&self, inbox: &mut Inbox, limit: usize) -> bool {
        for _ in 0..limit {
            // SAFETY: the queue lives. The event is destroyed after the last use of what belongs to it.
            let more = unsafe {
                let event = rd::rd_kafka_queue_poll(self.pointer, 0);
                if !event.is_null() {
                    decode(event, inbox);
                    rd::rd_kafka_event_destroy(event);
                }
                !event.is_null()
            };
            if !more {
                return false;
            }
        }
        true
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: the queue came from `new`, and nobody uses it after this. The client, held here, is destroyed later.
        unsafe {
            rd::rd_kafka_queue_cb_event_enable(self.pointer, None, ptr::null_mut());
            rd::rd_kafka_queue_destroy(self.pointer);
        }
        let _ = &self.client;
    }
}

unsafe extern "C" fn wake(_client: *mut rd::rd_kafka_t, opaque: *mut c_void) {
    // SAFETY: the pointer that `Queue::new` passed.
    unsafe { &*opaque.cast::<Context>() }.ready.notify_one();
}

/// Reads an event.
///
/// # Safety
/// `event` is a live event.
unsafe fn decode(event: *mut rd::rd_kafka_event_t, inbox: &mut Inbox) {
    // SAFETY: each function is called on an event of its type; strings and messages belong to the event and are copied.
    unsafe {
        match rd::rd_kafka_event_type(event) {
            rd::RD_KAFKA_EVENT_DR => {
                inbox.deliveries.reserve(rd::rd_kafka_event_message_count(event));
                while let Some(message) = rd::rd_kafka_event_message_next(event).as_ref() {
                    inbox.deliveries.push(Delivery::new(
                        message._private as usize,
                        code_of(message),
                        message.partition,
                        message.offset,
                    ));
                }
            }
            rd::RD_KAFKA_EVENT_FETCH => {
                while let Some(message) = rd::rd_kafka_event_message_next(event).as_ref() {
                    match code_of(message) {
                        0 => inbox.records.push(received(message)),
                        code => inbox.refusals.push((topic_of(message), message.partition, code)),
                    }
                }
            }
            rd::RD_KAFKA_EVENT_LOG => {
                let (mut facility, mut line, mut level) = (ptr::null(), ptr::null(), 0);
                if rd::rd_kafka_event_log(event, &mut facility, &mut line, &mut level) == 0 {
                    inbox.notices.push(Notice { code: None, text: text(line) });
                }
            }
            rd::RD_KAFKA_EVENT_ERROR => {
                let text = text(rd::rd_kafka_event_error_string(event));
                inbox.notices.push(Notice { code: Some(rd_kafka_event_error(event)), text });
            }
            rd::RD_KAFKA_EVENT_OFFSET_COMMIT => inbox.committed = Some(rd_kafka_event_error(event)),
            TOKEN_REFRESH_EVENT => inbox.token_wanted = true,
            _ => {}
        }
    }
}

/// The error of a message, without making an enum of it.
fn code_of(message: &rd::rd_kafka_message_t) -> i32 {
    // SAFETY: the field is a C enum of the size of an int, and valid as one whatever its value.
    unsafe { ptr::addr_of!(message.err).cast::<i32>().read() }
}

/// # Safety
/// `message` is a live message.
unsafe fn topic_of(message: &rd::rd_kafka_message_t) -> String {
    if message.rkt.is_null() {
        return String::new();
    }
    // SAFETY: the topic of a live message lives.
    unsafe { text(rd::rd_kafka_topic_name(message.rkt)) }
}

/// # Safety
/// `pointer` is null, or `length` bytes live there until this returns.
unsafe fn bytes(pointer: *const c_void, length: usize) -> Option<Vec<u8>> {
    // SAFETY: as the caller promises; a pointer that is not null is aligned for bytes.
    (!pointer.is_null()).then(|| unsafe { slice::from_raw_parts(pointer.cast::<u8>(), length) }.to_vec())
}

/// # Safety
/// `message` is a live message without error.
unsafe fn received(message: &rd::rd_kafka_message_t) -> Received {
    // SAFETY: the message lives, and what it points to as long; the kind of timestamp is of librdkafka's making.
    unsafe {
        let mut kind = rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        let timestamp = rd::rd_kafka_message_timestamp(message, &mut kind);
        let appended = kind == rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
        Received {
            record: Record {
                topic: topic_of(message),
                partition: Some(message.partition),
                key: bytes(message.key, message.key_len),
                value: bytes(message.payload, message.len),
                headers: headers_of(message),
                timestamp: (timestamp >= 0).then_some(timestamp),
            },
            offset: message.offset,
            appended,
        }
    }
}

/// The headers of a message in order. librdkafka gives keys as C strings: a key ends before its first zero byte.
///
/// # Safety
/// `message` is a live message.
unsafe fn headers_of(message: &rd::rd_kafka_message_t) -> Vec<Header> {
    let mut headers = Vec::new();
    let mut list = ptr::null_mut();
    // SAFETY: the list belongs to the message; index by index it is read until there is no such header.
    unsafe {
        if rd::rd_kafka_message_headers(message, &mut list) as i32 != 0 {
            return headers;
        }
        for index in 0..rd::rd_kafka_header_cnt(list) {
            let (mut key, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            if rd::rd_kafka_header_get_all(list, index, &mut key, &mut value, &mut size) as i32 != 0 {
                break;
            }
            headers.push(Header { key: CStr::from_ptr(key).to_bytes().to_vec(), value: bytes(value, size) });
        }
    }
    headers
}

/// `RD_KAFKA_PARTITION_UA`: the partitioner decides.
const ANY_PARTITION: i32 = -1;

/// A topic to produce to. Looking it up by name would cost more than the rest of a message.
pub(super) struct Topic {
    pointer: *mut rd::rd_kafka_topic_t,
    client: Native,
}

// SAFETY: librdkafka's topics are thread-safe.
unsafe impl Send for Topic {}

impl Topic {
    /// The topic `name`; `None` where librdkafka takes it for no name.
    pub(super) fn new(client: Native, name: &str) -> Option<Self> {
        let name = CString::new(name).ok()?;
        // SAFETY: the client lives, the name is copied, and no configuration is passed.
        let pointer = unsafe { rd::rd_kafka_topic_new(client.native_ptr(), name.as_ptr(), ptr::null_mut()) };
        (!pointer.is_null()).then_some(Self { pointer, client })
    }

    /// Queues `record`, copying it. The error code of librdkafka if it does not take it.
    pub(super) fn produce(&self, record: &Record, opaque: usize) -> Result<(), i32> {
        let (key, key_length) = pointer_of(record.key.as_deref());
        let (value, value_length) = pointer_of(record.value.as_deref());
        let headers = native_headers(&record.headers);
        // SAFETY: client and topic live, key and value are copied during the call, and the arguments are those that the
        // tags before them announce. librdkafka owns the headers when it took the message; otherwise they are freed.
        let code = unsafe {
            let code = rd::rd_kafka_producev(
                self.client.native_ptr(),
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_RKT,
                self.pointer,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_PARTITION,
                record.partition.unwrap_or(ANY_PARTITION),
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_MSGFLAGS,
                rd::RD_KAFKA_MSG_F_COPY,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_VALUE,
                value,
                value_length,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_KEY,
                key,
                key_length,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_OPAQUE,
                opaque as *mut c_void,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_TIMESTAMP,
                record.timestamp.unwrap_or(0),
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_HEADERS,
                headers,
                rd::rd_kafka_vtype_t::RD_KAFKA_VTYPE_END,
            ) as i32;
            if code != 0 && !headers.is_null() {
                rd::rd_kafka_headers_destroy(headers);
            }
            code
        };
        if code == 0 { Ok(()) } else { Err(code) }
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: the topic came from `new`; its client is held here and lives.
        unsafe { rd::rd_kafka_topic_destroy(self.pointer) };
    }
}

fn pointer_of(bytes: Option<&[u8]>) -> (*mut c_void, usize) {
    bytes.map_or((ptr::null_mut(), 0), |bytes| (bytes.as_ptr().cast_mut().cast(), bytes.len()))
}

/// A list of headers, owned by the caller; null for none.
fn native_headers(headers: &[Header]) -> *mut rd::rd_kafka_headers_t {
    if headers.is_empty() {
        return ptr::null_mut();
    }
    // SAFETY: keys and values are copied with their lengths; a vector is never longer than `isize::MAX`.
    unsafe {
        let list = rd::rd_kafka_headers_new(headers.len());
        for header in headers {
            let (value, length) = pointer_of(header.value.as_deref());
            let key = header.key.as_ptr().cast::<c_char>();
            rd::rd_kafka_header_add(list, key, header.key.len() as isize, value, length as isize);
        }
        list
    }
}

/// Drops what is queued and in flight, without waiting.
pub(super) fn purge(client: &Client<Context>) {
    let flags = rd::RD_KAFKA_PURGE_F_QUEUE | rd::RD_KAFKA_PURGE_F_INFLIGHT | rd::RD_KAFKA_PURGE_F_NON_BLOCKING;
    // SAFETY: the client lives. The answer only says whether it is a producer.
    unsafe { rd::rd_kafka_purge(client.native_ptr(), flags) };
}

/// Reads from `partitions` at their offsets.
pub(super) fn assign(client: &Client<Context>, partitions: &TopicPartitionList) -> Result<(), i32> {
    // SAFETY: client and list live; the list is copied.
    result(unsafe { rd::rd_kafka_assign(client.native_ptr(), partitions.ptr()) } as i32)
}

/// Asks for the first offsets at or after the times that stand in `partitions` as offsets, milliseconds or the marks
/// for beginning and end, and puts them in place of the times.
pub(super) fn offsets_for_times(
    client: &Client<Context>,
    partitions: &TopicPartitionList,
    milliseconds: i32,
) -> Result<(), i32> {
    // SAFETY: client and list live, and nobody else has the list.
    result(unsafe { rd::rd_kafka_offsets_for_times(client.native_ptr(), partitions.ptr(), milliseconds) } as i32)
}

/// Asks for the offsets that the group of `client` has committed.
pub(super) fn committed(
    client: &Client<Context>,
    partitions: &TopicPartitionList,
    milliseconds: i32,
) -> Result<(), i32> {
    // SAFETY: as above.
    result(unsafe { rd::rd_kafka_committed(client.native_ptr(), partitions.ptr(), milliseconds) } as i32)
}

/// Starts to commit `partitions` for the group of `client`; the result comes as an event.
pub(super) fn commit(client: &Client<Context>, partitions: &TopicPartitionList) -> Result<(), i32> {
    // SAFETY: as for `assign`.
    result(unsafe { rd::rd_kafka_commit(client.native_ptr(), partitions.ptr(), 1) } as i32)
}

fn result(code: i32) -> Result<(), i32> {
    if code == 0 { Ok(()) } else { Err(code) }
}

/// Hands a token over; what librdkafka says where it does not take it.
pub(super) fn set_token(client: &Client<Context>, token: &str, principal: &str, expires: i64) -> Result<(), String> {
    let nul = |_| "it has a zero byte".to_owned();
    let token = CString::new(token).map_err(nul)?;
    let principal = CString::new(principal).map_err(nul)?;
    let mut reason: [c_char; 512] = [0; 512];
    // SAFETY: the client lives, strings are copied, there are no extensions, and `reason` has the length that is passed.
    unsafe {
        let code = rd::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            token.as_ptr(),
            expires,
            principal.as_ptr(),
            ptr::null_mut(),
            0,
            reason.as_mut_ptr(),
            reason.len(),
        );
        if code as i32 == 0 { Ok(()) } else { Err(text(reason.as_ptr())) }
    }
}

/// Lets groups of a mock cluster start without the delay of three seconds that a real cluster has for rebalancing.
/// `client` was created with `test.mock.num.brokers`; without it nothing happens.
#[cfg(feature = "sandbox")]
pub fn without_rebalance_delay<C: rdkafka::ClientContext>(client: &Client<C>) {
    // SAFETY: the client lives, and its cluster as long; null is checked.
    unsafe {
        let cluster = rd::rd_kafka_handle_mock_cluster(client.native_ptr());
        if !cluster.is_null() {
            rd::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
        }
    }
}
