//! ApiVersions: which versions of which requests a broker takes.

use super::api::{Api, Range};
use super::code::Code;
use super::connection::{Answer, Connection};
use super::error::KafkaError;
use super::read::{Malformed, Reader};
use kafka_protocol::messages::ApiVersionsRequest;
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncRead, AsyncWrite};

/// What a broker takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Versions {
    /// The key of each request and its versions, as the broker lists them. Keys that are not in [`Api`] are in here, too.
    pub listed: Vec<(i16, Range)>,
}

impl Versions {
    /// The versions of `api` that the broker takes; `None` if it does not list it.
    pub fn of(&self, api: Api) -> Option<Range> {
        self.listed.iter().find(|(key, _)| *key == api.key()).map(|(_, range)| *range)
    }

    /// Whether the broker takes a version of `api` that is spoken here.
    pub fn take(&self, api: Api) -> bool {
        self.of(api).is_some_and(|range| api.spoken().newest_common(range).is_some())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Asks for the versions that the broker takes, by ApiVersions version 3; a broker that says that this is too new is
    /// asked again in version 0. Later requests use what it says.
    ///
    /// # Errors
    /// [`KafkaError::NotKafka`] if something else answers. A broker that closes the connection instead may be one that
    /// drops what it does not know, as Event Hubs does: connect again and use [`Self::versions_v0`].
    pub async fn versions(&mut self) -> Result<Versions, KafkaError> {
        let request = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(env!("CARGO_PKG_NAME")))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let answer = self.ask_in(3, &request).await?;
        // Such an answer is in version 0, whatever was asked: only its code can be relied on (KIP-35).
        if answer.read(|reader| reader.i16())? == Code::UNSUPPORTED_VERSION.0 {
            return self.versions_v0().await;
        }
        self.learn(&answer)
    }

    /// As [`Self::versions`], by version 0.
    ///
    /// # Errors
    /// As there.
    pub async fn versions_v0(&mut self) -> Result<Versions, KafkaError> {
        let answer = self.ask_in(0, &ApiVersionsRequest::default()).await?;
        self.learn(&answer)
    }

    fn learn(&mut self, answer: &Answer) -> Result<Versions, KafkaError> {
        let (code, listed) = answer.read(|reader| Ok((reader.i16()?, reader.list(6, range)?)))?;
        if let Some(code) = Code::of(code) {
            return Err(KafkaError::Refused { api: Api::ApiVersions, code, says: None });
        }
        let versions = Versions { listed };
        self.versions = Some(versions.clone());
        Ok(versions)
    }
}

fn range(reader: &mut Reader<'_>) -> Result<(i16, Range), Malformed> {
    let read = (reader.i16()?, Range { min: reader.i16()?, max: reader.i16()? });
    reader.tags()?;
    Ok(read)
}
