//! A real Apache Kafka 4.1: every request allowed and refused, every login right and wrong.

use super::{LIMIT, block};
use crate::brokers::kafka::{ALICE, BEARER, FAR, MALLORY, SHARED};
use crate::brokers::pki::{PKI, Pair};
use crate::brokers::unique;
